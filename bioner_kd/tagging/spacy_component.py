"""A student as a component of a spaCy pipeline: `nlp.add_pipe("bioner_kd")`.

spaCy alone imports this module, by the entry point of its group "spacy_factories".
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans, minibatch

from bioner_kd.errors import shown
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.tagger import Tagger

SCORE = "bioner_score"
AlignmentMode = Literal["expand", "contract", "strict"]
_BATCH_SIZE = 128
# What becomes of an entity that begins or ends inside of a token.
_OUTCOMES = {
    "expand": "each is given the whole tokens that it touches",
    "contract": "each is given the whole tokens that it covers, and left out where there is none",
    "strict": "each is left out",
}


@dataclass(frozen=True)
class Target:
    """Where entities are written.

    Attributes:
        spans_key: write to `doc.spans[spans_key]`; to `doc.ents` where empty.
        alignment_mode: what becomes of an entity that begins or ends inside of a token, as in
            `Doc.char_span`.
        overwrite: remove what is there already. Otherwise `doc.ents` keeps what it has, and found
            entities that overlap with it are left out; `doc.spans` holds both.
    """

    spans_key: str = ""
    alignment_mode: AlignmentMode = "expand"
    overwrite: bool = False

    def write(self, doc: Doc, entities: Sequence[Entity]) -> list[Span | None]:
        """Writes entities into a document.

        Returns:
            The span of each entity, None where no token is left of it.
        """
        spans = [self._span(doc, entity) for entity in entities]
        pairs = zip(spans, entities, strict=True)
        scored = [(entity.score, span) for span, entity in pairs if span is not None]
        # spaCy keeps one score for spans of the same tokens: the highest, which is set last.
        scored.sort(key=lambda pair: pair[0])
        for score, span in scored:
            span._.set(SCORE, score)
        if self.spans_key:
            kept = () if self.overwrite else doc.spans.get(self.spans_key, ())
            doc.spans[self.spans_key] = [*kept, *(span for span in spans if span is not None)]
        else:
            self._write_ents(doc, [span for _, span in reversed(scored)])
        return spans

    def _span(self, doc: Doc, entity: Entity) -> Span | None:
        return doc.char_span(
            entity.start, entity.end, label=entity.type, alignment_mode=self.alignment_mode
        )

    def _write_ents(self, doc: Doc, spans: Sequence[Span]) -> None:
        kept = () if self.overwrite else doc.ents
        taken = {token.i for span in kept for token in span}
        free = [span for span in spans if taken.isdisjoint(token.i for token in span)]
        # Entities of one token overlap once they are expanded: the longest of them stays, and of
        # equally long ones the first, which has the highest score.
        doc.ents = (*kept, *filter_spans(free))


class BionerComponent:
    """Finds entities by a student, and writes them into spaCy's documents.

    Each span has the score of its entity, from 0 to 1, as `span._.bioner_score`.
    """

    def __init__(self, tagger: Tagger, target: Target, choices: Choices = NOTHING_CHOSEN) -> None:
        """Takes a student, where its entities go, and what a user chooses of them.

        Raises:
            InputError: the student lacks a type of the names, or has no calibration and a precision
                is chosen.
        """
        self._tagger = tagger
        self._target = target
        self._choices = tagger.checked(choices)
        self._told = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Types of the entities that it finds."""
        return self._tagger.entity_types

    def __call__(self, doc: Doc) -> Doc:
        """Tags one document."""
        (tagged,) = self.pipe((doc,))
        return tagged

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _BATCH_SIZE) -> Iterator[Doc]:
        """Tags documents in batches, in order.

        Args:
            stream: any number of documents.
            batch_size: number of documents whose sentences the student reads together.
        """
        unaligned = _Unaligned(self._target.alignment_mode)
        try:
            for docs in minibatch(stream, batch_size):
                found = self._tagger.tag_texts([doc.text for doc in docs], self._choices)
                for doc, entities in zip(docs, found, strict=True):
                    unaligned.count(doc, entities, self._target.write(doc, entities))
                    yield doc
        finally:
            if unaligned.number and not self._told:
                self._told = True
                warnings.warn(unaligned.message(), stacklevel=2)


@Language.factory(
    "bioner_kd",
    assigns=["doc.ents", "doc.spans", f"span._.{SCORE}"],
    default_config={
        "student": DEFAULT,
        "form": "",
        "spans_key": "",
        "alignment_mode": "expand",
        "overwrite": False,
        "min_precision": None,
        "always": "",
        "never": "",
    },
)
def make_component(
    nlp: Language,
    name: str,
    student: str,
    form: str,
    spans_key: str,
    alignment_mode: AlignmentMode,
    overwrite: bool,
    min_precision: float | None,
    always: str,
    never: str,
) -> BionerComponent:
    """The component, from the configuration that spaCy keeps with the pipeline.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        student: what `Tagger.load` takes: name, export folder, or repository on the hub.
        form: which model of an export folder; the first that it has where empty.
        spans_key: see `Target`, as the following.
        alignment_mode: what becomes of an entity that begins or ends inside of a token.
        overwrite: remove what is there already.
        min_precision: precision that is expected of the entities that are kept, above 0 and at most
            1; all are kept where there is none.
        always: path of a list of names that are always entities, a name, TAB and type a line.
        never: path of a list of names that are never entities.

    Raises:
        InputError: there is no such student or list, a list is faulty, or the student has no
            calibration and `min_precision` is given.
        UsageError: `min_precision` is no precision.
    """
    if not Span.has_extension(SCORE):
        Span.set_extension(SCORE, default=None)
    target = Target(spans_key, alignment_mode, overwrite)
    tagger = Tagger.load(student, form=form)
    names = tagger.read_names(always, never) if always or never else None
    return BionerComponent(tagger, target, Choices(names, min_precision))


class _Unaligned:
    """Entities that begin or end inside of a token: how many, and the first of them."""

    def __init__(self, mode: AlignmentMode) -> None:
        self.number = self.total = 0
        self._mode = mode
        self._example = ""

    def count(self, doc: Doc, entities: Sequence[Entity], spans: Sequence[Span | None]) -> None:
        """Counts those of a document."""
        self.total += len(entities)
        for entity, span in zip(entities, spans, strict=True):
            if span is None or (span.start_char, span.end_char) != (entity.start, entity.end):
                self.number += 1
                self._example = self._example or _shown(doc, entity)

    def message(self) -> str:
        """What is told of them."""
        return (
            f"bioner_kd: {self.number:,} of {self.total:,} entities begin or end inside of a token "
            f"of spaCy's, such as {self._example}; {_OUTCOMES[self._mode]} "
            f"(alignment_mode={self._mode!r})."
        )


def _shown(doc: Doc, entity: Entity) -> str:
    whole = doc.char_span(entity.start, entity.end, alignment_mode="expand")
    return f"{shown(entity.text)} in {shown(whole.text if whole is not None else '')}"
