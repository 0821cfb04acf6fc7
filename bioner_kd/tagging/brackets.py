"""Mentions whose brackets do not pair are cut at the bracket that has no partner.

Of 10,769 annotated mentions of NCBI-disease and BC5CDR none has such a bracket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bioner_kd.errors import shown
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.tagging.word_columns import Tags
from bioner_kd.text.iob2 import OUTSIDE, entities

_MOST_PAIRS = 100


@dataclass(frozen=True)
class Brackets:
    """Which words are brackets.

    Attributes:
        pairs: each opening bracket and the one that closes it.
    """

    pairs: tuple[tuple[str, str], ...] = (("(", ")"), ("[", "]"), ("{", "}"))

    def apply(self, found: TaggedText) -> TaggedText:
        """The text with the tags of mentions that have no bracket without its partner.

        Such a mention keeps the words before the first of these brackets, or, where there are none,
        those up to the next one. On devel that gives a better F1 than keeping the longest or all
        parts, or taking in a partner that is the neighbouring word.
        """
        if not any(character in found.text for character in self._characters):
            return found
        tags = None
        for entity_type, first, end in entities(found.tags):
            alone = self._alone(found.words[first:end])
            if alone:
                tags = tags or Tags.copied(found.tags)
                tags.put(first, _tags_of_part(entity_type, end - first, alone))
        return found.with_tags(tags, found.scores) if tags else found

    @cached_property
    def _characters(self) -> frozenset[str]:
        return frozenset(character for pair in self.pairs for word in pair for character in word)

    @cached_property
    def _opening(self) -> Mapping[str, str]:
        return {closing: opening for opening, closing in self.pairs}

    def _alone(self, words: Sequence[str]) -> list[int]:
        """Numbers of the brackets among words that have no partner there."""
        opened: list[int] = []
        alone = []
        openings = self._opening.values()
        for number, word in enumerate(words):
            if word in openings:
                opened.append(number)
            elif word in self._opening:
                if opened and words[opened[-1]] == self._opening[word]:
                    opened.pop()
                else:
                    alone.append(number)
        return sorted([*alone, *opened])

    def to_json(self) -> list[list[str]]:
        """The pairs as JSON values."""
        return [list(pair) for pair in self.pairs]

    @classmethod
    def from_json(cls, record: object) -> "Brackets":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else.
        """
        pairs = record if isinstance(record, list) and len(record) <= _MOST_PAIRS else []
        words = [word for pair in pairs if isinstance(pair, list) for word in pair]
        good = all(isinstance(word, str) and len(word) == 1 for word in words)
        if not pairs or not good or len(set(words)) != len(words) or len(words) != 2 * len(pairs):
            raise ValueError(f"brackets are pairs of different characters, not {shown(record)}")
        return cls(tuple((pair[0], pair[1]) for pair in pairs))


def _tags_of_part(entity_type: str, number: int, alone: Sequence[int]) -> list[str]:
    # Words before the first bracket without a partner that has words before it.
    tags = [OUTSIDE] * number
    kept = False
    for word in range(number):
        if word not in alone:
            tags[word] = f"{'I' if kept else 'B'}-{entity_type}"
            kept = True
        elif kept:
            break
    return tags
