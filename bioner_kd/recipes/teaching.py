"""What a student is taught by and towards, and what can be checked of that without TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

from bioner_kd.distill.config import DistillConfig, HiddenConfig, TransferConfig
from bioner_kd.teacher.ensemble.folders import is_student
from bioner_kd.teacher.labelling import TEXT
from bioner_kd.teacher.logits_cache import LogitsCache


@dataclass(frozen=True)
class Teaching:
    """Where the soft targets come from, and how they are learnt.

    Attributes:
        cache: folder of logits, as `label` makes it; empty to run the teacher live.
        teachers: run directories, which a cache is held against; one of them can run live.
        objective: the blend of soft targets and labels.
        transfer: how much of the labelled text is learnt from, and which.
        hidden: the stage that fits hidden states.
    """

    cache: str
    teachers: tuple[str, ...]
    objective: DistillConfig
    transfer: TransferConfig
    hidden: HiddenConfig

    @property
    def needed(self) -> bool:
        """Whether a distillation reads a cache or runs a teacher at all."""
        return self.needed_for_train or self.transfer.transfer_size != 0

    @property
    def needed_for_train(self) -> bool:
        """Whether soft targets or hidden states of the training split are learnt."""
        return self.objective.needs_teacher or self.hidden.hidden_epochs > 0

    def check(self) -> None:
        """Checks that the cache and the teachers are there, where they are needed.

        Raises:
            InputError: one is missing or damaged.
        """
        if not self.needed:
            return
        if self.cache:
            train = Path(self.cache) / "train"
            alone = not self.needed_for_train and not train.exists()
            LogitsCache(Path(self.cache) / TEXT if alone else train).check()
        for folder in self.teachers:
            is_student(Path(folder))
