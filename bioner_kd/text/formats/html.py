"""One page of HTML that shows the documents with their mentions marked; it is only written.

The page needs no script, no network and no other file. Each type has a colour, a line below its
mentions and its name behind each of them. The legend counts the mentions by type; its boxes switch
the marks of a type off. Overlapping mentions are marked within one another, at most six at one
place. The parts of a discontinuous mention say which part they are ("Disease 1/2"). Below each
document stands a table of all its mentions with their characters, identifiers and scores, also of
those that concern the whole document and have no place in the text. What a source says besides is
not shown.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from bioner_kd.atomic import atomic_file, reported
from bioner_kd.text.compressed import compressed
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import Format
from bioner_kd.text.notation.marked_html import escaped, marked_passages

# Documents that the list at the top names; a longer list helps nobody.
_LISTED = 500
# Degrees on the circle of colours; each next one is far from those before it.
_HUES = (210, 25, 140, 330, 270, 50, 180, 0, 95, 300)
_LINES = ("solid", "dashed", "dotted", "double")

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Marked mentions</title>
<style>
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1c2024; --soft: #5a626c;
  --rule: #dfe3e8; --mark: 88%; --strong: 36%; --name: 24%; --full: 80%; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --card: #1d2126; --text: #e7eaee; --soft: #a3acb7; --rule: #343b43;
    --mark: 22%; --strong: 62%; --name: 84%; --full: 45%; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1.0625rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main { max-width: 50rem; margin: 0 auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 2rem 0 .25rem; letter-spacing: -.01em; }
.soft { color: var(--soft); font-size: .9rem; margin: 0 0 1rem; }
.legend { position: sticky; top: 0; z-index: 1; background: var(--page);
  border-bottom: 1px solid var(--rule); }
.legend ul { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem .6rem; margin: 0 auto;
  max-width: 50rem; max-height: 30vh; overflow: auto; padding: .6rem 1.25rem; }
.legend label { display: inline-flex; align-items: center; gap: .4rem; cursor: pointer; }
.legend mark { padding: .1rem .5rem; }
.legend b { font-weight: 400; color: var(--soft); font-variant-numeric: tabular-nums; }
article { background: var(--card); border: 1px solid var(--rule); border-radius: .75rem;
  padding: 1.1rem 1.5rem; margin: 1.25rem 0; content-visibility: auto;
  contain-intrinsic-size: auto 24rem; scroll-margin-top: 4rem; }
h2 { font-size: .95rem; font-weight: 600; color: var(--soft); margin: 0 0 .5rem;
  overflow-wrap: anywhere; }
article p { margin: .5rem 0; line-height: 1.9; white-space: pre-wrap; overflow-wrap: anywhere; }
.title { font-weight: 600; font-size: 1.15rem; }
mark { color: inherit; background: hsl(var(--h) var(--full) var(--mark)); border-radius: .25em;
  padding: .1em .15em; border-bottom: .15em var(--l, solid) hsl(var(--h) 65% var(--strong));
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
mark mark { padding: 0 .1em; }
mark span { margin-left: .35em; font-size: .68em; font-weight: 600; white-space: nowrap;
  letter-spacing: .02em; color: hsl(var(--h) 70% var(--name)); -webkit-user-select: none;
  user-select: none; }
mark i { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
details { margin-top: .75rem; font-size: .9rem; }
summary { cursor: pointer; color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-top: 1px solid var(--rule); overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); border-top: 0; white-space: nowrap; }
a { color: inherit; }
ol { margin: .5rem 0; padding-left: 2.5rem; }
@media (forced-colors: active) { mark { outline: 1px solid; } }
@media print { .legend { position: static; } article { break-inside: auto; }
  mark { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
"""


