"""Elements of XML are built out of a parser's events."""

import re
from collections import deque
from collections.abc import Collection, Iterable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.parsers.expat import errors

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.bad_bytes import BadBytes
from bioner_kd.text.notation.xml_pieces import with_marks

# Elements inside of one another; full texts with formulas have about 40.
MOST_DEPTH = 256
# Of what is not built either: expat keeps the names of all open elements.
_MOST_OPEN = 100 * MOST_DEPTH
# Characters of one element, `_EACH` more for each element in it; full texts have about a million.
MOST_SIZE = 50_000_000
_EACH = 100

# The end of an element that did not begin, or whose start tag is damaged.
_CLOSED = re.compile(rb"(?:</)?([A-Za-z_][A-Za-z0-9_:.-]*)\s*>")
_CUT_SHORT = {
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        errors.XML_ERROR_PARTIAL_CHAR,
    )
}


class Malformed(InputError):
    """The parser cannot go on, and another one may behind the next start of an element."""


class Collector:
    """Builds the elements of given names out of expat's events.

    Attributes:
        done: the elements that are built, or what is wrong with them, and the lines where they
            begin; whoever reads takes them out.
    """

    def __init__(
        self,
        name: str,
        tags: Collection[str],
        roots: Collection[str],
        leave_out: Collection[str],
        records: Collection[str],
        bad_bytes: BadBytes,
    ) -> None:
        """Takes the name of the file, for messages, and what `iterate_elements` is told."""
        self._bad_bytes = bad_bytes
        self.done: deque[tuple[Element | InputError, int]] = deque()
        self._name, self._tags, self._leave_out = name, frozenset(tags), frozenset(leave_out)
        self._roots, self._records = roots, records
        self._last_tag = ""
        self._sought: re.Pattern[bytes] | None = None
        self._tail = b""
        self._line_ends = 0  # before what is fed next
        self._start_over(())

    def _start_over(self, outer: Iterable[str]) -> None:
        self._builder: TreeBuilder | None = None
        self._fault: InputError | None = None
        self._open: list[str] = []  # names of the elements around the place that is read
        self._first = self._skipping = self._size = self._line = 0
        self._second = -1  # where a record begins inside of another
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._refuse_declaration
        parser.ExternalEntityRefHandler = self._refuse_external
        parser.SkippedEntityHandler = self._undeclared
        self._parser = parser
        self._first_line = self._line_ends
        start = "".join(f"<{name}>" for name in outer).encode()
        parser.Parse(start, False)
        self._fed = self._unread = len(start)

    def take(self, piece: bytes) -> bytes | None:
        """What is fed of a piece of the file; None before the element that is sought."""
        return piece if self._sought is None else self._look(self._tail + piece)

    def feed(self, chunk: bytes) -> InputError | None:
        """Parses some more bytes.

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
        self._fed += len(chunk)
        self._line_ends += chunk.count(b"\n")
        if self._fed - self._parser.CurrentByteIndex > MOST_SIZE:
            return self._error(f"one tag or comment has more than {MOST_SIZE:,} bytes.")
        return None

    def seek(self, chunk: bytes) -> bytes | None:
        """Looks for the next element like the one that is no XML.

        Args:
            chunk: what was fed.

        Returns:
            The bytes from that element on, None where it is not among these.
        """
        index = self._parser.ErrorByteIndex if self._second < 0 else self._second
        place = max(0, index - self._fed)
        closed = _CLOSED.match(chunk, place)
        tag = closed[1].decode() if closed else self._last_tag
        if self._builder is not None:
            tag = self._open[self._first - 1]
            del self._open[self._first - 1 :]
        tags = [tag] if tag in self._records else self._records
        names = "|".join(map(re.escape, sorted(tags))).encode()
        self._sought = re.compile(rb"<(?:%b)(?=[\s/>])" % names)
        # What could not be read as the first thing of all is not tried again.
        place += place == 0 and self._fed == self._unread
        self._line_ends += chunk.count(b"\n", 0, place)
        return self._look(chunk[place:])

    def _look(self, data: bytes) -> bytes | None:
        assert self._sought is not None
        found = self._sought.search(data)
        place = found.start() if found else max(0, len(data) - len(self._sought.pattern))
        self._line_ends += data.count(b"\n", 0, place)
        self._tail = data[place:]
        if not found:
            return None
        self._sought = None
        self._start_over(tuple(self._open))
        return self._tail

    def finish(self) -> InputError | None:
        """Says that all bytes have come; returns what is missing."""
        if self._sought is not None:
            return None
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
        if self._builder is not None and self._bad_bytes.found and tag in self._records:
            if tag == self._open[self._first - 1]:
                self._second = self._parser.CurrentByteIndex
                raise Malformed(f"{self._name}:{self._line}: the element {tag} is not closed.")
        self._open.append(tag)
        if len(self._open) > _MOST_OPEN:
            raise self._error(f"more than {_MOST_OPEN} elements are inside of one another.")
        if self._builder is None:
            if tag not in self._tags:
                return
            self._builder, self._fault, self._skipping, self._size = TreeBuilder(), None, 0, 0
            self._first, self._line = len(self._open), self._current_line
        elif self._skipping or self._fault or tag in self._leave_out:
            self._skipping += 1
            return
        if len(self._open) - self._first > MOST_DEPTH:
            self._fail(f"more than {MOST_DEPTH} elements are inside of one another.")
        self._grow(_EACH + sum(map(len, attributes.values())))
        if self._fault is None:
            self._builder.start(tag, {key: with_marks(of) for key, of in attributes.items()})

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
            self._last_tag = tag
            self._builder = None

    def _data(self, text: str) -> None:
        if self._builder is not None and not self._skipping and not self._fault:
            self._grow(len(text))
            self._builder.data(with_marks(text))

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

    @property
    def _current_line(self) -> int:
        return self._first_line + self._parser.CurrentLineNumber

    def _error(self, message: str) -> InputError:
        return InputError(f"{self._name}:{self._current_line}: {message}")

    def _malformed(self, error: expat.ExpatError) -> InputError:
        where = f"{self._name}:{self._first_line + error.lineno}"
        if error.code in _CUT_SHORT:
            inside = (
                f" inside of the element {one_line(self._open[-1], 60)!r}" if self._open else ""
            )
            return InputError(f"{where}: the XML is cut short{inside}; get the whole file.")
        return Malformed(
            f"{where}: no XML at column {error.offset + 1}: {expat.ErrorString(error.code)}. "
            "Correct the file, or declare its encoding in the first line."
        )
