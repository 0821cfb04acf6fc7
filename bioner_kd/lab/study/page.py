"""The page of a report: blocks of text, tables and pictures, shown as HTML or as Markdown.

The HTML page needs nothing else: no script, no font, no other file and no network.
"""

import base64
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bioner_kd.evaluation.table import aligned_markdown


@dataclass(frozen=True)
class Marked:
    """A sentence with a mention to look at."""

    before: str
    mention: str
    after: str


Cell = str | Marked


@dataclass(frozen=True)
class Heading:
    """The heading of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    text: str


@dataclass(frozen=True)
class Listing:
    """A list with bullets."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        titles: titles of the columns.
        rows: rows with a cell for each column.
        text_columns: numbers of the columns that hold text and stand to the left; the others hold
            numbers and stand to the right.
        strong: row and column of the cells that are shown in bold.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    text_columns: frozenset[int] = frozenset({0})
    strong: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A picture, whose files `stem`.svg and `stem`.png lie beside the page.

    Attributes:
        stem: file name without its ending.
        text: what the picture shows: its caption and its alternative text.
    """

    stem: str
    text: str


@dataclass(frozen=True)
class Code:
    """Commands, shown as they are typed."""

    text: str


Block = Heading | Paragraph | Listing | Table | Picture | Code


@dataclass(frozen=True)
class Page:
    """The whole page."""

    title: str
    blocks: Sequence[Block]


# Colours follow the reader's light or dark setting; pictures keep a white ground in both. Wide
# tables scroll sideways in their own box, so that the page itself fits a phone.
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #8886; text-align: right;
         vertical-align: top; }
th, td:not(.t) { white-space: nowrap; }
th { vertical-align: bottom; }
.t { text-align: left; }
.m { min-width: 20rem; }
mark { background: #fd08; color: inherit; padding: 0 .15em; border-radius: .2em; }
figure { margin: 1.5rem 0; }
figure img { display: block; max-width: 100%; height: auto; background: #fff;
             border-radius: .3rem; }
figcaption { font-size: .9rem; opacity: .8; margin-top: .3rem; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid #8886; border-radius: .3rem;
      font-size: .85rem; }
"""


def to_html(page: Page, pictures: Mapping[str, bytes]) -> str:
    """The page as HTML, with its pictures inside.

    Args:
        page: the page.
        pictures: content of the SVG files, by stem.
    """
    title = html.escape(page.title)
    body = "\n".join(_html_block(block, pictures) for block in page.blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _html_block(block: Block, pictures: Mapping[str, bytes]) -> str:
    if isinstance(block, Heading):
        return f"<h2>{html.escape(block.text)}</h2>"
    if isinstance(block, Paragraph):
        return f"<p>{html.escape(block.text)}</p>"
    if isinstance(block, Listing):
        items = "\n".join(f"<li>{html.escape(item)}</li>" for item in block.items)
        return f"<ul>\n{items}\n</ul>"
    if isinstance(block, Table):
        return _html_table(block)
    if isinstance(block, Picture):
        return _html_picture(block, pictures[block.stem])
    return _html_code(block)


def _html_table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_html_class(number, title, table)}>{html.escape(title)}</th>'
        for number, title in enumerate(table.titles)
    )
    rows = "\n".join(_html_row(number, table) for number in range(len(table.rows)))
    return (
        f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _html_row(number: int, table: Table) -> str:
    cells = []
    for column, cell in enumerate(table.rows[number]):
        text = _html_cell(cell)
        text = f"<b>{text}</b>" if (number, column) in table.strong else text
        cells.append(f"<td{_html_class(column, cell, table)}>{text}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _html_class(column: int, cell: Cell, table: Table) -> str:
    if column not in table.text_columns:
        return ""
    return ' class="t m"' if isinstance(cell, Marked) else ' class="t"'


def _html_cell(cell: Cell) -> str:
    if not isinstance(cell, Marked):
        return html.escape(cell)
    before, mention, after = map(html.escape, (cell.before, cell.mention, cell.after))
    return f"{before} <mark>{mention}</mark> {after}".strip()


def _html_picture(picture: Picture, svg: bytes) -> str:
    # As an image and not as elements of the page, because ids of several pictures would collide.
    data = base64.b64encode(svg).decode("ascii")
    text = html.escape(picture.text)
    return (
        f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{text}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _html_code(code: Code) -> str:
    return f"<pre><code>{html.escape(code.text)}</code></pre>"


# All that could start markup or HTML, but no underscore inside a word; tables escape their bars.
_SPECIAL = re.compile(r"([\\`*\[\]<>#~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")


def to_markdown(page: Page) -> str:
    """The page as Markdown for GitHub, with pictures as files; ends with a newline."""
    parts = [f"# {escaped(page.title)}\n", *map(_markdown_block, page.blocks)]
    return "\n".join(parts)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _markdown_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escaped(block.text)}\n"
    if isinstance(block, Paragraph):
        return f"{escaped(block.text)}\n"
    if isinstance(block, Listing):
        return "".join(f"- {escaped(item)}\n" for item in block.items)
    if isinstance(block, Table):
        return _markdown_table(block)
    if isinstance(block, Picture):
        return f"![{escaped(block.text)}]({block.stem}.svg)\n"
    return _markdown_code(block)


def _markdown_table(table: Table) -> str:
    rows = [
        [
            _markdown_strong(_markdown_cell(cell), (row, column) in table.strong)
            for column, cell in enumerate(cells)
        ]
        for row, cells in enumerate(table.rows)
    ]
    return aligned_markdown([[escaped(title) for title in table.titles], *rows], table.text_columns)


def _markdown_strong(text: str, strong: bool) -> str:
    return f"**{text}**" if strong and text else text


def _markdown_cell(cell: Cell) -> str:
    if not isinstance(cell, Marked):
        return escaped(cell)
    words = [escaped(cell.before), f"**{escaped(cell.mention)}**", escaped(cell.after)]
    return " ".join(filter(None, words))


def _markdown_code(code: Code) -> str:
    # The fence is longer than any run of backticks in the commands.
    longest = max((len(run) for run in re.findall("`+", code.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code.text}\n{fence}\n"
