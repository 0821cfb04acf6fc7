"""Several teachers that speak with one voice: the mean of their logits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioner_kd.corpus.sentence import Sentence
from bioner_kd.corpus.tag_set import TagSet
from bioner_kd.encoding.decoding import Decoder
from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.saved_teacher import SavedTeacher, load_teacher, teacher_fingerprint


@dataclass(frozen=True)
class AveragedTeacher:
    """Teachers of one tag set, each with its own tokenizer and windows.

    The softmax of the mean of logits is the geometric mean of the teachers' distributions. At any
    temperature it is that of the softened ones too, so that one cache serves all temperatures; the
    logarithm of the mean probability would not do that.

    Attributes:
        teachers: two or more.
        fingerprint: what the mean depends on, by name, as a logits cache records it.

    Source:
        Hinton, Vinyals and Dean (2015), arXiv:1503.02531, section 1: "an arithmetic or geometric
        mean of their individual predictive distributions as the soft targets".
    """

    teachers: tuple[SavedTeacher, ...]
    fingerprint: dict[str, object]

    @property
    def tag_set(self) -> TagSet:
        """The tags of the last axis of the logits, the same for all."""
        return self.teachers[0].tag_set

    @property
    def decoder(self) -> Decoder:
        """How tags come from its logits."""
        return Decoder(self.tag_set)

    @property
    def parameters(self) -> int:
        """Number of weights of all."""
        return sum(teacher.parameters for teacher in self.teachers)

    @property
    def size(self) -> int:
        """Bytes of all weights on disk."""
        return sum(teacher.size for teacher in self.teachers)

    def logits(self, sentences: Sequence[Sentence], batch_size: int = 32) -> list[np.ndarray]:
        """Mean of the word-level logits, float32 (words, tags) a sentence, in order."""
        each = [teacher.logits(sentences, batch_size) for teacher in self.teachers]
        return [np.mean(same, axis=0, dtype=np.float32) for same in zip(*each, strict=True)]


def teachers_fingerprint(folders: Sequence[Path]) -> dict[str, object]:
    """What the logits of one or several saved teachers depend on, read without loading them.

    Args:
        folders: at least one; their order does not matter.

    Raises:
        InputError: a folder holds no fine-tuned teacher, or two teachers have other tags.
        UsageError: a teacher is named twice.
    """
    found = {folder: teacher_fingerprint(folder) for folder in folders}
    if len({str(one["teacher"]) for one in found.values()}) < len(folders):
        raise UsageError(f"--teachers={','.join(map(str, folders))}: a teacher is named twice.")
    first = found[folders[0]]
    if len(folders) == 1:
        return first
    for folder in folders:
        if found[folder]["tags"] != first["tags"]:
            raise InputError(
                f"{folder} has the tags {_listed(found[folder])}, but {folders[0]} has "
                f"{_listed(first)}; only teachers of the same tags can be averaged."
            )
    ordered = sorted(found.values(), key=lambda one: str(one["teacher"]))
    lists = {name: [one[name] for one in ordered] for name in first if name != "tags"}
    return {**lists, "tags": first["tags"]}


def load_teachers(folders: Sequence[Path]) -> SavedTeacher | AveragedTeacher:
    """Loads a teacher, or several as their average.

    Raises:
        InputError: as `teachers_fingerprint`, or a folder is damaged.
        UsageError: as `teachers_fingerprint`.
    """
    fingerprint = teachers_fingerprint(folders)  # first, since loading takes seconds each
    teachers = tuple(map(load_teacher, folders))
    return teachers[0] if len(teachers) == 1 else AveragedTeacher(teachers, fingerprint)


def _listed(fingerprint: dict[str, object]) -> str:
    return ", ".join(fingerprint["tags"])  # type: ignore[arg-type]
