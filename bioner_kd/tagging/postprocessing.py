"""From the tags of a model to the entities of a text: rules that see the whole text at once.

The rules and their data travel in a student's tables, and with the answers of a server. Each
runtime applies them in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.tagging.decoding import Entity, entities_from_tags
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True, slots=True)
class TaggedText:
    """What a model says of the words of a text, of all its sentences one after the other.

    Attributes:
        text: the source text.
        words: its words, as the model read them.
        spans: (start, end) of each word in characters of the text.
        tags: one IOB2 tag per word; no I- tag opens a sentence.
        scores: (words,) probability of each word's tag.
        in_entity: (words,) probability that the word is part of any entity, 1 - P(O).
    """

    text: str
    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    tags: Sequence[str]
    scores: Sequence[float]
    in_entity: Sequence[float]


@dataclass(frozen=True)
class Postprocessing:
    """The rules of a student; without any, the tags become entities as they are."""

    def scored(self, sentences: Sequence[Sentence]) -> frozenset[int]:
        """Numbers of the sentences of a text whose probabilities the rules need, tagged or not."""
        return frozenset()

    def entities(self, found: TaggedText) -> list[Entity]:
        """Entities of a text, in order of their first word.

        Args:
            found: scores and probabilities of a sentence may be zeros if it has no tag but O and is
                none of `scored`.
        """
        return entities_from_tags(found.tags, found.scores, found.spans, found.text)

    def to_json(self) -> dict[str, Any]:
        """The rules as JSON values, for runtimes in other languages and the clients of a server."""
        return {}

    @classmethod
    def from_json(cls, record: object) -> "Postprocessing":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        if not isinstance(record, Mapping):
            raise ValueError("'postprocessing' is no JSON object")
        return cls()
