"""A teacher labels sentences into a cache, and a labelled text is read from it."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from absl import logging

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.encoding.sentence_model import HiddenStates, TeachingModel
from bioner_kd.errors import InputError, UsageError
from bioner_kd.progress import Progress
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.cache_manifest import Fingerprint
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.logits_shard import HIDDEN_STATES
from bioner_kd.text.plain_text import read_plain_text, write_plain_text
from bioner_kd.text.sentence import Sentence

# The folder, in a cache, of text that is no split of a corpus.
TEXT = "text"
SENTENCES = "sentences.txt.gz"


def hidden_folder(folder: Path) -> Path:
    """Names the cache of the hidden states that belongs to a cache of logits."""
    return folder.with_name(f"{folder.name}_hidden")


def label(
    teacher: TeachingModel,
    sentences: Sequence[Sentence],
    folder: Path,
    *,
    batch_size: int,
    hidden: bool = False,
) -> None:
    """Writes the teacher's logits of every sentence into a cache.

    Sentences without tags, which are of no corpus, are written beside their logits, last of all.

    Args:
        teacher: a fine-tuned encoder, a student, or the average of several.
        sentences: with or without tags.
        folder: the cache; values that are there already are kept.
        batch_size: number of sentences of a batch.
        hidden: whether hidden states are written too, into a second cache beside the first.

    Raises:
        InputError: there is no sentence, or a folder holds values of something else.
        UsageError: hidden states are asked for, and the teacher is not a single encoder.
    """
    if not sentences:
        raise InputError(f"There is no sentence to label for {folder}; check the text.")
    if hidden:
        if not isinstance(teacher, HiddenStates):
            raise UsageError(
                "--hidden: only a single fine-tuned BERT has hidden states to learn; those of "
                "several have no mean, since each has axes of its own. Name one teacher."
            )
        shards = _write_both(_Reading(teacher, batch_size), teacher.fingerprint, sentences, folder)
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
    reading: "_Reading", fingerprint: Fingerprint, sentences: Sequence[Sentence], folder: Path
) -> Iterator[int]:
    logits = LogitsCache(folder).write(sentences, fingerprint, reading.logits)
    states = LogitsCache(hidden_folder(folder), HIDDEN_STATES).write(
        sentences, fingerprint, reading.hidden_states
    )
    for done, _ in itertools.zip_longest(logits, states, fillvalue=0):
        yield done


class _Reading:
    """A teacher that reads a part once for two caches, which ask for the part in turn."""

    def __init__(self, teacher: HiddenStates, batch_size: int) -> None:
        self._teacher, self._batch_size = teacher, batch_size
        self._part: Sequence[Sentence] = ()
        self._values: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])

    def logits(self, part: Sequence[Sentence]) -> list[np.ndarray]:
        return self._read(part)[0]

    def hidden_states(self, part: Sequence[Sentence]) -> list[np.ndarray]:
        return self._read(part)[1]

    def _read(self, part: Sequence[Sentence]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        if part != self._part:
            self._values = self._teacher.logits_and_hidden_states(part, self._batch_size)
            self._part = part
        return self._values


@dataclass(frozen=True)
class LabelledText:
    """Unlabelled sentences and their soft targets.

    Attributes:
        sentences: without tags.
        logits: float32 (words of all sentences, tags).
        tag_set: the tags of the last axis of the logits.
    """

    sentences: list[Sentence]
    logits: Ragged
    tag_set: TagSet

    def tagged(self) -> list[Sentence]:
        """Gives the sentences the tags that follow from their logits."""
        decoder = Decoder(self.tag_set)
        return [
            dataclasses.replace(sentence, tags=tuple(decoder.decode(rows)))
            for sentence, rows in zip(self.sentences, self.logits.rows(), strict=True)
        ]


def write_sentences(folder: Path, sentences: Sequence[Sentence]) -> None:
    """Writes sentences beside their logits, so that no reader has to sample them again."""
    write_plain_text(folder / SENTENCES, (sentence.text for sentence in sentences))


def read_sentences(folder: Path) -> list[Sentence]:
    """Reads the sentences of a labelled text without their logits.

    Raises:
        InputError: there is no such text, or it is unfinished or damaged.
    """
    if not (folder / SENTENCES).is_file():
        raise InputError(
            f"{folder}: no labelled text is here, or it is unfinished; make it with "
            "bioner_kd cache_logits --text=FILE and the same --cache."
        )
    return list(read_plain_text(folder / SENTENCES))


def read_labelled_text(folder: Path, fingerprint: Fingerprint) -> LabelledText:
    """Reads a text that bioner_kd cache_logits labelled.

    Args:
        folder: the folder of the text in the cache.
        fingerprint: the entries of the cache's fingerprint that the reader knows.

    Raises:
        InputError: there is no such text, it is unfinished or damaged, or its logits belong to
            something else.
    """
    sentences, cache = read_sentences(folder), LogitsCache(folder)
    if cache.sentences() > len(sentences):
        raise InputError(
            f"{folder}: the labelling of {cache.sentences()} sentences is unfinished here; run "
            "bioner_kd cache_logits with the same flags to finish it."
        )
    logits = cache.read(sentences, fingerprint)
    return LabelledText(sentences, logits, TagSet.from_json(cache.fingerprint()["tags"]))
