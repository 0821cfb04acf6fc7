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
    """

    alpha: float = 0.3
    temperature: float = 2.0

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: alpha is outside [0, 1] or the temperature is not above 0 or infinite.
        """
        if not 0 <= self.alpha <= 1:
            raise UsageError(
                f"--alpha={self.alpha}: must lie in [0, 1]; 1 is the hard labels alone, 0 the "
                "teacher alone."
            )
        if not 0 < self.temperature < math.inf:
            raise UsageError(f"--temperature={self.temperature}: must be above 0 and finite.")


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
