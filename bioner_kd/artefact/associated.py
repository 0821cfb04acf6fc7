"""A student's tables inside its .tflite file, so that the file alone is enough.

They are an associated file, as TFLite's metadata has it: a ZIP archive behind the model, which
interpreters do not read and `unzip -l student_int8.tflite` lists.
"""

import io
import zipfile
import zlib

from bioner_kd.errors import InputError

_NAME = "tables.json"
# Otherwise the same student would give another file each time.
_DATE = (1980, 1, 1, 0, 0, 0)
# An archive names its files twice, so that a truncated one still names them once; how each of these
# headers begins, and its bytes before the name.
_HEADERS = ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46))
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
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(_NAME) if _NAME in archive.namelist() else None
    except _UNREADABLE as error:
        if not _names_tables(content):
            return None
        raise InputError(
            f"{name}: truncated or damaged, the tables at its end cannot be read ({error}); copy "
            "it again or export the student again."
        ) from error


def _names_tables(content: bytes) -> bool:
    name = content.rfind(_NAME.encode())
    return any(
        name >= length and content.startswith(magic, name - length) for magic, length in _HEADERS
    )
