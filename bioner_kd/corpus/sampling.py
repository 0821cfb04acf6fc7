"""An even sample of the sentences of several text files, the same each time.

Sentences stand in the order of a hash of their words. That is a shuffled order which needs no seed
and does not depend on the order of the files: the first N sentences of it are an even sample of all
of them, and a smaller sample is the beginning of a larger one.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.corpus.config import ALL, SampleConfig
from bioner_kd.text.plain_text import no_word, read_text_lines
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text, split_words


@dataclass(frozen=True)
class Sample:
    """What was drawn, and what was left out.

    Attributes:
        sentences: in the order of their hashes, no two of the same words.
        lines: number of lines with a word, in all files.
        short: number of these lines that were too short.
        long: number of these lines that were too long.
        repeats: number of lines that repeat a sentence of the sample.
    """

    sentences: list[Sentence]
    lines: int
    short: int
    long: int
    repeats: int


def sample_text(paths: Sequence[str], config: SampleConfig) -> Sample:
    """Draws sentences from files of one sentence a line, which are read once.

    Args:
        paths: as for `read_plain_text`.
        config: how many, and which lines are sentences. Every sentence of every file is as likely
            to be drawn as any other; one that is repeated is drawn at most once.

    Raises:
        InputError: a file cannot be read, is no text or has no word.

    Source:
        Cohen and Kaplan (2007), "Summarizing data using bottom-k sketches", PODC.
    """
    drawn = _Smallest(config.text_size)
    lines = short = long = 0
    for path in paths:
        before = lines
        for line in read_text_lines(path):
            words = split_words(line)
            lines += bool(words)
            if len(words) < config.min_words:
                short += bool(words)
            elif len(words) > config.max_words:
                long += 1
            else:
                drawn.add(_hash(words), line)
        if lines == before:
            raise no_word(path)
    chosen, repeats = drawn.result()
    return Sample([sentence_from_text(line) for line in chosen], lines, short, long, repeats)


def _hash(words: Sequence[str]) -> bytes:
    return hashlib.blake2b("\t".join(words).encode(), digest_size=16).digest()


class _Smallest:
    """The lines of the `size` smallest keys, in memory for twice as many."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lines: dict[bytes, str] = {}
        self._repeats: Counter[bytes] = Counter()
        self._limit: bytes | None = None

    def add(self, key: bytes, line: str) -> None:
        if self._limit is not None and key > self._limit:
            return
        if key in self._lines:
            self._repeats[key] += 1
            return
        self._lines[key] = line
        if self._size != ALL and len(self._lines) >= 2 * self._size:
            self._prune()

    def _prune(self) -> None:
        keys = sorted(self._lines)[: None if self._size == ALL else self._size]
        self._lines = {key: self._lines[key] for key in keys}
        self._repeats = Counter({key: self._repeats[key] for key in keys})
        self._limit = keys[-1] if keys else None

    def result(self) -> tuple[list[str], int]:
        """The lines in the order of their keys, and how many more repeat one of them."""
        self._prune()
        return list(self._lines.values()), self._repeats.total()