class _Types:
    """Number of mentions of each type, and the classes that the types have in the page."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._numbers: dict[str, int] = {}

    def count(self, annotations: Iterable[Annotation]) -> None:
        for one in annotations:
            self.counts[one.type] += 1
            self.class_of(one.type)

    def class_of(self, type_: str) -> str:
        return f"t{self._numbers.setdefault(type_, len(self._numbers))}"

    def rules(self) -> Iterator[str]:
        for number in range(len(self._numbers)):
            hue = _HUES[number % len(_HUES)]
            line = _LINES[number // len(_HUES) % len(_LINES)]
            yield f".t{number} {{ --h: {hue}; --l: {line}; }}\n"
            off = f"body:has(#s{number}:not(:checked)) article .t{number}"
            yield f"{off} {{ background: none; border: 0; padding: 0; }}\n"
            yield f"{off} > span {{ display: none; }}\n"

    def legend(self) -> Iterator[str]:
        if not self.counts:
            return
        yield '<nav class="legend" aria-label="Types of mentions"><ul>\n'
        for type_, count in sorted(self.counts.items(), key=lambda one: (-one[1], one[0])):
            name = self.class_of(type_)
            yield (
                f'<li><label><input type="checkbox" id="s{name[1:]}" checked>'
                f'<mark class="{name}"><bdi>{escaped(type_)}</bdi></mark> <b>{count:,}</b>'
                "</label></li>\n"
            )
        yield "</ul></nav>\n"


def _write(documents: Iterable[Document], path: Path) -> None:
    types, names = _Types(), list[str]()
    number = 0
    with (
        atomic_file(path, "wb") as file,
        compressed(file, path.suffix) as page,
        _beside(path) as body,
    ):
        for number, document in enumerate(documents, 1):
            types.count(document.annotations)
            body.write("".join(_article(document, number, types.class_of)).encode())
            if len(names) < _LISTED:
                names.append(escaped(document.name))
        page.write("".join(_top(types, names, number)).encode())
        body.seek(0)
        shutil.copyfileobj(body, page)
        page.write(b"</main>\n</body>\n</html>\n")


def _beside(path: Path) -> IO[bytes]:
    # The legend stands first and is known last; the documents may be more than memory holds.
    with reported(path):
        return tempfile.TemporaryFile(dir=path.parent)


def _top(types: _Types, names: list[str], number: int) -> Iterator[str]:
    yield _HEAD
    yield from types.rules()
    yield "</style>\n</head>\n<body>\n<header>\n<h1>Marked mentions</h1>\n"
    counted = f"{_counted(number, 'document')}, {_counted(types.counts.total(), 'mention')}"
    yield f'<p class="soft">{counted}.'
    if types.counts:
        yield " The name of its type stands behind each mention; a box switches a type off."
    yield "</p>\n"
    if number > 1:
        yield f"<details><summary>{_counted(number, 'document')}</summary><ol>\n"
        for at, name in enumerate(names, 1):
            yield f'<li><a href="#d{at}"><bdi>{name}</bdi></a></li>\n'
        yield "</ol>"
        if number > len(names):
            yield f'<p class="soft">and {number - len(names):,} more.</p>'
        yield "</details>\n"
    yield "</header>\n"
    yield from types.legend()
    yield "<main>\n"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _article(document: Document, number: int, class_of: Callable[[str], str]) -> Iterator[str]:
    yield f'<article id="d{number}" aria-labelledby="h{number}">\n'
    yield f'<h2 id="h{number}"><bdi>{escaped(document.name)}</bdi></h2>\n'
    texts = marked_passages(document, class_of)
    for passage, marked in zip(document.passages, texts, strict=True):
        if marked:
            title = ' class="title"' if passage.kind.lower() in ("title", "front") else ""
            yield f'<p dir="auto"{title}>{marked}</p>\n'
    if document.annotations:
        found = _counted(len(document.annotations), "mention")
        yield f'<details><summary>{found}</summary><div class="wide"><table>\n<tr>'
        for head in ("Type", "Text", "Characters", "Identifiers", "Score"):
            yield f'<th scope="col">{head}</th>'
        yield "</tr>\n"
        for one in document.annotations:
            yield _row(one)
        yield "</table></div></details>\n"
    yield "</article>\n"


def _row(one: Annotation) -> str:
    where = ", ".join(f"{start}–{end}" for start, end in one.spans) or "whole document"
    score = "" if one.score is None else f"{one.score:.3f}"
    cells = (one.type, one.text, where, ", ".join(one.identifiers), score)
    return "<tr>" + "".join(f"<td><bdi>{escaped(cell)}</bdi></td>" for cell in cells) + "</tr>\n"


FORMAT = Format(
    "html",
    "one page of HTML with marked mentions",
    suffixes=(".html", ".htm"),
    write=_write,
)
