"""What a training is judged by."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bioner_kd.training.run_folder import DEVEL_F1

# The score of the goal, or several scores by name with the goal's among them.
Scores = float | Mapping[str, float]


@dataclass(frozen=True)
class Goal:
    """Which score chooses the weights that are kept, and how often it is taken.

    Attributes:
        name: of the score, as in the history.
        lowest: whether the least is the best, as of a loss.
        period: what lies between two scores, in the user's words; `epoch` in the code.
    """

    name: str = DEVEL_F1
    lowest: bool = False
    period: str = "epoch"

    @property
    def worst(self) -> float:
        """A score that any other is better than."""
        return math.inf if self.lowest else -math.inf

    def better(self, score: float, other: float) -> bool:
        """Whether a score is better than another one."""
        return score < other if self.lowest else score > other

    def named(self, scores: Scores) -> dict[str, float]:
        """Scores by name."""
        return dict(scores) if isinstance(scores, Mapping) else {self.name: scores}


DEVEL = Goal()
