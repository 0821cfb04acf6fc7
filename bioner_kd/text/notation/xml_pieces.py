"""Bytes of XML, in which those that XML cannot hold are replaced or marked."""

import re
from collections.abc import Iterator

from bioner_kd.text.bad_bytes import MARK
from bioner_kd.text.source import Source

# What expat reads in place of a mark: no program writes this noncharacter.
_READ = "\U0010fffe"
_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_UTF_8 = frozenset({b"utf-8", b"utf8"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
_CONTROLS = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]")


def xml_pieces(source: Source) -> Iterator[bytes]:
    """Yields the bytes of XML for a parser.

    Where bad bytes are read, expat can read what is yielded: bytes that are not UTF-8 and control
    characters are replaced, or marked; `with_marks` gives the marks back. In other encodings each
    byte is a character, and control characters are replaced by spaces; UTF-16 stays as it is.
    """
    pieces = source.chunks()
    if not source.bad_bytes.are_read:
        yield from pieces
        return
    start = next(pieces, b"")
    declared = _ENCODING.match(start.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].lower() if declared else b"utf-8"
    if start.startswith(_UTF_16):
        yield start
        yield from pieces
    elif encoding in _UTF_8:
        decoder = source.bad_bytes.decoder()
        for piece in _with_end(start, pieces):
            text = decoder.decode(piece, not piece)
            text = source.bad_bytes.without_controls(text, xml=True)
            yield text.replace(MARK, _READ).encode()
    else:
        for piece in _with_end(start, pieces):
            source.bad_bytes.found |= _CONTROLS.search(piece) is not None
            yield _CONTROLS.sub(b" ", piece)


def with_marks(text: str) -> str:
    """Text that a parser gave, with the marks of bad bytes."""
    return text.replace(_READ, MARK)


def _with_end(start: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from pieces
    yield b""
