"""Probabilities of the words of a text, which are computed where somebody looks at them.

They take longer than tags, and most sentences have nothing to score.
"""

import bisect
from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.sentence_groups import in_batches
from bioner_kd.tagging.word_columns import PLACE, TAG, Column

_LOGIT, _PROBABILITY, _SENTENCE = "f", "d", "q"


class Probabilities:
    """Of each word of a text: that of its tag, and that of any entity.

    Attributes:
        first_words: number of the first word of each sentence.
        ids: number of each word's tag.
        scores: (words,) probability of each word's tag.
        in_entity: (words,) probability that the word is part of any entity.
    """

    def __init__(self, decoder: Decoder) -> None:
        """Takes the decoder of the logits that will come."""
        self._decoder = decoder
        self.first_words, self.ids = array(PLACE), array(TAG)
        self._logits: array[float] = array(_LOGIT)
        # Of each sentence, the place of its first word in the columns of what was computed; or,
        # where nothing was, -1 minus the place of its first word in the logits.
        self._places = array(_SENTENCE)
        scores: array[float] = array(_PROBABILITY)
        in_entity: array[float] = array(_PROBABILITY)
        self._computed = scores, in_entity
        self.scores, self.in_entity = _Computed(self, scores), _Computed(self, in_entity)

    def append(self, ids: Sequence[int], logits: np.ndarray) -> None:
        """Adds a sentence.

        Args:
            ids: number of each word's tag; at least one.
            logits: float32 (words, tags).
        """
        self.first_words.append(len(self.ids))
        self._places.append(-1 - len(self._logits) // len(self._decoder.tag_set))
        self.ids.extend(ids)
        self._logits.frombytes(np.asarray(logits, np.float32).tobytes())

    def __len__(self) -> int:
        """Number of words."""
        return len(self.ids)

    def bounds(self, sentence: int) -> tuple[int, int]:
        """First word of a sentence, and the word behind its last."""
        behind = sentence + 1
        last = self.first_words[behind] if behind < len(self.first_words) else len(self.ids)
        return self.first_words[sentence], last

    def with_tags(self) -> list[bool]:
        """Of each sentence, whether a word of it has a tag other than O."""
        tagged = np.zeros(len(self.first_words), bool)
        words = np.flatnonzero(np.array(self.ids, TAG))
        tagged[np.searchsorted(np.array(self.first_words), words, side="right") - 1] = True
        return tagged.tolist()

    def logits(self, sentence: int) -> np.ndarray:
        """Logits of a sentence whose probabilities are not known, float32 (words, tags)."""
        return np.frombuffer(self._logits_of(sentence), np.float32).reshape(
            -1, len(self._decoder.tag_set)
        )

    def _logits_of(self, sentence: int) -> "array[float]":
        first, end = self.bounds(sentence)
        place, tags = -1 - self._places[sentence], len(self._decoder.tag_set)
        return self._logits[place * tags : (place + end - first) * tags]

    def leave_out_known(self) -> None:
        """Drops the logits of sentences whose probabilities are known, to save memory."""
        kept: array[float] = array(_LOGIT)
        for sentence, place in enumerate(self._places):
            if place < 0:
                some = self._logits_of(sentence)
                self._places[sentence] = -1 - len(kept) // len(self._decoder.tag_set)
                kept += some
        self._logits = kept

    def between(self, column: "array[float]", first: int, end: int) -> "array[float]":
        """Values of a column of what was computed, from one word to the one before another."""
        found: array[float] = array(_PROBABILITY)
        while first < end:
            sentence = bisect.bisect_right(self.first_words, first) - 1
            if self._places[sentence] < 0:
                compute([(self, sentence)])
            start, behind = self.bounds(sentence)
            until = min(end, behind)
            place = self._places[sentence] + first - start
            found += column[place : place + until - first]
            first = until
        return found

    def take(self, sentence: int, probabilities: np.ndarray) -> None:
        """Takes the probabilities of all tags for the words of a sentence, float64."""
        first, end = self.bounds(sentence)
        scores, in_entity = self._computed
        self._places[sentence] = len(scores)
        ids = np.array(self.ids[first:end], np.intp)
        scores.frombytes(probabilities[np.arange(len(ids)), ids].tobytes())
        in_entity.frombytes((1 - probabilities[:, 0]).tobytes())

    @property
    def decoder(self) -> Decoder:
        """What makes probabilities of logits."""
        return self._decoder

    def is_known(self, sentence: int) -> bool:
        """Whether the probabilities of a sentence are computed."""
        return self._places[sentence] >= 0


def compute(asked: Iterable[tuple[Probabilities, int]]) -> None:
    """Computes the probabilities of sentences together, which takes less time than one by one.

    Args:
        asked: texts of one decoder, and numbers of their sentences.
    """
    asked = ((one, number) for one, number in asked if not one.is_known(number))
    for batch in in_batches(asked, _length):
        logits = [one.logits(number) for one, number in batch]
        found = batch[0][0].decoder.probabilities_many(logits)
        for (one, number), rows in zip(batch, found, strict=True):
            one.take(number, rows)


def _length(asked: tuple[Probabilities, int]) -> int:
    first, end = asked[0].bounds(asked[1])
    return end - first


class _Computed(Column[float]):
    """A column of probabilities."""

    def __init__(self, of_text: Probabilities, column: "array[float]") -> None:
        self._of_text, self._column = of_text, column

    def __len__(self) -> int:
        return len(self._of_text)

    def between(self, first: int, end: int) -> "array[float]":
        return self._of_text.between(self._column, first, end)

    def __iter__(self) -> Iterator[float]:
        # All at once, before the first is asked for.
        compute((self._of_text, number) for number in range(len(self._of_text.first_words)))
        return super().__iter__()
