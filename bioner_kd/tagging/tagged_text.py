"""What a model says of the words of a text."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace


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
        first_words: number of the first word of each sentence that has words, in order; empty where
            nothing is known of sentences.
    """

    text: str
    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    tags: Sequence[str]
    scores: Sequence[float]
    in_entity: Sequence[float]
    first_words: Sequence[int] = ()

    @property
    def sentences(self) -> Iterator[tuple[int, int]]:
        """First word of each sentence, and the word behind its last."""
        firsts = itertools.chain(self.first_words or (0,), (len(self.words),))
        return itertools.pairwise(firsts)

    def with_tags(self, tags: Sequence[str], scores: Sequence[float]) -> "TaggedText":
        """The same text with other tags and their scores."""
        return replace(self, tags=tags, scores=scores)
