"""A report as one HTML page that needs nothing else: no script, no font, no file, no network."""

import base64
import html
from collections.abc import Mapping

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


def html_page(document: Document, pictures: Mapping[str, bytes]) -> str:
    """The page.

    Args:
        document: what it says.
        pictures: SVG files by stem, which go into the page.
    """
    title = html.escape(document.title)
    body = "\n".join(_block(block, pictures) for block in document.blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _block(block: Block, pictures: Mapping[str, bytes]) -> str:
    if isinstance(block, Heading):
        return f"<h2>{html.escape(block.text)}</h2>"
    if isinstance(block, Paragraph):
        return f"<p>{html.escape(block.text)}</p>"
    if isinstance(block, Listing):
        items = "\n".join(f"<li>{html.escape(item)}</li>" for item in block.items)
        return f"<ul>\n{items}\n</ul>"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        return _picture(block, pictures[block.stem])
    return _code(block)


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_class(number, title, table)}>{html.escape(title)}</th>'
        for number, title in enumerate(table.titles)
    )
    rows = "\n".join(_row(number, table) for number in range(len(table.rows)))
    return (
        f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _row(number: int, table: Table) -> str:
    cells = []
    for column, cell in enumerate(table.rows[number]):
        text = _cell(cell)
        text = f"<b>{text}</b>" if (number, column) in table.strong else text
        cells.append(f"<td{_class(column, cell, table)}>{text}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _class(column: int, cell: Cell, table: Table) -> str:
    if column not in table.text_columns:
        return ""
    return ' class="t m"' if isinstance(cell, Marked) else ' class="t"'


def _cell(cell: Cell) -> str:
    if not isinstance(cell, Marked):
        return html.escape(cell)
    before, mention, after = map(html.escape, (cell.before, cell.mention, cell.after))
    return f"{before} <mark>{mention}</mark> {after}".strip()


def _picture(picture: Picture, svg: bytes) -> str:
    # As an image of its own, not as elements of the page, whose ids would collide.
    data = base64.b64encode(svg).decode("ascii")
    text = html.escape(picture.text)
    return (
        f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{text}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _code(code: Code) -> str:
    return f"<pre><code>{html.escape(code.text)}</code></pre>"
