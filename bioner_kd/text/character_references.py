"""Character references of HTML and XML, read as what they mean, and the way back to the source.

A reference is `&name;`, `&#number;` or `&#xnumber;` with its semicolon, of HTML's names. Without
one, `&` is a character of the text, as in "AT&T" or an address. References are read once:
`&amp;lt;` means `&lt;`.
"""

import bisect
import html
import re
from dataclasses import dataclass, replace

from bioner_kd.text.document import Annotation, Document, Passage

_REFERENCE = re.compile(r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
Span = tuple[int, int]


@dataclass(frozen=True)
class Unescaped:
    """A text whose references are read as what they mean.

    Attributes:
        text: without references.
        meant: (start, end) of each reference's characters in `text`, in order.
        written: (start, end) of each reference in the source.
    """

    text: str
    meant: tuple[Span, ...] = ()
    written: tuple[Span, ...] = ()

    @classmethod
    def of(cls, source: str) -> "Unescaped":
        """Reads a text.

        Examples:
            >>> Unescaped.of("Crohn&#39;s").text
            "Crohn's"
        """
        pieces: list[str] = []
        meant: list[Span] = []
        written: list[Span] = []
        end = length = 0
        for found in _REFERENCE.finditer(source):
            character = html.unescape(found.group())
            if character in ("", found.group()):
                continue  # a name that HTML does not have, or what is no character
            pieces += [source[end : found.start()], character]
            length += found.start() - end
            meant.append((length, length + len(character)))
            written.append(found.span())
            length, end = length + len(character), found.end()
        if not written:
            return cls(source)
        return cls("".join([*pieces, source[end:]]), tuple(meant), tuple(written))

    def in_source(self, start: int, end: int) -> Span:
        """Where characters of `text` stand in the source: whole references, and what is between."""
        return self._place(start, end=False), self._place(end - 1, end=True)

    def _place(self, at: int, *, end: bool) -> int:
        # The last reference that means something at or before the place.
        number = bisect.bisect_right(self.meant, at, key=lambda span: span[0]) - 1
        if number < 0:
            return at + end
        if at < self.meant[number][1]:
            return self.written[number][end]
        return self.written[number][1] + at - self.meant[number][1] + end


@dataclass(frozen=True)
class UnescapedDocument:
    """A document whose references are read as what they mean, passage by passage.

    Attributes:
        source: as it was read.
        document: without references; the source itself where it has none.
        passages: those of the source, unescaped.
    """

    source: Document
    document: Document
    passages: tuple[Unescaped, ...] = ()

    @classmethod
    def of(cls, source: Document) -> "UnescapedDocument":
        """Reads a document; one whose words are given stays as it is."""
        if source.sentences is not None or not any("&" in one.text for one in source.passages):
            return cls(source, source)
        read = tuple(Unescaped.of(one.text) for one in source.passages)
        passages: list[Passage] = []
        end = before = 0
        for one, found in zip(source.passages, read, strict=True):
            offset = end + one.offset - before
            passages.append(replace(one, text=found.text, offset=offset))
            end, before = offset + len(found.text), one.end
        return cls(source, replace(source, passages=tuple(passages), annotations=()), read)

    def in_source(self, tagged: Document) -> Document:
        """The source with the annotations of `document`, at their places in it."""
        if not self.passages:
            return tagged
        return self.source.with_annotations(map(self._annotation, tagged.annotations))

    def _annotation(self, found: Annotation) -> Annotation:
        spans = tuple(self._span(*span) for span in found.spans)
        return replace(found, spans=spans, text=self.source.mention(spans))

    def _span(self, start: int, end: int) -> Span:
        ours = self.document.passages
        number = bisect.bisect_right(ours, start, key=lambda one: one.offset) - 1
        before, after = ours[number].offset, self.source.passages[number].offset
        first, last = self.passages[number].in_source(start - before, end - before)
        return first + after, last + after
