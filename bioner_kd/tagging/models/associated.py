"""A student's tables inside its .tflite file, so that the file alone is enough.

They are an associated file, as TFLite's metadata has it: a ZIP archive behind the model, which
interpreters do not read and `unzip -l student_int8.tflite` lists.
"""

import io
import re
import zipfile
import zlib

from bioner_kd.errors import InputError, one_line
from bioner_kd.tagging.tables import LARGEST

_NAME = "tables.json"
# Otherwise the same student would give another file each time.
_DATE = (1980, 1, 1, 0, 0, 0)
# An archive names its files twice, so that a truncated one still names them once; how each of these
# headers begins, and its bytes before the name.
_HEADERS = ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46))
# Bytes of the list of its files, and of how far from the end it may be told where that is.
_LARGEST_DIRECTORY, _END_WITHIN = 1 << 16, (1 << 16) + 22
_END, _LARGE_END = b"PK\x05\x06", b"PK\x06\x07"
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    OSError,
    ValueError,
)


def with_tables(model: bytes, tables: bytes) -> bytes:
    """A .tflite file with tables.

    Args:
        model: the file without.
        tables: the content of tables.json.
    """
    file = io.BytesIO(model)
    with zipfile.ZipFile(file, "a") as archive:
        entry = zipfile.ZipInfo(_NAME, _DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, tables, compresslevel=9)
    return file.getvalue()


def tables_inside(content: bytes, name: str) -> bytes | None:
    """The tables of a .tflite file, as `with_tables` took them; None where it has none.

    Args:
        content: the file.
        name: of the file, for messages.

    Raises:
        InputError: it has tables, or a beginning of them, that cannot be read.
    """
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive) if _NAME in archive.namelist() else None
    except _UNREADABLE as error:
        if not _names_tables(content):
            return None
        raise InputError(
            f"{name}: truncated or damaged, the tables at its end cannot be read "
            f"({one_line(error)}); copy it again or export the student again."
        ) from error


def _check_directory(content: bytes) -> None:
    # zipfile makes an object of each entry, and finds the list of them in ways of its own: no place
    # where it might look may promise a long one.
    tail = content[-_END_WITHIN:]
    ends = [match.start() for match in re.finditer(re.escape(_END), tail)]
    sizes = [int.from_bytes(tail[end + 12 : end + 16], "little") for end in ends]
    if max(sizes, default=0) > _LARGEST_DIRECTORY or (ends and _LARGE_END in tail):
        raise zipfile.BadZipFile("its list of files is too long")


def _read(archive: zipfile.ZipFile) -> bytes:
    entry = archive.getinfo(_NAME)
    # What other methods unpack has no limit in zipfile.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("they are compressed in another way than deflate")
    if entry.file_size > LARGEST:
        raise zipfile.BadZipFile(f"they have more than {LARGEST} bytes")
    with archive.open(entry) as file:
        # Up to a limit, since what is unpacked need not be what the entry promises.
        return file.read(LARGEST)


def _names_tables(content: bytes) -> bool:
    name = content.rfind(_NAME.encode())
    return any(
        name >= length and content.startswith(magic, name - length) for magic, length in _HEADERS
    )
