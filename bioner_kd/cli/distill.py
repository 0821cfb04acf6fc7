"""Flags: what the student is trained towards, and where the teacher's word comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.distill.config import DistillConfig

if TYPE_CHECKING:
    from bioner_kd.distill.training import Guidance


@dataclass(frozen=True)
class GuidanceChoice:
    """Where the teacher's logits come from."""

    cache: str = "saved_models/demo/logits"
    teacher: str = ""


DISTILL = Concern(
    "Distillation",
    DistillConfig(),
    {
        "alpha": "Weight of the hard labels in [0, 1]: loss = alpha * CE(tags) + (1 - alpha) * T^2 "
        "* KL(teacher || student). 1 is the student from scratch, 0 the teacher alone.",
        "temperature": "Softening T of both distributions in the KL, above 0.",
    },
)
GUIDANCE = Concern(
    "Teacher",
    GuidanceChoice(),
    {
        "cache": "Folder of logits that scripts/cache_logits.py made; empty to run the teacher "
        "live in each step.",
        "teacher": "Folder of the fine-tuned teacher: checked against the cache, or run live where "
        "--cache is empty.",
    },
)


def read_guidance(program: Program, train_split: Sequence[Sentence]) -> "Guidance | None":
    """The teacher's logits of the training split or the teacher itself, as the flags say."""
    choice = program.read(GUIDANCE)
    if choice.cache:
        return _cached(Path(choice.cache) / "train", choice.teacher, train_split)
    return _live(Path(choice.teacher), train_split) if choice.teacher else None


def _cached(folder: Path, teacher: str, train_split: Sequence[Sentence]) -> "Guidance":
    from bioner_kd.distill.training import Guidance
    from bioner_kd.teacher.logits_cache import LogitsCache
    from bioner_kd.teacher.saved_teacher import teacher_fingerprint

    fingerprint = teacher_fingerprint(Path(teacher)) if teacher else {}
    cache = LogitsCache(folder)
    logits = cache.read(train_split, fingerprint)
    return Guidance(cache.fingerprint()["tags"], logits=logits)


def _live(folder: Path, train_split: Sequence[Sentence]) -> "Guidance":
    from bioner_kd.distill.training import Guidance
    from bioner_kd.teacher.saved_teacher import load_teacher

    teacher = load_teacher(folder)
    features = teacher.encode(train_split).gatherer()
    return Guidance(teacher.tag_set.tags, model=teacher.model, features=features)
