"""XML that comes from strangers, read as a stream of elements in bounded memory.

The parser is expat of the standard library. It fetches nothing: a DOCTYPE may name a DTD, as files
of BioC and PubMed do, and the DTD is not read. An entity may neither be declared nor be taken from
elsewhere; `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&apos;` and numbers such as `&#945;` are characters.
"""

import re
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element

from bioner_kd.errors import InputError
from bioner_kd.text.format import Faults
from bioner_kd.text.notation.xml_collector import Collector, Malformed
from bioner_kd.text.notation.xml_pieces import xml_pieces
from bioner_kd.text.source import Source

# An XML declaration or other instruction, a comment, or the start of a DOCTYPE, which may have
# declarations in brackets.
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)", re.DOTALL)
_WHITE = re.compile(r"[ \t\r\n]+")
_ROOT = re.compile(r"\s*<([A-Za-z_][\w:.-]*)")


def root_of(start: str) -> tuple[str, str]:
    """The outermost element of XML, as far as the start of a file shows it.

    Args:
        start: the first characters of any file.

    Returns:
        Its name, "" where this is no XML, and the characters from the element on.
    """
    at = 0
    while found := _PROLOG.match(start, at):
        at = found.end()
    root = _ROOT.match(start, at)
    return (root.group(1), start[root.start(1) - 1 :]) if root else ("", "")


def iterate_elements(
    source: Source,
    tags: Collection[str],
    faults: Faults,
    *,
    roots: Collection[str] = (),
    leave_out: Collection[str] = (),
    records: Collection[str] = (),
) -> Iterator[tuple[Element, int]]:
    """Yields elements of given names, one at a time, and forgets each.

    Args:
        source: XML in any encoding that it declares and expat knows.
        tags: names of the elements, with the prefix that the file writes. Of elements inside of one
            another the outermost is yielded.
        faults: what is done about an element that is too deep or too large, or has an entity that
            is not declared; and about one that is no XML, where bad bytes are read, behind which
            the next element of its name is sought.
        roots: names that the outermost element of the file may have; any if empty.
        leave_out: names of elements that are not built, whatever is in them.
        records: those of `tags` at which reading goes on behind an element that is no XML; all if
            empty.

    Yields:
        Each element, and the line of the file where it begins.

    Raises:
        InputError: this is no XML, is XML of another kind, is cut short, or declares an entity. The
            elements before the fault have been yielded.
    """
    names = (tags, roots, leave_out, records or tags)
    collector = Collector(source.name, *names, source.bad_bytes)
    for piece in xml_pieces(source):
        rest = collector.take(piece)
        while rest is not None:
            error = collector.feed(rest)
            yield from _settled(collector, faults)
            if error is None:
                break
            if not (source.bad_bytes.are_read and isinstance(error, Malformed)):
                raise error
            faults.report(error)
            rest = collector.seek(rest)
    if (error := collector.finish()) is not None:
        if not source.bad_bytes.found:
            raise error
        faults.report(error)
    yield from _settled(collector, faults)


def text_of(element: Element | None) -> str:
    """The text in an element and in those inside of it, with single spaces for white space.

    Spaces that XML does not know as such, like the no-break space, stay as they are.

    Args:
        element: such as `<p>H<sub>2</sub>O</p>`; None stands for one that is missing.
    """
    if element is None:
        return ""
    return " ".join(_WHITE.split("".join(element.itertext()))).strip(" ")


def _settled(collector: "Collector", faults: Faults) -> Iterator[tuple[Element, int]]:
    while collector.done:
        element, line = collector.done.popleft()
        if isinstance(element, InputError):
            faults.report(element)
        else:
            yield element, line
