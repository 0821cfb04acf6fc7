"""Text as HTML with marked mentions, whatever the text holds and however mentions overlap."""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bioner_kd.text.document import Annotation, Document

# Marks within one another; more can be neither seen nor told apart.
_MOST_NESTED = 6
# No page may hold these, and half a character (a surrogate) cannot be written.
_NOT_ALLOWED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters from `start` to `end` that one part of a mention marks."""

    start: int
    end: int
    annotation: Annotation
    part: int

    @property
    def is_last(self) -> bool:
        """Whether its part of the mention ends here."""
        return self.end == self.annotation.spans[self.part][1]


def escaped(text: str) -> str:
    """Text as it may stand between tags and in attributes."""
    return html.escape(_NOT_ALLOWED.sub("\ufffd", text))


def marked_passages(document: Document, class_of: Callable[[str], str]) -> list[str]:
    """Each passage of a document as HTML with marks.

    Args:
        document: its annotations may overlap, and may have several spans or none.
        class_of: the class of a mark of an entity type.
    """
    pieces = _pieces_by_passage(document)
    return [
        "".join(_marked(document.text, passage.offset, passage.end, own, class_of))
        for passage, own in zip(document.passages, pieces, strict=True)
    ]


def _pieces_by_passage(document: Document) -> list[list[_Piece]]:
    ends = [passage.end for passage in document.passages]
    found: list[list[_Piece]] = [[] for _ in ends]
    for annotation in document.annotations:
        for part, (start, end) in enumerate(annotation.spans):
            at = bisect_right(ends, start)
            while at < len(ends) and (passage := document.passages[at]).offset < end:
                first, last = max(start, passage.offset), min(end, passage.end)
                if first < last:
                    found[at].append(_Piece(first, last, annotation, part))
                at += 1
    return found


def _marked(
    text: str, start: int, end: int, pieces: Iterable[_Piece], class_of: Callable[[str], str]
) -> Iterator[str]:
    """HTML of the characters from `start` to `end`; marks that cross are cut and begun again."""
    opened: list[_Piece] = []
    at = start
    # Longer ones first, so that a mention in another one is marked within it.
    for piece in sorted(pieces, key=lambda one: (one.start, -one.end)):
        yield from _up_to(text, at, piece.start, opened, class_of)
        at = piece.start
        if len(opened) < _MOST_NESTED:
            opened.append(piece)
            yield _opening(piece, class_of)
    yield from _up_to(text, at, end, opened, class_of)


def _up_to(
    text: str, at: int, end: int, opened: list[_Piece], class_of: Callable[[str], str]
) -> Iterator[str]:
    while opened and (first := min(piece.end for piece in opened)) <= end:
        yield escaped(text[at:first])
        at = first
        lowest = next(n for n, piece in enumerate(opened) if piece.end == first)
        again = [piece for piece in opened[lowest:] if piece.end > first]
        for piece in reversed(opened[lowest:]):
            yield _closing(piece, ends=piece.end == first)
        opened[lowest:] = again
        yield from (_opening(piece, class_of) for piece in again)
    yield escaped(text[at:end])


def _opening(piece: _Piece, class_of: Callable[[str], str]) -> str:
    annotation = piece.annotation
    return f'<mark class="{class_of(annotation.type)}" title="{escaped(_told(annotation))}">'


def _closing(piece: _Piece, *, ends: bool) -> str:
    if not ends or not piece.is_last:
        return "</mark>"
    parts = len(piece.annotation.spans)
    which = f" {piece.part + 1}/{parts}" if parts > 1 else ""
    # Within brackets for whoever hears the page; they are not shown.
    return (
        f"<span><i> [</i><bdi>{escaped(piece.annotation.type)}</bdi>{which}<i>]</i></span></mark>"
    )


def _told(annotation: Annotation) -> str:
    told: Sequence[str] = [
        f"{annotation.type}: {annotation.text}",
        ", ".join(annotation.identifiers),
        "" if annotation.score is None else f"score {annotation.score:.2f}",
    ]
    return " · ".join(filter(None, told))
