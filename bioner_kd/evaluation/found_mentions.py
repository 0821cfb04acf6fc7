"""What a student finds in annotated texts, mention by mention, with its scores."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bioner_kd.tagging.decoding import Entity, entities_from_tags
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.document import Document
from bioner_kd.text.sentence import Sentence

# Entity type, first character and the character after the last.
Mention = tuple[str, int, int]


@dataclass(frozen=True)
class AnnotatedText:
    """A text, of one sentence or a whole document, and the mentions that are in it.

    Attributes:
        document: the text, whose annotations do not count.
        mentions: those that are to be found, by their characters in `document.text`.
    """

    document: Document
    mentions: frozenset[Mention]

    @classmethod
    def of_sentence(cls, sentence: Sentence) -> "AnnotatedText":
        """The text of a tagged sentence, which a student cuts into words by its own rules."""
        alone = sentence.alone()
        ones = [1.0] * len(alone)
        found = entities_from_tags(alone.tags or (), ones, alone.spans, alone.text)
        return cls(Document.from_text(alone.text), frozenset(map(_mention, found)))


@dataclass(frozen=True)
class FoundMentions:
    """Mentions that a student found, a row each.

    Attributes:
        texts: int64 (found,), number of the text in which the mention is.
        types: (found,), entity type.
        raw_scores: float64 (found,).
        scores: float64 (found,), as the student gives them.
        right: bool (found,), whether the same mention is annotated.
        annotated: number of annotated mentions of each type, in each text.
    """

    texts: np.ndarray
    types: np.ndarray
    raw_scores: np.ndarray
    scores: np.ndarray
    right: np.ndarray
    annotated: Sequence[Mapping[str, int]]

    def of_type(self, name: str) -> np.ndarray:
        """Which rows have a type, bool (found,)."""
        return self.types == name

    def only(self, types: Collection[str]) -> "FoundMentions":
        """The rows and the annotated mentions of some types."""
        rows = np.isin(self.types, sorted(types))
        annotated = [
            {name: number for name, number in one.items() if name in types}
            for one in self.annotated
        ]
        return FoundMentions(
            self.texts[rows], self.types[rows], self.raw_scores[rows], self.scores[rows],
            self.right[rows], annotated,
        )  # fmt: skip

    @property
    def names(self) -> list[str]:
        """Types that are found or annotated, in alphabetical order."""
        return sorted({*self.types.tolist(), *(name for one in self.annotated for name in one)})


def find_mentions(tagger: Tagger, texts: Sequence[AnnotatedText]) -> FoundMentions:
    """Tags texts and compares each mention that is found with the annotated ones.

    Args:
        tagger: the student, whose rules read each text as a whole.
        texts: annotated texts.
    """
    found = tagger.tag_groups(text.document.cut(tagger.sentences) for text in texts)
    return compared(found, [text.mentions for text in texts])


def compared(
    found: Iterable[Sequence[Entity]], mentions: Sequence[frozenset[Mention]]
) -> FoundMentions:
    """Compares what was found in each text with what is annotated there.

    Args:
        found: entities of each text.
        mentions: annotated mentions of each text.
    """
    rows = [
        (number, one.type, one.raw_score, one.score, _mention(one) in mentions[number])
        for number, entities in enumerate(found)
        for one in entities
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    kinds = (np.int64, np.str_, np.float64, np.float64, np.bool_)
    texts, types, raw_scores, scores, right = (
        np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)
    )
    annotated = [Counter(name for name, _, _ in some) for some in mentions]
    return FoundMentions(texts, types, raw_scores, scores, right, annotated)


def _mention(entity: Entity) -> Mention:
    return (entity.type, entity.start, entity.end)
