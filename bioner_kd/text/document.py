"""The document: passages of text, and the mentions that are marked in them.

What a source says besides is kept as it is in `extra` and `relations`, each format's under its own
name (BioC's XML and JSON share "bioc"), so that a writer of that format finds it again. Fields of a
JSON object and columns of a table, which any format of this kind can hold, are under "fields".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.sentence import Sentence

# Between the passages of a document where the source has no characters of its own.
FILLER = " "
# Characters. A source that leaves more between two passages is damaged, and would take all memory.
MOST_FILLER = 1_000_000

KEEP, HULL, PARTS, LEAVE_OUT = DISCONTINUOUS = ("keep", "hull", "parts", "leave_out")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mention that a document marks.

    Attributes:
        type: entity type, such as "Disease".
        spans: (start, end) of each part in characters of `Document.text`; one span, or several
            where the mention is discontinuous.
        text: the mention as its source has it.
        id: what the source calls the annotation, such as "T1"; "" where it has no name.
        identifiers: entries of vocabularies that the mention stands for, such as "MESH:D003924".
        score: confidence of what found the mention, None where nothing is said of it.
        extra: what else the source says of the annotation.
    """

    type: str
    spans: tuple[Span, ...]
    text: str
    id: str = ""
    identifiers: tuple[str, ...] = ()
    score: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """Its first character, counted from 0."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """The character after its last."""
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that no sentence crosses: a title, an abstract, a paragraph.

    Attributes:
        text: its characters.
        offset: number of characters of the document before it.
        kind: what the source calls it, such as "title"; "" where it has no name.
        extra: what else the source says of the passage.
    """

    text: str
    offset: int = 0
    kind: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Number of characters of the document up to its end."""
        return self.offset + len(self.text)


@dataclass(frozen=True)
class Document:
    """A text with its name, its passages and the mentions that are marked in it.

    Attributes:
        id: name of the document, such as a PMID; "" where the source has none.
        passages: in order; they do not overlap.
        annotations: marked mentions, in the order of the source.
        sentences: where the source gives words, its sentences, whose spans point into `text`.
        extra: what else the source says of the document.
        relations: what the source says of annotations: relations, events, notes.
        path: file that it was read from, "" where there is none.
        line: line of that file where it begins, counted from 1; 0 where that is not known.

    Examples:
        >>> document = Document.from_text("Aspirin relieves headache.", id="1")
        >>> document.mention(((17, 25),))
        'headache'
    """

    id: str = ""
    passages: tuple[Passage, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    sentences: tuple[Sentence, ...] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    relations: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    line: int = 0

    def __post_init__(self) -> None:
        """Checks that the passages are in order.

        Raises:
            InputError: a passage begins before the end of the one before it, or far behind it.
        """
        end = 0
        for passage in self.passages:
            if not 0 <= passage.offset - end <= MOST_FILLER:
                raise InputError(
                    f"{self.place}: a passage begins at character {passage.offset}, where the one "
                    f"before it ends at {end}; passages are in order, do not overlap, and have at "
                    f"most {MOST_FILLER} characters between them."
                )
            end = passage.end

    @classmethod
    def from_text(cls, text: str, *, id: str = "", path: str = "", line: int = 0) -> "Document":
        """A document of one passage."""
        return cls(id, (Passage(text),), path=path, line=line)

    @classmethod
    def from_sentences(
        cls, sentences: Sequence[Sentence], *, id: str = "", path: str = "", line: int = 0
    ) -> "Document":
        """A document whose words are known, with a line of its text for each sentence.

        Args:
            sentences: each with a text of its own.
            id: name of the document.
            path: file that it was read from.
            line: its first line in that file.
        """
        text = "\n".join(sentence.text for sentence in sentences)
        placed, start = [], 0
        for sentence in sentences:
            placed.append(sentence.within(text, start))
            start += len(sentence.text) + 1
        return cls(id, (Passage(text),), sentences=tuple(placed), path=path, line=line)

    @cached_property
    def text(self) -> str:
        """All passages at their offsets, with spaces between them."""
        if len(self.passages) == 1 and not self.passages[0].offset:
            return self.passages[0].text
        pieces, end = [], 0
        for passage in self.passages:
            pieces += [FILLER * (passage.offset - end), passage.text]
            end = passage.end
        return "".join(pieces)

    def __len__(self) -> int:
        """Number of characters."""
        return self.passages[-1].end if self.passages else 0

    @property
    def place(self) -> str:
        """Where it stands, for error messages: its file, its line and its name."""
        where = self.path + (f":{self.line}" if self.line else "")
        return ", ".join(filter(None, (where, self.id and f"document {shown(self.id)}"))) or (
            f"the document {shown(self.text, 40)}" if self.passages else "a document"
        )

    @property
    def name(self) -> str:
        """A name for a format that needs one: `id`, or the line where the document begins."""
        return self.id or str(self.line or 1)

    def mention(self, spans: Iterable[Span]) -> str:
        """The characters at some spans, with a space between two parts."""
        return " ".join(self.text[start:end] for start, end in spans)

    def check(self) -> "Document":
        """Checks that each annotation says what stands at its offsets.

        Returns:
            The document itself.

        Raises:
            InputError: an annotation is out of range, or its text is another one.
        """
        for annotation in self.annotations:
            self._check_one(annotation)
        return self

    def _check_one(self, annotation: Annotation) -> None:
        what = f"{self.place}: the {annotation.type} mention {shown(annotation.text)}"
        if annotation.id:
            what += f" ({annotation.id})"
        end = 0
        for first, last in annotation.spans:
            if not end <= first < last <= len(self.text):
                raise InputError(
                    f"{what} is said to stand at {first}:{last} of a text of {len(self.text)} "
                    "characters; correct its offsets."
                )
            end = last
        found = self.mention(annotation.spans)
        if annotation.spans and found != annotation.text:
            raise InputError(
                f"{what} is said to stand at {annotation.start}:{annotation.end}, where the text "
                f"has {shown(found)}; correct the offsets, or take the file in the encoding in "
                "which they were counted."
            )

    def cut(self, sentences_of: Callable[[str], Iterable[Sentence]]) -> Iterator[Sentence]:
        """Its sentences, each within one passage; their spans point into `text`.

        Args:
            sentences_of: cuts a text, as `TextRules.iterate_sentences` does. Sentences whose words
                the source gives stay as they are.
        """
        if self.sentences is not None:
            yield from self.sentences
            return
        for passage in self.passages:
            for sentence in sentences_of(passage.text):
                whole = passage.offset == 0 and len(self.passages) == 1
                yield sentence if whole else sentence.within(self.text, passage.offset)

    def in_one_piece(self, choice: str) -> "Document":
        """The same document without discontinuous mentions.

        Args:
            choice: "hull" takes such a mention from its first to its last character, "parts" takes
                each part for a mention, "leave_out" leaves it out, and "keep" keeps it.
        """
        if choice == KEEP or all(len(one.spans) < 2 for one in self.annotations):
            return self
        found: list[Annotation] = []
        for annotation in self.annotations:
            parts = annotation.spans
            if len(parts) > 1 and choice == LEAVE_OUT:
                continue
            if len(parts) > 1 and choice == HULL:
                parts = ((annotation.start, annotation.end),)
            if parts == annotation.spans and len(parts) < 2:
                found.append(annotation)
            else:
                # A name stands for one mention.
                name = annotation.id if len(parts) == 1 else ""
                found += [
                    replace(annotation, spans=(part,), text=self.mention((part,)), id=name)
                    for part in parts
                ]
        return replace(self, annotations=tuple(found))

    def with_annotations(self, annotations: Iterable[Annotation]) -> "Document":
        """The same document with other annotations, and without what was said of those before."""
        return replace(self, annotations=tuple(annotations), relations={})
