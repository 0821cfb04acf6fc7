"""What the student is trained towards."""

import math
from dataclasses import dataclass

from bioner_kd.errors import UsageError


@dataclass(frozen=True)
class DistillConfig:
    """The blend of the two losses.

    Attributes:
        alpha: weight of the hard labels in [0, 1]; 1 is the student from scratch, 0 the teacher's
            word alone. The paper found 0.3 best.
        temperature: softening of both distributions in the KL, > 0.
        alpha_end: what alpha moves to, linearly over all training steps; None leaves it where it
            is.
    """

    alpha: float = 0.3
    temperature: float = 2.0
    alpha_end: float | None = None

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: an alpha is outside [0, 1] or the temperature is not above 0 or infinite.
        """
        for name, alpha in self.alphas.items():
            if not 0 <= alpha <= 1:
                raise UsageError(
                    f"--{name}={alpha}: must lie in [0, 1]; 1 is the hard labels alone, 0 the "
                    "teacher alone."
                )
        if not 0 < self.temperature < math.inf:
            raise UsageError(f"--temperature={self.temperature}: must be above 0 and finite.")

    @property
    def alphas(self) -> dict[str, float]:
        """The first and the last alpha by the name of their settings; one where it stays."""
        end = {} if self.alpha_end is None else {"alpha_end": self.alpha_end}
        return {"alpha": self.alpha, **end}

    @property
    def needs_teacher(self) -> bool:
        """Whether the teacher's word ever counts."""
        return min(self.alphas.values()) < 1


@dataclass(frozen=True)
class HiddenConfig:
    """The stage before logits and labels, which fits the teacher's hidden states.

    Attributes:
        hidden_epochs: epochs of it; 0 leaves it out.
    """

    hidden_epochs: int = 0

    def __post_init__(self) -> None:
        """Checks the bound.

        Raises:
            UsageError: the number is negative.
        """
        if self.hidden_epochs < 0:
            raise UsageError(f"--hidden_epochs={self.hidden_epochs}: must be at least 0.")


@dataclass(frozen=True)
class TransferConfig:
    """How text without annotation is mixed in.

    Attributes:
        transfer_ratio: sentences of it that an epoch draws, for each sentence of the training
            split; at most all of them.
    """

    transfer_ratio: float = 1.0

    def __post_init__(self) -> None:
        """Checks the bound.

        Raises:
            UsageError: the ratio is not above 0.
        """
        if not self.transfer_ratio > 0:
            raise UsageError(f"--transfer_ratio={self.transfer_ratio}: must be above 0.")
