"""Where names stand in a text, and what becomes of its tags there."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioner_kd.tagging.abbreviations import Range, joined
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.tagging.word_columns import Changed, Tags
from bioner_kd.text.iob2 import OUTSIDE, entities

Mention = tuple[str, int, int]


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a name is.

    Attributes:
        type: of entities, "" for none.
        score: of each word that becomes part of one.
    """

    type: str
    score: float


class TagChanges:
    """Tags of a text that change.

    Attributes:
        mentions: type of each entity that the model found, its first word, and the word behind.
    """

    def __init__(self, found: TaggedText) -> None:
        """Takes the text, which stays as it is."""
        self._found = found
        self._tags = Tags.copied(found.tags)
        self._scores: dict[int, float] = {}
        self.mentions = entities(found.tags)
        self._firsts = [first for _, first, _ in self.mentions]

    def mention_at(self, word: int) -> Mention | None:
        """The entity that the model found at a word."""
        place = bisect.bisect_right(self._firsts, word) - 1
        if place < 0 or word >= self.mentions[place][2]:
            return None
        return self.mentions[place]

    def score(self, first: int, end: int) -> float:
        """Mean score of words, as the model gave it."""
        return mean(self._found.scores[first:end])

    def crosses(self, place: Range) -> bool:
        """Whether an entity begins before words, or ends behind them, and has one of them."""
        ends = (self.mention_at(place[0]), self.mention_at(place[1] - 1))
        return any(one and (one[1] < place[0] or one[2] > place[1]) for one in ends)

    def is_free(self, place: Range) -> bool:
        """Whether no word has a tag, changed ones included."""
        return all(tag == OUTSIDE for tag in self._tags[slice(*place)])

    def set(self, place: Range, meaning: Meaning) -> None:
        """Makes words an entity, or none."""
        first, end = place
        if not meaning.type:
            self._tags.put(first, [OUTSIDE] * (end - first))
        elif self.mention_at(first) != (meaning.type, first, end):
            inner = [f"I-{meaning.type}"] * (end - first - 1)
            self._tags.put(first, [f"B-{meaning.type}", *inner])
            self._scores.update(dict.fromkeys(range(first, end), meaning.score))

    def text(self) -> TaggedText:
        """The text with what has changed."""
        if self._tags == self._found.tags:
            return self._found
        scores = Changed(self._found.scores, self._scores) if self._scores else self._found.scores
        return self._found.with_tags(self._tags, scores)


class NamesInText:
    """Names that are looked for in a text, longer ones first."""

    def __init__(self, *, fold: bool = False) -> None:
        """Takes whether the names are in small letters, and found in any."""
        self._fold = fold
        self._names: set[str] = set()
        self._lengths: dict[str, list[int]] = {}

    def add(self, name: str, first_word: str, words: int) -> None:
        """Adds a name as `joined` gives it."""
        if name not in self._names:
            self._names.add(name)
            lengths = self._lengths.setdefault(first_word, [])
            if words not in lengths:
                lengths.append(words)
                lengths.sort(reverse=True)

    def places(self, found: TaggedText) -> Iterator[tuple[str, Range]]:
        """Each name with its words in the text, which no two have in common."""
        free, number_of_words = 0, len(found.words)
        words = map(str.lower, found.words) if self._fold else found.words
        for number, word in enumerate(words):
            if word in self._lengths and number >= free:
                for length in self._lengths[word]:
                    end = number + length
                    name = word if length == 1 else self._name(found, number, end)
                    if end <= number_of_words and name in self._names:
                        yield name, (number, end)
                        free = end
                        break

    def _name(self, found: TaggedText, first: int, end: int) -> str:
        words = found.words[first:end]
        words = list(map(str.lower, words)) if self._fold else words
        return joined(words, found.spans[first:end])


def share_in_entities(found: TaggedText, place: Range) -> float:
    """Mean probability of words that they are part of any entity."""
    return mean(found.in_entity[place[0] : place[1]])


def mean(numbers: Sequence[float]) -> float:
    """Arithmetic mean."""
    return sum(numbers) / len(numbers)
