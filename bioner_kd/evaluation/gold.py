"""What models are scored against: annotated sentences by words, or documents by characters."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bioner_kd.evaluation.scores import Scores, score
from bioner_kd.tagging.decoding import entities_from_tags
from bioner_kd.text.document import Document
from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

WORDS, CHARACTERS = BY = ("words", "characters")

# Document, entity type, and first and last character.
Mention = tuple[int, str, int, int]


def _same_name(entity_type: str) -> str | None:
    return entity_type


@dataclass(frozen=True)
class AnnotatedWords:
    """Sentences whose words have tags.

    Attributes:
        sentences: with tags.
        lost: number of mentions that the tags do not hold, by type: no model can find them, and
            they count as missed.
    """

    sentences: Sequence[Sentence]
    lost: Counter[str] = field(default_factory=Counter)

    def score(self, tags: Sequence[Sequence[str]]) -> Scores:
        """Scores the tags that a model gives the sentences."""
        gold = [sentence.tags or () for sentence in self.sentences]
        missed = [f"B-{name}" for name in self.lost.elements()]
        scores = score([*gold, *([tag] for tag in missed)], [*tags, *([OUTSIDE] for _ in missed)])
        return dataclasses.replace(
            scores, sentences=len(gold), words=sum(len(sentence) for sentence in self.sentences)
        )


@dataclass(frozen=True)
class AnnotatedDocuments:
    """Documents with mentions, of which a model has to find the very characters.

    A discontinuous mention counts from its first to its last character.

    Attributes:
        documents: with annotations.
        name_of: what a type of the documents is called by the models; None leaves its mentions out.
    """

    documents: Sequence[Document]
    name_of: Callable[[str], str | None] = _same_name

    @cached_property
    def _cut(self) -> list[tuple[int, Sentence]]:
        return [
            (number, sentence)
            for number, document in enumerate(self.documents)
            for sentence in document.cut(RULES.iterate_sentences)
            if sentence.words
        ]

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences that a model is shown."""
        return [sentence for _, sentence in self._cut]

    @cached_property
    def mentions(self) -> set[Mention]:
        """The mentions that are to be found."""
        return {
            (number, name, annotation.start, annotation.end)
            for number, document in enumerate(self.documents)
            for annotation in document.annotations
            if annotation.spans and (name := self.name_of(annotation.type)) is not None
        }

    def score(self, tags: Sequence[Sequence[str]]) -> Scores:
        """Scores the tags that a model gives the sentences.

        Both modes of `Scores` are the same here: a mention is right with its characters and type.
        """
        found: set[Mention] = set()
        for (number, sentence), mine in zip(self._cut, tags, strict=True):
            scores = [1.0] * len(sentence)
            for entity in entities_from_tags(mine, scores, sentence.spans, sentence.text):
                found.add((number, entity.type, entity.start, entity.end))
        every = sorted(self.mentions | found)
        # A word for each mention: the scores are then those of tags.
        gold = [f"B-{one[1]}" if one in self.mentions else OUTSIDE for one in every]
        predicted = [f"B-{one[1]}" if one in found else OUTSIDE for one in every]
        return dataclasses.replace(
            score([gold], [predicted]),
            sentences=len(self._cut),
            words=sum(len(sentence) for _, sentence in self._cut),
        )
