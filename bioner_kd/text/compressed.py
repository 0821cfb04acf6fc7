"""Files of text as bytes: what compressed them is undone, and other kinds of file are named."""

import bz2
import contextlib
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from bioner_kd.errors import InputError, UsageError, one_line
from bioner_kd.text import zstd

# Ends of names that ask for a compressed file.
COMPRESSING = frozenset({".gz", ".bz2", ".xz", ".zst"})
_ZSTD = b"\x28\xb5\x2f\xfd"
# By the first bytes of a file, whatever its name.
_READERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    _ZSTD: zstd.open_reader,
}
# Readers that have no error of their own.
_PLAIN_ERRORS = (bz2.open, zstd.open_reader)
_INSTALL = "pip install zstandard, or use Python 3.14"
_UNPACK = "unpack it and name the text files in it"
_DECOMPRESS = "decompress it first, or compress it by gzip, bzip2 or xz, which are read"
_CONVERT = "save it as plain text (UTF-8) and name that file"
_OTHERS = {
    b"%PDF-": ("a PDF", "convert it to text, for example: pdftotext OLD.pdf NEW.txt"),
    b"PK\x03\x04": ("a zip archive", _UNPACK),
    b"PK\x05\x06": ("an empty zip archive", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"Rar!": ("a RAR archive", _UNPACK),
    b"\x04\x22\x4d\x18": ("compressed by LZ4", _DECOMPRESS),
    b"\x1f\x9d": ("compressed by compress (.Z)", _DECOMPRESS),
    b"\xd0\xcf\x11\xe0": ("an Office document", _CONVERT),
    b"{\\rtf": ("a document in rich text (RTF)", _CONVERT),
    b"SQLite format 3": ("an SQLite database", "export its texts to a file"),
    b"PAR1": ("a Parquet file", "export its texts to a file"),
    b"\x89HDF": ("an HDF5 file", "export its texts to a file"),
}
# What a zip archive is called where it is a document.
_ZIPPED = {
    **dict.fromkeys((".docx", ".odt", ".epub"), ("a document", _CONVERT)),
    **dict.fromkeys((".xlsx", ".ods"), ("a spreadsheet", "save it as plain text, a text a line")),
    **dict.fromkeys((".pptx", ".odp"), ("a presentation", _CONVERT)),
}
# A tar archive says so behind the name and the numbers of its first member.
_TAR, _TAR_AT = b"ustar", 257
_START = 512


@contextmanager
def decompressed(handle: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The bytes inside what gzip, bzip2, xz or Zstandard compressed, or those of the handle itself.

    Args:
        handle: at its start; it needs no `seek`.
        name: of the file, for messages.

    Raises:
        InputError: the file is of a kind that holds no plain text, or what is read in the block is
            cut short or damaged.
    """
    if not isinstance(handle, io.IOBase):
        yield handle  # whoever replaces the standard input may give any iterable of lines
        return
    buffered = _buffered(handle)
    start = buffered.peek(_START)
    _refuse_others(start, name)
    reader = next((open_ for magic, open_ in _READERS.items() if start.startswith(magic)), None)
    if reader is None:
        yield cast(BinaryIO, buffered)
        return
    try:
        inside = _buffered(cast(BinaryIO, reader(cast(BinaryIO, buffered))))
        _refuse_others(inside.peek(_START), name)
        yield cast(BinaryIO, inside)
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
        raise _damaged(name, error) from error
    except OSError as error:
        # The errors of a disk have a number.
        if reader not in _PLAIN_ERRORS or error.errno is not None:
            raise
        raise _damaged(name, error) from error


def compressed(file: IO[bytes], suffix: str) -> contextlib.AbstractContextManager[Any]:
    """A stream that writes into a file what its suffix asks for: .gz, .bz2, .xz, .zst compress.

    Raises:
        UsageError: no library for .zst is there.
    """
    if suffix == ".gz":
        # Without a time and a name, which would differ between equal files.
        return gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0)
    if suffix == ".bz2":
        return bz2.BZ2File(file, "wb")
    if suffix == ".zst":
        if not zstd.is_available():
            raise UsageError(f"No library writes .zst here; {_INSTALL}, or write .gz or .xz.")
        return zstd.open_writer(file)
    return lzma.LZMAFile(file, "wb") if suffix == ".xz" else contextlib.nullcontext(file)


def is_zip(start: bytes, name: str) -> bool:
    """Whether a file is an archive of files, not a document that is kept in one.

    Args:
        start: its first bytes.
        name: of the file.
    """
    return start.startswith(b"PK\x03\x04") and Path(name).suffix.lower() not in _ZIPPED


def _buffered(handle: BinaryIO) -> io.BufferedReader:
    if isinstance(handle, io.BufferedReader):
        return handle
    return io.BufferedReader(cast(Any, handle))


def _refuse_others(start: bytes, name: str) -> None:
    found = next((kind for magic, kind in _OTHERS.items() if start.startswith(magic)), None)
    if start[_TAR_AT:].startswith(_TAR):
        found = ("a tar archive", _UNPACK)
    if start.startswith(_ZSTD) and not zstd.is_available():
        found = (
            "compressed by Zstandard, which no library reads here",
            f"{_INSTALL}, or {_DECOMPRESS}",
        )
    if found and start.startswith(b"PK"):
        found = _ZIPPED.get(Path(name).suffix.lower(), found)
    if found:
        what, remedy = found
        raise InputError(f"{name}: this file is {what}, not plain text; {remedy}.")


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(
        f"{name}: this compressed file is cut short or damaged ({one_line(error)}); get it again."
    )
