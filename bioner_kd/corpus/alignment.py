"""Turns mentions of documents into IOB2 tags of words, and counts what tags cannot hold."""

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bioner_kd.errors import UsageError, shown
from bioner_kd.text.document import HULL, LEAVE_OUT, PARTS, Annotation, Document, Span
from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

SNAP, _ = MISALIGNED = ("snap", LEAVE_OUT)
# Tags of words hold no mention in parts.
DISCONTINUOUS = (HULL, PARTS, LEAVE_OUT)

# Kinds of mentions that IOB2 tags of the tokeniser's words hold otherwise, or not at all.
INSIDE_A_WORD = "begins or ends inside a word"
IN_PARTS = "discontinuous"
NESTED = "inside another mention"
OVERLAPPING = "overlaps another mention"
ACROSS = "crosses the end of a sentence"
NO_WORD = "has no word"


@dataclass(frozen=True)
class AlignmentConfig:
    """What becomes of mentions that tags cannot hold as they are.

    Attributes:
        misaligned: "snap" extends a mention that begins or ends inside a word to whole words,
            "leave_out" leaves it out.
        discontinuous: "hull" takes a discontinuous mention from the first to the last character,
            "parts" takes each part for a mention, "leave_out" leaves it out.
        types: entity types that are read, "Name" or "Name=New name"; all as they are if empty.
    """

    misaligned: str = SNAP
    discontinuous: str = HULL
    types: tuple[str, ...] = ()

    def name_of(self, entity_type: str) -> str | None:
        """What a type is called in the corpus; None where mentions of it are not read."""
        if not self.types:
            return entity_type
        pairs = (entry.partition("=") for entry in self.types)
        names = {old.strip(): (new or old).strip() for old, _, new in pairs}
        return names.get(entity_type)


@dataclass(frozen=True)
class Odd:
    """A mention that tags cannot hold as its source has it.

    Attributes:
        kind: what is odd about it.
        place: file and document.
        annotation: the mention.
        lost: whether it was left out.
    """

    kind: str
    place: str
    annotation: Annotation
    lost: bool

    def __str__(self) -> str:
        """One line about it."""
        mention, fate = self.annotation, "left out" if self.lost else "read as whole words"
        return (
            f"{self.place}: the {mention.type} mention {shown(mention.text)} at {mention.start}:"
            f"{mention.end} {'is ' if self.kind == IN_PARTS else ''}{self.kind}; {fate}."
        )


@dataclass
class Aligned:
    """Sentences with tags, and the mentions that the tags do not hold as their source does.

    Attributes:
        sentences: with IOB2 tags.
        scores: of each word of each sentence, the score that the source gives its mention; None
            for words outside of mentions and where the source gives none.
        odd: mentions that were changed or left out.
        mentions: number of mentions in the source, of the types that are read.
    """

    sentences: list[Sentence] = field(default_factory=list)
    scores: list[tuple[float | None, ...]] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)
    mentions: int = 0

    @property
    def lost(self) -> Counter[str]:
        """Number of mentions that were left out, by type."""
        return Counter(odd.annotation.type for odd in self.odd if odd.lost)

    def summary(self) -> str:
        """Counts what is odd by kind; "" where nothing is."""
        if not self.odd:
            return ""
        kinds = Counter((odd.kind, odd.lost) for odd in self.odd)
        told = [
            f"{number} {kind} ({'left out' if lost else 'kept as whole words'})"
            for (kind, lost), number in sorted(kinds.items())
        ]
        lost = sum(odd.lost for odd in self.odd)
        return (
            f"{len(self.odd)} of {self.mentions} mentions are not as in the source: "
            f"{'; '.join(told)}. {lost} are left out; no tagger of words can give any of the "
            f"{len(self.odd)} exactly."
        )


def aligned_words(sentences: list[Sentence]) -> Aligned:
    """Sentences whose source gives words and tags, so that nothing is lost."""
    return Aligned(sentences, [(None,) * len(sentence) for sentence in sentences])


def align(documents: Iterable[Document], config: AlignmentConfig = AlignmentConfig()) -> Aligned:
    """Tags the words of documents by the mentions that they mark.

    Args:
        documents: a document whose source gives words and tags keeps both.
        config: what becomes of mentions that tags cannot hold, and which types are read.

    Raises:
        UsageError: `config` names a type that no document has.
    """
    aligned, types = Aligned(), Counter[str]()
    for document in documents:
        types.update(annotation.type for annotation in document.annotations)
        _align_one(document, config, aligned)
    check_types(config, types)
    return aligned


