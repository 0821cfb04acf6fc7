"""Articles in JATS, the XML of PubMed Central (`.nxml`), publishers and Europe PMC.

A file holds an article, or several in a `pmc-articleset`. The id of a document is the PMCID, such
as "PMC13900", or the PMID, the DOI or the publisher's id where there is none before.

- The passages are the title (kind "title", always there, though it may be empty), the paragraphs of
  the abstracts (kind "abstract", with the heading of a section before its first paragraph, as in
  "METHODS: We measured"), and the body: headings (kind "heading"), paragraphs (their kind is the
  heading of their section, or "paragraph" where it has none), "figure caption" and "table caption"
  (without the label). One character stands between two passages.
- The headings of all sections around a passage are kept in `extra`, outermost first.
- Text inside of `<italic>`, `<sup>`, inline formulas and the like is text; white space is one
  space. Numbers of references that stand raised behind a word (`aspirin<sup>12</sup>`) are left
  out, because they would become a part of the word.
- Left out: references, tables (not their captions), display formulas, TeX, footnotes, appendices,
  acknowledgements, titles and abstracts in other languages, and sub-articles such as reviews.
- Kept under "jats" where the article has them: journal, year, doi, pmid, pmc, keywords.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document, Passage
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.notation.xml_stream import iterate_elements, root_of, text_of
from bioner_kd.text.source import Source

_ROOTS = ("article", "pmc-articleset", "articles", "OAI-PMH")
# What tells a JATS article from other XML that has articles in it.
_MARK = re.compile(r"<front\b|<article\b[^>]*(?:article-type|dtd-version|xml:lang)=|//NLM//DTD")
_LEFT_OUT = (
    "annotation", "annotation-xml", "author-notes", "back", "contrib-group", "disp-formula",
    "disp-formula-group", "fn", "fn-group", "graphic", "history", "media", "mml:annotation",
    "mml:annotation-xml", "object-id", "permissions", "processing-meta", "ref-list",
    "related-article", "response", "sub-article", "supplementary-material", "table",
    "table-wrap-foot", "tex-math", "trans-abstract", "trans-title-group",
)  # fmt: skip
# What begins a passage of its own, also inside of a paragraph.
_BLOCKS = frozenset({
    "boxed-text", "def-list", "disp-quote", "fig", "fig-group", "list", "p", "preformat", "sec",
    "speech", "statement", "table-wrap", "table-wrap-group", "verse-group",
})  # fmt: skip
_PARAGRAPHS = frozenset({"attrib", "p", "preformat", "term", "verse-line"})
_CAPTIONS = {"fig": "figure caption", "table-wrap": "table caption"}
_IDS = ("pmcid", "pmc", "pmid", "doi", "publisher-id")
_DIGITS = re.compile(r"[0-9]+")


def _recognises(start: str) -> bool:
    name, rest = root_of(start)
    if name not in _ROOTS:
        return False
    return name == "pmc-articleset" or _MARK.search(start) is not None


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    articles = iterate_elements(source, ("article",), faults, roots=_ROOTS, leave_out=_LEFT_OUT)
    return unique_documents(
        articles, lambda found: _document(found[0], source.name, found[1]), faults
    )


def _document(article: Element, path: str, line: int) -> Document:
    meta = article.find("front/article-meta")
    if meta is None:
        raise InputError(
            f"{path}:{line}: this article has no front matter (front/article-meta); get it again."
        )
    ids = {one.get("pub-id-type", ""): text_of(one) for one in meta.iterfind("article-id")}
    passages, offset = [], 0
    for text, kind, headings in _pieces(article, meta):
        extra = {"jats": {"headings": headings}} if headings else {}
        passages.append(Passage(text, offset, kind, extra))
        offset += len(text) + 1
    kept = {name: value for name, value in _kept(article, meta, ids).items() if value}
    return Document(
        _id(ids), tuple(passages), extra={"jats": kept} if kept else {}, path=path, line=line
    )


def _id(ids: dict[str, str]) -> str:
    for kind in _IDS:
        if found := ids.get(kind):
            return f"PMC{found}" if kind[:3] == "pmc" and _DIGITS.fullmatch(found) else found
    return ""


def _kept(article: Element, meta: Element, ids: dict[str, str]) -> dict[str, Any]:
    years = [text_of(one) for one in meta.iterfind("pub-date/year")]
    return {
        "journal": text_of(article.find("front/journal-meta//journal-title")),
        "year": min(years, default=""),
        "doi": ids.get("doi", ""),
        "pmid": ids.get("pmid", ""),
        "pmc": _id({kind: ids.get(kind, "") for kind in _IDS[:2]}),
        "keywords": [text_of(one) for one in meta.iterfind("kwd-group/kwd")],
    }


def _pieces(article: Element, meta: Element) -> Iterator[tuple[str, str, list[str]]]:
    yield _inline(meta.find("title-group/article-title")), "title", []
    for abstract in meta.iterfind("abstract"):
        heading = ""
        for text, kind, headings in _of_section(abstract, []):
            if kind == "heading":
                heading = text
            else:
                text = f"{heading.rstrip(':')}: {text}" if heading else text
                yield text, "abstract", headings
                heading = ""
    for name in ("body", "floats-group"):
        part = article.find(name)
        if part is not None:
            yield from _of_section(part, [])


def _of_section(section: Element, headings: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Text, kind and headings of each passage in a part of an article."""
    for child in section:
        if child.tag == "sec":
            heading = _inline(child.find("title"))
            inner = [*headings, heading] if heading else headings
            yield from _of_section(child, inner)
        elif child.tag in ("title", "label") and section.tag in ("abstract", "sec", "boxed-text"):
            if child.tag == "title" and (text := _inline(child)):
                yield text, "heading", headings
        elif child.tag in _CAPTIONS:
            yield from _of_caption(child, _CAPTIONS[child.tag], headings)
        elif child.tag in _PARAGRAPHS:
            if text := _inline(child):
                yield text, headings[-1] if headings else "paragraph", headings
            yield from _of_section(_blocks(child), headings)
        else:
            yield from _of_section(child, headings)


def _of_caption(
    figure: Element, kind: str, headings: list[str]
) -> Iterator[tuple[str, str, list[str]]]:
    for part in figure.iterfind("caption/*"):
        if text := _inline(part):
            yield text, kind, headings


def _blocks(paragraph: Element) -> Element:
    """The blocks that a paragraph has inside of it, however deep."""
    found = Element("blocks")
    waiting = list(reversed(paragraph))
    while waiting:
        child = waiting.pop()
        if child.tag in _BLOCKS:
            found.append(child)
        else:
            waiting.extend(reversed(child))
    return found


def _inline(element: Element | None) -> str:
    """The text of a paragraph without the blocks in it and without raised numbers of references."""
    if element is None:
        return ""
    whole = Element("text")
    whole.text = "".join(_strings(element))
    return text_of(whole)


def _strings(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in _BLOCKS or child.tag == "break":
            yield " "
        elif not _is_raised_reference(child):
            yield from _strings(child)
        yield child.tail or ""


def _is_raised_reference(element: Element) -> bool:
    if element.tag == "sup":
        return element.find(".//xref[@ref-type='bibr']") is not None
    return (
        element.tag == "xref"
        and element.get("ref-type") == "bibr"
        and element.find("sup") is not None
    )


FORMAT = Format(
    "jats",
    "JATS XML (full texts of PubMed Central and publishers)",
    suffixes=(".nxml",),
    recognises=_recognises,
    read=_read,
)
