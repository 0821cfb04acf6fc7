"""What a report says, before it is HTML or Markdown: blocks of plain text, tables and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Marked:
    """A sentence with a mention to look at."""

    before: str
    mention: str
    after: str


Cell = str | Marked


@dataclass(frozen=True)
class Heading:
    """Starts a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Listing:
    """Short paragraphs below each other, each with a bullet."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table; what is in no text column is a number and stands to the right.

    Attributes:
        titles: of the columns.
        rows: a cell a column.
        text_columns: numbers of the columns whose cells are text.
        strong: row and column of the cells to be made out at a glance.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    text_columns: frozenset[int] = frozenset({0})
    strong: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A picture, kept beside the page as `stem`.svg and `stem`.png.

    Attributes:
        stem: file name without its ending.
        text: what it shows, for those who cannot see it, and below it.
    """

    stem: str
    text: str


@dataclass(frozen=True)
class Code:
    """Commands to type, as they are."""

    text: str


Block = Heading | Paragraph | Listing | Table | Picture | Code


@dataclass(frozen=True)
class Document:
    """A report."""

    title: str
    blocks: Sequence[Block]
