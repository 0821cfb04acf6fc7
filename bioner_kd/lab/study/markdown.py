"""A report as Markdown, as GitHub shows it."""

import re

from bioner_kd.evaluation.table import aligned_markdown
from bioner_kd.lab.study.document import (
    Block,
    Cell,
    Code,
    Document,
    Heading,
    Listing,
    Marked,
    Paragraph,
    Picture,
    Table,
)

# Whatever could start markup or HTML, and no underscore inside a word; a bar is the table's matter.
_SPECIAL = re.compile(r"([\\`*\[\]<>#~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")


def markdown(document: Document) -> str:
    """The report; pictures are files beside it. Ends with a newline."""
    parts = [f"# {escaped(document.title)}\n", *map(_block, document.blocks)]
    return "\n".join(parts)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escaped(block.text)}\n"
    if isinstance(block, Paragraph):
        return f"{escaped(block.text)}\n"
    if isinstance(block, Listing):
        return "".join(f"- {escaped(item)}\n" for item in block.items)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        return f"![{escaped(block.text)}]({block.stem}.svg)\n"
    return _code(block)


def _table(table: Table) -> str:
    rows = [
        [_strong(_cell(cell), (row, column) in table.strong) for column, cell in enumerate(cells)]
        for row, cells in enumerate(table.rows)
    ]
    return aligned_markdown([[escaped(title) for title in table.titles], *rows], table.text_columns)


def _strong(text: str, strong: bool) -> str:
    return f"**{text}**" if strong and text else text


def _cell(cell: Cell) -> str:
    if not isinstance(cell, Marked):
        return escaped(cell)
    words = [escaped(cell.before), f"**{escaped(cell.mention)}**", escaped(cell.after)]
    return " ".join(filter(None, words))


def _code(code: Code) -> str:
    # A fence longer than any inside.
    longest = max((len(run) for run in re.findall("`+", code.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code.text}\n{fence}\n"
