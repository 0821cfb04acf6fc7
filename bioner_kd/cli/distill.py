"""Flags: what the student is trained towards, and where the teacher's word comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioner_kd.cli.cache import TEXT
from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.distill.config import SELECTIONS, DistillConfig, TransferConfig
from bioner_kd.errors import UsageError
from bioner_kd.text.sentence import Sentence

if TYPE_CHECKING:
    from bioner_kd.distill.training import Guidance, Transfer


@dataclass(frozen=True)
class GuidanceChoice:
    """Where the teacher's logits come from."""

    cache: str = "saved_models/demo/logits"
    teachers: tuple[str, ...] = ()


DISTILL = Concern(
    "Distillation",
    DistillConfig(),
    {
        "alpha": "Weight of the hard labels in [0, 1]: loss = alpha * CE(tags) + (1 - alpha) * T^2 "
        "* KL(teacher || student). 0 is the teacher alone, 1 the student from scratch, but for a "
        "transfer set, whose sentences have no tags and learn the KL whatever alpha is.",
        "alpha_end": "What alpha moves to, linearly over all training steps: --alpha=0 "
        "--alpha_end=1 goes from the teacher to the labels. Where it is not given, alpha stays.",
        "temperature": "Softening T of both distributions in the KL, above 0.",
    },
)
GUIDANCE = Concern(
    "Teacher",
    GuidanceChoice(),
    {
        "cache": "Folder of logits that bioner_kd cache_logits made; empty to run the teacher "
        "live in each step.",
        "teachers": "Folder of the fine-tuned teacher, or folders a,b,c of the models whose logits "
        "were averaged: checked against the cache, or, one BERT alone, run live where --cache is "
        "empty.",
    },
)
TRANSFER = Concern(
    "Transfer set",
    TransferConfig(),
    {
        "transfer_size": "Sentences without annotation to learn the teacher's word on, of those "
        "that bioner_kd cache_logits --text labelled into the same cache; 0 for none, -1 for all. "
        "A smaller set is a part of a larger one.",
        "transfer_ratio": "Sentences of the transfer set that an epoch draws, other ones each "
        "time, for each sentence of the training split.",
        "transfer_select": "Which labelled sentences may be taken: all, those that the teacher is "
        "surest of (confident), or those in which it finds a mention and some others (entities).",
        "transfer_keep": "Share of the sentences that --transfer_select=confident keeps.",
        "transfer_without": "Sentences without a mention that --transfer_select=entities keeps for "
        "each with one.",
    },
    {"transfer_select": SELECTIONS},
)


CONCERNS = (DISTILL, GUIDANCE, TRANSFER)


def read_guidance(program: Program, train_split: Sequence[Sentence]) -> "Guidance | None":
    """What the teacher has to say, as the flags say: cached logits, or the teacher itself."""
    choice, transfer = program.read(GUIDANCE), program.read(TRANSFER)
    if choice.cache:
        return _cached(choice, train_split, transfer)
    if transfer.transfer_size:
        raise UsageError("--transfer_size needs cached logits: name them by --cache.")
    if len(choice.teachers) > 1:
        raise UsageError("Several --teachers need cached logits: name them by --cache.")
    return _live(Path(choice.teachers[0]), train_split) if choice.teachers else None


def _cached(
    choice: GuidanceChoice, train_split: Sequence[Sentence], config: TransferConfig
) -> "Guidance":
    from bioner_kd.distill.training import Guidance
    from bioner_kd.teacher.ensemble.folders import teachers_fingerprint
    from bioner_kd.teacher.logits_cache import LogitsCache

    cache = LogitsCache(Path(choice.cache) / "train")
    expected = teachers_fingerprint(list(map(Path, choice.teachers))) if choice.teachers else {}
    logits = cache.read(train_split, expected)
    origin = cache.origin()
    transfer = (
        _transfer(Path(choice.cache) / TEXT, origin, config) if config.transfer_size else None
    )
    return Guidance(origin["tags"], logits=logits, transfer=transfer)


def _transfer(folder: Path, fingerprint: dict[str, Any], config: TransferConfig) -> "Transfer":
    from bioner_kd.distill.selection import select
    from bioner_kd.distill.training import Transfer
    from bioner_kd.teacher.labelled_text import read_labelled_text

    text = read_labelled_text(folder, fingerprint)
    chosen = select(text.logits, text.tag_set, config)
    sentences = [text.sentences[number] for number in chosen]
    return Transfer(sentences, text.logits.take(chosen), config.transfer_ratio)


def _live(folder: Path, train_split: Sequence[Sentence]) -> "Guidance":
    from bioner_kd.distill.training import Guidance
    from bioner_kd.teacher.saved_teacher import load_teacher

    teacher = load_teacher(folder)
    features = teacher.encode(train_split).gatherer()
    return Guidance(teacher.tag_set.tags, model=teacher.model, features=features)