def _align_one(document: Document, config: AlignmentConfig, aligned: Aligned) -> None:
    sentences = [s for s in document.cut(RULES.iterate_sentences) if len(s)]
    given = document.sentences is not None and all(s.tags is not None for s in sentences)
    mentions = [
        replace(annotation, type=name)
        for annotation in document.annotations
        if annotation.spans and (name := config.name_of(annotation.type)) is not None
    ]
    aligned.mentions += len(mentions)
    if given and not config.types:
        aligned.sentences += sentences
        aligned.scores += [(None,) * len(sentence) for sentence in sentences]
        return
    words = _Words(sentences)
    for annotation in sorted(mentions, key=lambda one: (one.start - one.end, one.start)):
        for kind, lost in words.mark(annotation, config):
            aligned.odd.append(Odd(kind, document.place, annotation, lost))
    aligned.sentences += words.tagged(document)
    aligned.scores += words.scores()


class _Words:
    """The words of a document, and the mention that each word belongs to."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._sentences = sentences
        self._places = [(n, w) for n, s in enumerate(sentences) for w in range(len(s))]
        self._spans = [span for sentence in sentences for span in sentence.spans]
        self._starts = [start for start, _ in self._spans]
        self._owner: dict[int, tuple[int, int, str]] = {}
        self._score: dict[int, float | None] = {}

    def mark(self, annotation: Annotation, config: AlignmentConfig) -> list[tuple[str, bool]]:
        """Assigns a mention to words; returns what is odd about it, and whether it is left out."""
        spans, found = annotation.spans, []
        if len(spans) > 1:
            found = [(IN_PARTS, config.discontinuous == LEAVE_OUT)]
            if config.discontinuous == LEAVE_OUT:
                return found
            if config.discontinuous == HULL:
                spans = ((annotation.start, annotation.end),)
        for span in spans:
            odd = self._mark_span(span, annotation, config)
            if odd:
                found = [odd] if not found or odd[1] else found
        return found

    def _mark_span(
        self, span: Span, annotation: Annotation, config: AlignmentConfig
    ) -> tuple[str, bool] | None:
        start, end = span
        first = max(bisect.bisect_right(self._starts, start) - 1, 0)
        last = bisect.bisect_left(self._starts, end)
        words = [n for n in range(first, last) if self._spans[n][1] > start]
        if not words:
            return NO_WORD, True
        if len({self._places[n][0] for n in words}) > 1:
            return ACROSS, True
        exact = (self._spans[words[0]][0], self._spans[words[-1]][1]) == span
        if not exact and config.misaligned == LEAVE_OUT:
            return INSIDE_A_WORD, True
        mine = (words[0], words[-1], annotation.type)
        others = {self._owner[n] for n in words if n in self._owner}
        if others == {mine}:
            return None  # the source marks it twice
        if others:
            inside = any(one[0] <= mine[0] and mine[1] <= one[1] for one in others)
            return (NESTED if inside else OVERLAPPING), True
        self._owner.update(dict.fromkeys(words, mine))
        self._score.update(dict.fromkeys(words, annotation.score))
        return None if exact else (INSIDE_A_WORD, False)

    def tagged(self, document: Document) -> list[Sentence]:
        """The sentences with their tags."""
        tags: list[list[str]] = [[OUTSIDE] * len(sentence) for sentence in self._sentences]
        for number, (first, _, entity_type) in self._owner.items():
            sentence, word = self._places[number]
            tags[sentence][word] = f"{'B' if number == first else 'I'}-{entity_type}"
        return [
            replace(sentence, tags=tuple(found), path=document.path, line=document.line)
            for sentence, found in zip(self._sentences, tags, strict=True)
        ]

    def scores(self) -> list[tuple[float | None, ...]]:
        """The score of each word's mention, by sentence."""
        scores = iter(self._score.get(number) for number in range(len(self._spans)))
        return [tuple(itertools.islice(scores, len(s))) for s in self._sentences]


def check_types(config: AlignmentConfig, found: Counter[str]) -> None:
    """Checks that documents have the types that are to be read.

    Args:
        config: which types these are.
        found: the types of the documents.

    Raises:
        UsageError: a type is not there.
    """
    asked = [entry.partition("=")[0].strip() for entry in config.types]
    unknown = [name for name in asked if name not in found]
    if unknown:
        raise UsageError(
            f"--types={','.join(config.types)}: there is no {shown(unknown[0])}; the documents "
            f"have {', '.join(sorted(found)) or 'no mention'}."
        )
