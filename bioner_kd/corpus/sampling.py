"""An even sample of the sentences of several text files, the same each time.

Sentences stand in the order of a hash of their words. That is a shuffled order which needs no seed
and does not depend on the order of the files: the first N sentences of it are an even sample of all
of them, and a smaller sample is the beginning of a larger one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from absl import logging

from bioner_kd.corpus.config import ALL, SampleConfig
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text
from bioner_kd.text.unlabelled import read_unlabelled


@dataclass(frozen=True)
class Sample:
    """What was drawn, and what was left out.

    Attributes:
        sentences: in the order of their hashes, no two of the same words.
        found: number of sentences in all files.
        short: number of these that were too short.
        long: number of these that were too long.
        repeats: number of these that repeat a sentence of the sample.
    """

    sentences: list[Sentence]
    found: int
    short: int
    long: int
    repeats: int


def sample_text(paths: Sequence[str], config: SampleConfig) -> Sample:
    """Draws sentences from files of unlabelled text, which are read once.

    Args:
        paths: as for `read_unlabelled`.
        config: how many, and which of them. Every sentence of every file is as likely
            to be drawn as any other; one that is repeated is drawn at most once.

    Raises:
        InputError: a file cannot be read, is no text or has no word.

    Source:
        Cohen and Kaplan (2007), "Summarizing data using bottom-k sketches", PODC.
    """
    return draw(read_unlabelled(paths, told=logging.info), config)


def draw(sentences: Iterable[Sentence], config: SampleConfig) -> Sample:
    """Draws from sentences as `sample_text` draws from those of files."""
    drawn = _Smallest(config.text_size)
    found = short = long = 0
    for sentence in sentences:
        found += 1
        if len(sentence) < config.min_words:
            short += 1
        elif len(sentence) > config.max_words:
            long += 1
        else:
            drawn.add(_hash(sentence.words), sentence.text)
    chosen, repeats = drawn.result()
    return Sample([sentence_from_text(text) for text in chosen], found, short, long, repeats)


def _hash(words: Sequence[str]) -> bytes:
    return hashlib.blake2b("\t".join(words).encode(), digest_size=16).digest()


class _Smallest:
    """The texts of the `size` smallest keys, in memory for twice as many."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._texts: dict[bytes, str] = {}
        self._repeats: Counter[bytes] = Counter()
        self._limit: bytes | None = None

    def add(self, key: bytes, text: str) -> None:
        if self._limit is not None and key > self._limit:
            return
        if key in self._texts:
            self._repeats[key] += 1
            return
        self._texts[key] = text
        if self._size != ALL and len(self._texts) >= 2 * self._size:
            self._prune()

    def _prune(self) -> None:
        keys = sorted(self._texts)[: None if self._size == ALL else self._size]
        self._texts = {key: self._texts[key] for key in keys}
        self._repeats = Counter({key: self._repeats[key] for key in keys})
        self._limit = keys[-1] if keys else None

    def result(self) -> tuple[list[str], int]:
        """The texts in the order of their keys, and how many more repeat one of them."""
        self._prune()
        return list(self._texts.values()), self._repeats.total()
