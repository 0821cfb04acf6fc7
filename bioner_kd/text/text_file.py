"""Reading text files whose faults are named by file, line and byte."""

import difflib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bioner_kd.errors import InputError, one_line
from bioner_kd.text.compressed import decompressed

_BOM = b"\xef\xbb\xbf"
_LISTED = 12


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Opens a file for reading bytes.

    Raises:
        InputError: it is missing, a folder, or may not be read.
    """
    path = Path(path)
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file. {_near(path)}") from None
    except IsADirectoryError:
        raise InputError(
            f"{path}: this is a folder, not a file. {folder_holds(path)} Name one of its files."
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot read this file ({error.strerror}).") from error


@contextmanager
def open_decompressed(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Opens a file for reading bytes, those inside where gzip, bzip2 or xz compressed it.

    Raises:
        InputError: it cannot be read, is of a kind that holds no plain text, or what is read in the
            block is cut short or damaged.
    """
    with open_file(path) as handle, decompressed(handle, str(path)) as data:
        yield data


def folder_holds(folder: Path) -> str:
    """One sentence that lists what is in a folder, at most a dozen names."""
    try:
        names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in folder.iterdir())
    except OSError:
        return f"{folder} cannot be listed."
    if not names:
        return f"{folder} is empty."
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{folder} holds {', '.join(map(one_line, names[:_LISTED]))}{more}."


def _near(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"Its folder {folder} does not exist either."
    close = difflib.get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=1)
    return f"Did you mean {folder / one_line(close[0])}?" if close else folder_holds(folder)


def read_lines(path: str | os.PathLike[str]) -> list[str]:
    r"""The lines of a UTF-8 file, without a byte order mark and without line ends (\n or \r\n).

    The file may be compressed by gzip, bzip2 or xz.

    Raises:
        InputError: the file cannot be read or is not UTF-8.
    """
    with open_decompressed(path) as handle:
        data = handle.read()
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    offset, decoded = 0, []
    for number, line in enumerate(lines, 1):
        decoded.append(decode_line(line, path=str(path), line=number, offset=offset))
        offset += len(line) + 1
    return decoded


def decode_line(
    data: bytes, *, path: str, line: int, offset: int, decode: Callable[[bytes], str] = bytes.decode
) -> str:
    """Decodes one line of a UTF-8 file.

    Args:
        data: its bytes, with or without its line end.
        path: name of the file, for the message.
        line: number of the line, counted from 1; a byte order mark is dropped from the first.
        offset: number of bytes before the line in the file.
        decode: decodes UTF-8; it may do something else about other bytes than raise an error.

    Returns:
        The line without its line end.

    Raises:
        InputError: the bytes are not UTF-8.
    """
    if line == 1 and data.startswith(_BOM):
        data, offset = data[len(_BOM) :], offset + len(_BOM)
    try:
        return decode(data.removesuffix(b"\n").removesuffix(b"\r"))
    except UnicodeDecodeError as error:
        value = data[error.start]
        utf16 = offset == 0 and data[:2] in (b"\xff\xfe", b"\xfe\xff")
        encoding = "UTF-16" if utf16 else "ISO-8859-1"
        raise InputError(
            f"{path}:{line}: byte 0x{value:02x} at offset {offset + error.start} of the file is "
            f"not UTF-8. Convert the file, for example: iconv -f {encoding} -t UTF-8 OLD > NEW"
        ) from None
