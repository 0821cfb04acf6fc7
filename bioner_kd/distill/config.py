"""What the student is trained towards."""

from dataclasses import dataclass

from bioner_kd.corpus.config import ALL
from bioner_kd.settings import FINITE, Bound, Settings, above, at_least, at_most, setting
from bioner_kd.student.config import StudentConfig
from bioner_kd.tagging.word_features import FeatureConfig
from bioner_kd.training.config import TrainingConfig

ALL_SENTENCES, CONFIDENT, ENTITIES = SELECTIONS = ("all", "confident", "entities")


_ALPHA = Bound(
    "in [0, 1]; 1 is the hard labels alone, 0 the teacher alone", lambda alpha: 0 <= alpha <= 1
)


@dataclass(frozen=True)
class DistillConfig(Settings):
    """The blend of the two losses."""

    # 0.3 is the best of the paper.
    alpha: float = setting(
        0.3,
        "Weight of the hard labels in [0, 1]: loss = alpha * CE(tags) + (1 - alpha) * T^2 * "
        "KL(teacher || student). 0 is the teacher alone, 1 the student from scratch, but for a "
        "transfer set, whose sentences have no tags and learn the KL whatever alpha is.",
        bound=_ALPHA,
    )
    temperature: float = setting(
        2.0,
        "Softening T of both distributions in the KL, above 0.",
        bound=above(0) & FINITE,
    )
    alpha_end: float | None = setting(
        None,
        "What alpha moves to, linearly over all training steps: --alpha=0 --alpha_end=1 goes from "
        "the teacher to the labels. Where it is not given, alpha stays.",
        bound=_ALPHA,
    )

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
class HiddenConfig(Settings):
    """The stage before logits and labels, which fits the teacher's hidden states."""

    hidden_epochs: int = setting(
        0,
        "Epochs of a first stage, which fits a projection of the student's last layer to the "
        "teacher's last hidden states, as bioner_kd cache_logits --hidden keeps them. Logits and "
        "labels follow with a fresh optimiser. 0 leaves it out.",
        bound=at_least(0),
    )


@dataclass(frozen=True)
class TransferConfig(Settings):
    """Which text without annotation is mixed in, and how much of it."""

    transfer_size: int = setting(
        0,
        "Sentences without annotation to learn soft targets on, of those that bioner_kd "
        "cache_logits --text labelled into the same cache; 0 for none, -1 for all. A smaller set "
        "is a part of a larger one.",
        bound=Bound("a number of sentences, 0 for none, or -1 for all", lambda size: size >= ALL),
    )
    transfer_ratio: float = setting(
        1.0,
        "Sentences of the transfer set that an epoch draws, other ones each time, for each "
        "sentence of the training split; at most all of them.",
        bound=above(0) & FINITE,
    )
    transfer_select: str = setting(
        ALL_SENTENCES,
        "Which labelled sentences may be taken: all, those that the teacher is surest of "
        "(confident), or those in which it finds a mention and some others (entities).",
        choices=SELECTIONS,
    )
    transfer_keep: float = setting(
        0.5,
        "Share of the sentences that --transfer_select=confident keeps.",
        bound=above(0) & at_most(1),
    )
    transfer_without: float = setting(
        0.5,
        "Sentences without a mention that --transfer_select=entities keeps for each with one.",
        bound=at_least(0) & FINITE,
    )


@dataclass(frozen=True)
class StudentPlan:
    """What a student is made of, and how it is trained.

    Attributes:
        objective: alpha and temperature.
        features: what the student sees of a word.
        student: its sizes.
        training: epochs and optimiser.
    """

    objective: DistillConfig
    features: FeatureConfig
    student: StudentConfig
    training: TrainingConfig
