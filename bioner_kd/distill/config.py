"""What the student is trained towards."""

import math
from dataclasses import dataclass

from bioner_kd.corpus.config import ALL
from bioner_kd.errors import at_least, check_bounds

ALL_SENTENCES, CONFIDENT, ENTITIES = SELECTIONS = ("all", "confident", "entities")


@dataclass(frozen=True)
class DistillConfig:
    """The blend of the two losses.

    Attributes:
        alpha: weight of an annotated sentence's hard labels in [0, 1]; 1 is the student from
            scratch, 0 the soft targets alone. The paper found 0.3 best.
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
        share = "in [0, 1]; 1 is the hard labels alone, 0 the teacher alone"
        rules = {name: (0 <= alpha <= 1, share) for name, alpha in self.alphas.items()}
        rules["temperature"] = (0 < self.temperature < math.inf, "above 0 and finite")
        check_bounds(self, rules)

    @property
    def alphas(self) -> dict[str, float]:
        """The first and the last alpha by the name of their settings; one where it stays."""
        end = {} if self.alpha_end is None else {"alpha_end": self.alpha_end}
        return {"alpha": self.alpha, **end}

    @property
    def needs_teacher(self) -> bool:
        """Whether soft targets of annotated sentences ever count."""
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
        check_bounds(self, at_least(self, 0, "hidden_epochs"))


@dataclass(frozen=True)
class TransferConfig:
    """Which text without annotation is mixed in, and how much of it.

    Attributes:
        transfer_size: sentences to learn from, of those that are labelled and selected; 0 for none,
            -1 for all. A smaller set is a part of a larger one.
        transfer_ratio: sentences of it that an epoch draws, for each sentence of the training
            split; at most all of them.
        transfer_select: "all"; "confident", those that the teacher is surest of; or "entities",
            those in which it finds a mention and some others.
        transfer_keep: share of the sentences that "confident" keeps, in (0, 1].
        transfer_without: sentences without a mention that "entities" keeps for each with one.
    """

    transfer_size: int = 0
    transfer_ratio: float = 1.0
    transfer_select: str = ALL_SENTENCES
    transfer_keep: float = 0.5
    transfer_without: float = 0.5

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is out of bounds, or there is no such selection.
        """
        selections = f"one of {', '.join(SELECTIONS)}"
        size = "a number of sentences, 0 for none, or -1 for all"
        rules = {
            "transfer_size": (self.transfer_size >= ALL, size),
            "transfer_ratio": (0 < self.transfer_ratio < math.inf, "above 0 and finite"),
            "transfer_select": (self.transfer_select in SELECTIONS, selections),
            "transfer_keep": (0 < self.transfer_keep <= 1, "above 0 and at most 1"),
            "transfer_without": (0 <= self.transfer_without < math.inf, "at least 0 and finite"),
        }
        check_bounds(self, rules)


def needs_soft_targets(
    objective: DistillConfig, transfer: TransferConfig, hidden: HiddenConfig
) -> bool:
    """Whether a distillation reads a cache or runs a teacher at all."""
    return objective.needs_teacher or transfer.transfer_size != 0 or hidden.hidden_epochs > 0
