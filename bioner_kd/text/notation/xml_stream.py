"""XML that comes from strangers, read as a stream of elements in bounded memory.

The parser is expat of the standard library. It fetches nothing: a DOCTYPE may name a DTD, as files
of BioC and PubMed do, and the DTD is not read. An entity may neither be declared nor be taken from
elsewhere; `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&apos;` and numbers such as `&#945;` are characters.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.parsers.expat import errors

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.format import Faults
from bioner_kd.text.source import Source

# Elements inside of one another; full texts with formulas have about 40.
MOST_DEPTH = 256
# Of what is not built either: expat keeps the names of all open elements.
_MOST_OPEN = 100 * MOST_DEPTH
# Characters of one element, `_EACH` more for each element in it; full texts have about a million.
MOST_SIZE = 50_000_000
_EACH = 100

_CUT_SHORT = {
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        errors.XML_ERROR_PARTIAL_CHAR,
    )
}
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
) -> Iterator[tuple[Element, int]]:
    """Yields elements of given names, one at a time, and forgets each.

    Args:
        source: XML in any encoding that it declares and expat knows.
        tags: names of the elements, with the prefix that the file writes. Of elements inside of one
            another the outermost is yielded.
        faults: what is done about an element that is too deep or too large, or has an entity that
            is not declared.
        roots: names that the outermost element of the file may have; any if empty.
        leave_out: names of elements that are not built, whatever is in them.

    Yields:
        Each element, and the line of the file where it begins.

    Raises:
        InputError: this is no XML, is XML of another kind, is cut short, or declares an entity. The
            elements before the fault have been yielded.
    """
    collector = _Collector(source.name, frozenset(tags), tuple(roots), frozenset(leave_out))
    fed = 0
    for chunk in source.chunks():
        fed += len(chunk)
        error = collector.feed(chunk, fed)
        yield from _settled(collector, faults)
        if error is not None:
            raise error
    if (error := collector.finish()) is not None:
        raise error
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


def _settled(collector: "_Collector", faults: Faults) -> Iterator[tuple[Element, int]]:
    while collector.done:
        element, line = collector.done.popleft()
        if isinstance(element, InputError):
            faults.report(element)
        else:
            yield element, line


class _Collector:
    """Builds the elements of given names out of expat's events."""

    def __init__(
        self, name: str, tags: frozenset[str], roots: tuple[str, ...], leave_out: frozenset[str]
    ) -> None:
        self.done: deque[tuple[Element | InputError, int]] = deque()
        self._name, self._tags, self._leave_out = name, tags, leave_out
        self._roots = roots
        self._builder: TreeBuilder | None = None
        self._fault: InputError | None = None
        self._open: list[str] = []  # names of the elements around the place that is read
        self._first = self._skipping = self._size = self._line = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._refuse_declaration
        parser.ExternalEntityRefHandler = self._refuse_external
        parser.SkippedEntityHandler = self._undeclared
        self._parser = parser

    def feed(self, chunk: bytes, fed: int) -> InputError | None:
        """Parses some more bytes.

        Args:
            chunk: the bytes.
            fed: number of bytes up to their end.

        Returns:
            What ended the parsing, which may come behind elements that are done.
        """
        try:
            self._parser.Parse(chunk, False)
        except InputError as error:
            return error
        except expat.ExpatError as error:
            return self._malformed(error)
        except (LookupError, ValueError) as error:  # of the encoding that the file declares
            return InputError(f"{self._name}: {one_line(error)}; convert the file to UTF-8.")
        if fed - self._parser.CurrentByteIndex > MOST_SIZE:
            return self._error(f"one tag or comment has more than {MOST_SIZE:,} bytes.")
        return None

    def finish(self) -> InputError | None:
        """Says that all bytes have come; returns what is missing."""
        try:
            self._parser.Parse(b"", True)
        except InputError as error:
            return error
        except expat.ExpatError as error:
            return self._malformed(error)
        return None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open and self._roots and tag not in self._roots:
            raise self._error(
                f"the outermost element is {one_line(tag, 60)!r}, not {' or '.join(self._roots)}; "
                "this is XML of another kind."
            )
        self._open.append(tag)
        if len(self._open) > _MOST_OPEN:
            raise self._error(f"more than {_MOST_OPEN} elements are inside of one another.")
        if self._builder is None:
            if tag not in self._tags:
                return
            self._builder, self._fault, self._skipping, self._size = TreeBuilder(), None, 0, 0
            self._first, self._line = len(self._open), self._parser.CurrentLineNumber
        elif self._skipping or self._fault or tag in self._leave_out:
            self._skipping += 1
            return
        if len(self._open) - self._first > MOST_DEPTH:
            self._fail(f"more than {MOST_DEPTH} elements are inside of one another.")
        self._grow(_EACH + sum(map(len, attributes.values())))
        if self._fault is None:
            self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._open.pop()
        if self._builder is None:
            return
        if self._skipping:
            self._skipping -= 1
        elif self._fault is None:
            self._builder.end(tag)
        if len(self._open) < self._first:
            self.done.append((self._fault or self._builder.close(), self._line))
            self._builder = None

    def _data(self, text: str) -> None:
        if self._builder is not None and not self._skipping and not self._fault:
            self._grow(len(text))
            self._builder.data(text)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > MOST_SIZE:
            self._fail(f"it has more than {MOST_SIZE:,} characters.")
            self._builder = TreeBuilder()  # what has been built is let go

    def _undeclared(self, name: str, is_parameter: bool) -> None:
        if self._builder is None:
            raise self._error(f"the entity {shown(name)} is not declared in the file.")
        if not self._skipping:
            self._fail(
                f"&{one_line(name, 60)}; stands for what a DTD declares, which is not read; write "
                "the character itself."
            )

    def _refuse_declaration(self, name: str, *_: object) -> None:
        raise self._error(
            f"it declares the entity {shown(name)}; entities are not read, because a few lines of "
            "them can stand for gigabytes or for other files. Replace them by what they stand for."
        )

    def _refuse_external(self, *_: object) -> int:
        raise self._error("it takes in another file as an entity, which is not read.")

    def _fail(self, message: str) -> None:
        if self._fault is None:
            self._fault = self._error(
                f"in the element {one_line(self._open[self._first - 1], 60)!r} of line "
                f"{self._line}: {message}"
            )

    def _error(self, message: str) -> InputError:
        return InputError(f"{self._name}:{self._parser.CurrentLineNumber}: {message}")

    def _malformed(self, error: expat.ExpatError) -> InputError:
        where = f"{self._name}:{error.lineno}"
        if error.code in _CUT_SHORT:
            inside = (
                f" inside of the element {one_line(self._open[-1], 60)!r}" if self._open else ""
            )
            return InputError(f"{where}: the XML is cut short{inside}; get the whole file.")
        return InputError(
            f"{where}: no XML at column {error.offset + 1}: {expat.ErrorString(error.code)}. "
            "Correct the file, or declare its encoding in the first line."
        )
