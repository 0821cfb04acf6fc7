"""What models are scored against: annotated sentences by words, or documents by characters."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from bioner_kd.evaluation.borders import CHARACTERS, WORDS
from bioner_kd.evaluation.found_mentions import AnnotatedText, Mention
from bioner_kd.evaluation.scores import Scores, score
from bioner_kd.tagging.decoding import entities_from_tags
from bioner_kd.text.document import Document
from bioner_kd.text.iob2 import OUTSIDE, split_tag
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

Tagged = Sequence[Sequence[str]]


class Gold(Protocol):
    """A split that models are scored on."""

    @property
    def by(self) -> str:
        """What borders are compared by: "words" or "characters"."""

    @property
    def sentences(self) -> Sequence[Sentence]:
        """The sentences that a model is shown."""

    @property
    def places(self) -> Mapping[str, str]:
        """The tags that a model has to know, each with the place where it stands first."""

    @property
    def chosen(self) -> frozenset[str]:
        """Types that are scored; all if empty."""

    @property
    def lost(self) -> Counter[str]:
        """Number of mentions that no model can find but that count as missed, by type."""

    @property
    def texts(self) -> Sequence[AnnotatedText]:
        """What is tagged as text where the scores of mentions are measured."""

    def pairs(self, tags: Tagged) -> tuple[Tagged, Tagged]:
        """Annotated and predicted tags, one sequence for each unit of the bootstrap.

        Args:
            tags: what a model gives the sentences.
        """

    def score(self, tags: Tagged) -> Scores:
        """Scores the tags that a model gives the sentences."""


@dataclass(frozen=True)
class AnnotatedWords:
    """Sentences whose words have tags.

    The units of the bootstrap are sentences; a lost mention is a sentence of its own.

    Attributes:
        sentences: with tags.
        lost: number of mentions that the tags do not hold, by type: no model can find them, and
            they count as missed.
        chosen: types that are scored, where not all: what a model finds of others does not count.
    """

    sentences: Sequence[Sentence]
    lost: Counter[str] = field(default_factory=Counter)
    chosen: frozenset[str] = frozenset()

    @property
    def by(self) -> str:
        """What borders are compared by."""
        return WORDS

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Each tag with the place where it stands first."""
        found: dict[str, str] = {}
        for sentence in self.sentences:
            for number, tag in enumerate(sentence.tags or ()):
                if tag not in found:
                    found[tag] = sentence.place(number)
        missed = {f"B-{name}": "in a mention that reading lost" for name in self.lost}
        return missed | found

    @property
    def texts(self) -> list[AnnotatedText]:
        """The text of each sentence."""
        return [AnnotatedText.of_sentence(sentence) for sentence in self.sentences]

    def pairs(self, tags: Tagged) -> tuple[Tagged, Tagged]:
        """Annotated and predicted tags of each sentence, then of each lost mention."""
        gold = [sentence.tags or () for sentence in self.sentences]
        missed = [[f"B-{name}"] for name in sorted(self.lost.elements())]
        predicted = _only(self.chosen, tags)
        return [*gold, *missed], [*predicted, *([OUTSIDE] for _ in missed)]

    def score(self, tags: Tagged) -> Scores:
        """Scores the tags that a model gives the sentences."""
        return _score(self, tags)


def _same_name(entity_type: str) -> str | None:
    return entity_type


@dataclass(frozen=True)
class AnnotatedDocuments:
    """Documents with mentions, of which a model has to find the very characters.

    A discontinuous mention counts from its first to its last character. The units of the bootstrap
    are documents.

    Attributes:
        documents: with annotations.
        name_of: what a type of the documents is called by the models; None leaves its mentions out.
        chosen: types that are scored, where not all: what a model finds of others does not count.
    """

    documents: Sequence[Document]
    name_of: Callable[[str], str | None] = _same_name
    chosen: frozenset[str] = frozenset()

    @property
    def by(self) -> str:
        """What borders are compared by."""
        return CHARACTERS

    @property
    def lost(self) -> Counter[str]:
        """Empty, because a model has to find the mentions that words cannot have too."""
        return Counter()

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
    def mentions(self) -> list[set[Mention]]:
        """The mentions of each document that are to be found."""
        return [
            {
                (name, annotation.start, annotation.end)
                for annotation in document.annotations
                if annotation.spans and (name := self.name_of(annotation.type)) is not None
            }
            for document in self.documents
        ]

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The B- tag of each type with the first document that has it."""
        found: dict[str, str] = {}
        for document, mentions in zip(self.documents, self.mentions, strict=True):
            for name in sorted({name for name, _, _ in mentions}):
                found.setdefault(f"B-{name}", document.place)
        return found

    @property
    def texts(self) -> list[AnnotatedText]:
        """The documents."""
        pairs = zip(self.documents, self.mentions, strict=True)
        return [AnnotatedText(document, frozenset(mentions)) for document, mentions in pairs]

    def pairs(self, tags: Tagged) -> tuple[Tagged, Tagged]:
        """A sequence for each document, with one tag for each mention that either side has."""
        found: list[set[Mention]] = [set() for _ in self.documents]
        for (number, sentence), given in zip(self._cut, _only(self.chosen, tags), strict=True):
            scores = [1.0] * len(sentence)
            for entity in entities_from_tags(given, scores, sentence.spans, sentence.text):
                found[number].add((entity.type, entity.start, entity.end))
        gold, predicted = [], []
        for mentions, mine in zip(self.mentions, found, strict=True):
            every = sorted(mentions | mine)
            gold.append([f"B-{one[0]}" if one in mentions else OUTSIDE for one in every])
            predicted.append([f"B-{one[0]}" if one in mine else OUTSIDE for one in every])
        return gold, predicted

    def score(self, tags: Tagged) -> Scores:
        """Scores the tags that a model gives the sentences.

        Both modes of `Scores` are the same here: a mention is right with its characters and type.
        """
        return _score(self, tags)


def _score(gold: Gold, tags: Tagged) -> Scores:
    return dataclasses.replace(
        score(*gold.pairs(tags)),
        sentences=len(gold.sentences),
        words=sum(len(sentence) for sentence in gold.sentences),
    )


def _only(types: frozenset[str], tags: Tagged) -> Tagged:
    # Tags in which those of types that are not scored are O.
    if not types:
        return tags
    return [[tag if split_tag(tag)[1] in types else OUTSIDE for tag in mine] for mine in tags]
