"""Flags: what the student is trained towards, and where the teacher's word comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.cli.cache import TEXT
from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.corpus.plain_text import read_plain_text
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.distill.config import DistillConfig, TransferConfig
from bioner_kd.errors import UsageError

if TYPE_CHECKING:
    from bioner_kd.distill.training import Guidance


@dataclass(frozen=True)
class GuidanceChoice:
    """Where the teacher's logits come from."""

    cache: str = "saved_models/demo/logits"
    teacher: str = ""
    transfer: str = ""


DISTILL = Concern(
    "Distillation",
    DistillConfig(),
    {
        "alpha": "Weight of the hard labels in [0, 1]: loss = alpha * CE(tags) + (1 - alpha) * T^2 "
        "* KL(teacher || student). 1 is the student from scratch, 0 the teacher alone.",
        "alpha_end": "What alpha moves to, linearly over all training steps: --alpha=0 "
        "--alpha_end=1 goes from the teacher to the labels. Where it is not given, alpha stays.",
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
        "transfer": "Text without annotation, one sentence a line, that scripts/cache_logits.py "
        "--text labelled into the same cache: the student learns the teacher's word on it too.",
    },
)
TRANSFER = Concern(
    "Transfer set",
    TransferConfig(),
    {
        "transfer_ratio": "Sentences of --transfer that an epoch draws, other ones each time, for "
        "each sentence of the training split.",
    },
)


CONCERNS = (DISTILL, GUIDANCE, TRANSFER)


def read_guidance(program: Program, train_split: Sequence[Sentence]) -> "Guidance | None":
    """What the teacher has to say, as the flags say: cached logits, or the teacher itself."""
    choice = program.read(GUIDANCE)
    if choice.cache:
        return _cached(choice, train_split, program.read(TRANSFER).transfer_ratio)
    if choice.transfer:
        raise UsageError("--transfer needs cached logits: name them by --cache.")
    return _live(Path(choice.teacher), train_split) if choice.teacher else None


def _cached(choice: GuidanceChoice, train_split: Sequence[Sentence], ratio: float) -> "Guidance":
    from bioner_kd.distill.training import Guidance, Transfer
    from bioner_kd.teacher.logits_cache import WORDS, LogitsCache
    from bioner_kd.teacher.saved_teacher import teacher_fingerprint

    cache = LogitsCache(Path(choice.cache) / "train")
    expected = teacher_fingerprint(Path(choice.teacher)) if choice.teacher else {}
    logits = cache.read(train_split, expected)
    fingerprint = cache.fingerprint()
    if not choice.transfer:
        return Guidance(fingerprint["tags"], logits=logits)
    text = list(read_plain_text(choice.transfer))
    # One teacher for both: all of the fingerprint must agree but the words.
    same = {name: value for name, value in fingerprint.items() if name != WORDS}
    labelled = LogitsCache(Path(choice.cache) / TEXT).read(text, same)
    transfer = Transfer(text, labelled, ratio)
    return Guidance(fingerprint["tags"], logits=logits, transfer=transfer)


def _live(folder: Path, train_split: Sequence[Sentence]) -> "Guidance":
    from bioner_kd.distill.training import Guidance
    from bioner_kd.teacher.saved_teacher import load_teacher

    teacher = load_teacher(folder)
    features = teacher.encode(train_split).gatherer()
    return Guidance(teacher.tag_set.tags, model=teacher.model, features=features)
