"""A teacher labels sentences into a cache."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from absl import logging

from bioner_kd.errors import InputError, UsageError
from bioner_kd.progress import Progress
from bioner_kd.teacher.cache_kind import HIDDEN_STATES, hidden_folder
from bioner_kd.teacher.labelled_text import write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.sentence import Sentence


class Labeller(Protocol):
    """Any model that has a word to say."""

    @property
    def fingerprint(self) -> dict[str, object]:
        """What its logits depend on, by name."""

    def logits(self, sentences: Sequence[Sentence], batch_size: int) -> list[np.ndarray]:
        """float32 (words, tags) a sentence, in order."""


@runtime_checkable
class HiddenLabeller(Labeller, Protocol):
    """A single encoder, whose hidden states can be learnt as well."""

    def logits_and_hidden_states(
        self, sentences: Sequence[Sentence], batch_size: int
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """float32 (words, tags) and float32 (words, hidden size) a sentence, in order."""


def label(
    teacher: Labeller,
    sentences: Sequence[Sentence],
    folder: Path,
    *,
    batch_size: int,
    hidden: bool = False,
) -> None:
    """Writes the teacher's logits of every sentence.

    Sentences without tags, which are of no corpus, are written beside their logits once these are
    all there.

    Args:
        teacher: what labels: a fine-tuned BERT, a student, or several models as one.
        sentences: with or without tags.
        folder: the cache; what is there and fits is kept.
        batch_size: sentences of a batch.
        hidden: whether its hidden states are written too, into a cache beside that one.

    Raises:
        InputError: there is no sentence, or a folder holds values of something else.
        UsageError: hidden states are asked for, of what is not a single BERT.
    """
    if not sentences:
        raise InputError(f"There is no sentence to label for {folder}; check the text.")
    if hidden:
        if not isinstance(teacher, HiddenLabeller):
            raise UsageError(
                "--hidden: only a single fine-tuned BERT has hidden states to learn; those of "
                "several have no mean, since each has axes of its own. Name one teacher."
            )
        shards = _write_both(teacher, sentences, folder, batch_size)
    else:
        shards = LogitsCache(folder).write(
            sentences, teacher.fingerprint, lambda part: teacher.logits(part, batch_size)
        )
    with Progress(folder.name, "sentence", len(sentences)) as progress:
        for done in shards:
            progress.update(done)
    if sentences[0].tags is None:
        write_sentences(folder, sentences)
    what = "logits and hidden states" if hidden else "logits"
    logging.info("%s: %s of %d sentences.", folder, what, len(sentences))


def _write_both(
    teacher: HiddenLabeller, sentences: Sequence[Sentence], folder: Path, batch_size: int
) -> Iterator[int]:
    reading = _Reading(teacher, batch_size)
    logits = LogitsCache(folder).write(sentences, teacher.fingerprint, reading.logits)
    states = LogitsCache(hidden_folder(folder), HIDDEN_STATES).write(
        sentences, teacher.fingerprint, reading.hidden_states
    )
    for done, _ in itertools.zip_longest(logits, states, fillvalue=0):
        yield done


class _Reading:
    """What a teacher says of a part, read once for both caches, which ask in turn."""

    def __init__(self, teacher: HiddenLabeller, batch_size: int) -> None:
        self._teacher, self._batch_size = teacher, batch_size
        self._part: Sequence[Sentence] = ()
        self._said: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])

    def logits(self, part: Sequence[Sentence]) -> list[np.ndarray]:
        return self._read(part)[0]

    def hidden_states(self, part: Sequence[Sentence]) -> list[np.ndarray]:
        return self._read(part)[1]

    def _read(self, part: Sequence[Sentence]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        if part != self._part:
            self._said = self._teacher.logits_and_hidden_states(part, self._batch_size)
            self._part = part
        return self._said
