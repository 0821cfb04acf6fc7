"""A .tflite file: a model that any thread or process may call, and the student's tables inside.

The tables are an associated file, as TFLite's metadata has it, so that the .tflite file alone is
enough: a ZIP archive behind the model, which interpreters do not read and
`unzip -l student_int8.tflite` lists.
"""

import hashlib
import importlib
import io
import operator
import platform
import re
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bioner_kd.errors import InputError, one_line
from bioner_kd.tagging.models.layout import ANY_LENGTH, BATCH, LOGITS
from bioner_kd.tagging.models.native_output import call_quietly
from bioner_kd.tagging.models.word_model import logits_in_batches, pad
from bioner_kd.tagging.tables import LARGEST, TABLES

# In the order of preference: the maintained one first, all of TensorFlow last.
_INTERPRETERS = (
    ("ai_edge_litert.interpreter", "Interpreter"),
    ("tflite_runtime.interpreter", "Interpreter"),
    ("tensorflow", "lite.Interpreter"),
)
Runner = Callable[..., dict[str, np.ndarray]]
# Sentences of one call, and its words with padding. Larger batches leave the cache: 16 sentences
# gave int8 a tenth fewer words a second than 8, and float32 a twentieth more.
_BATCH_SIZE, _BATCH_WORDS = 8, 256
# Always the same, so that one student gives one file.
_DATE = (1980, 1, 1, 0, 0, 0)
# An archive names its files twice, so that a truncated one still names them once; how each of these
# headers begins, and its bytes before the name.
_HEADERS = ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46))
# Bytes of the list of its files, and of how far from the end it may be told where that is.
_LARGEST_DIRECTORY, _LOCATOR = 1 << 16, 20
_END_WITHIN = (1 << 16) + 22 + _LOCATOR
_END, _LARGE_END = b"PK\x05\x06", b"PK\x06\x07"
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    OSError,
    ValueError,
)


def interpreter_class() -> Callable[..., Any]:
    """The TFLite interpreter that is installed.

    Raises:
        InputError: there is none.
    """
    for module, name in _INTERPRETERS:
        try:
            return operator.attrgetter(name)(importlib.import_module(module))
        except ImportError:
            continue
    raise InputError(f"No TFLite interpreter is installed here: {_remedy()}")


def _remedy() -> str:
    if (sys.platform, platform.machine()) == ("darwin", "x86_64"):
        return "Intel Macs have no ai-edge-litert; with Python 3.10 to 3.12, pip install tensorflow"
    return "pip install ai-edge-litert"


def open_interpreter(content: bytes) -> Any:
    """An interpreter of a .tflite file, ready to run, on one thread.

    Args:
        content: of the file.

    Raises:
        InputError: no interpreter is installed.
        ValueError: not a .tflite file, or a damaged one; so may RuntimeError be.
    """
    # A second thread made one sentence no faster in our trials, and int8 slower.
    interpreter = interpreter_class()(model_content=content, num_threads=1)
    call_quietly(interpreter.allocate_tensors, _is_notice)
    return interpreter


def _is_notice(line: bytes) -> bool:
    # TFLite announces its delegate when a process first prepares a model.
    return line.startswith(b"INFO: ")


class TFLiteModel:
    """A student in TFLite form.

    An interpreter may not be shared between threads, so each thread makes its own when it first
    calls the model. What is pickled is the file's content: another process or machine needs nothing
    else.
    """

    # One thread for each thread that calls it: processes share the work.
    own_threads = False

    def __init__(self, content: bytes, name: str = "the model") -> None:
        """Opens a model.

        Args:
            content: bytes of a .tflite file.
            name: of the file, for messages.

        Raises:
            InputError: not a student in TFLite form, or no interpreter is installed.
        """
        self._content = content
        self._name = name
        self._of_thread = threading.local()
        self._runners()

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self._content).hexdigest()

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of a sentence, as `WordModel` says."""
        batch = {name: np.ascontiguousarray(ids[np.newaxis]) for name, ids in features.items()}
        return self._runners()[ANY_LENGTH](**batch)[LOGITS][0]

    def batch_logits(self, sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        """Logits of several sentences, as `WordModel` says."""
        run = self._runners().get(BATCH)
        if run is None:  # files of earlier versions have no such signature
            return [self.logits(features) for features in sentences]
        return logits_in_batches(
            lambda some: run(**pad(some))[LOGITS], sentences, _BATCH_SIZE, _BATCH_WORDS
        )

    def _runners(self) -> Mapping[str, Runner]:
        runners = getattr(self._of_thread, "runners", None)
        if runners is None:
            runners = self._of_thread.runners = self._open()
        return runners

    def _open(self) -> dict[str, Runner]:
        try:
            interpreter = open_interpreter(self._content)
            names = {ANY_LENGTH} | ({BATCH} & interpreter.get_signature_list().keys())
            return {name: interpreter.get_signature_runner(name) for name in names}
        except (ValueError, RuntimeError) as error:
            raise InputError(
                f"{self._name}: not a TFLite student, or a damaged one ({one_line(error)}); "
                "copy it again or export the student again."
            ) from error

    def __getstate__(self) -> dict[str, Any]:
        return {"_content": self._content, "_name": self._name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _of_thread=threading.local())


def with_tables(model: bytes, tables: bytes) -> bytes:
    """A .tflite file with tables.

    Args:
        model: the file without.
        tables: the content of tables.json.
    """
    file = io.BytesIO(model)
    with zipfile.ZipFile(file, "a") as archive:
        entry = zipfile.ZipInfo(TABLES, _DATE)
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
            return _read_tables(archive) if TABLES in archive.namelist() else None
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
    # Right before such an end, there may be one of large archives, with a size of its own.
    large = [tail[end - _LOCATOR : end].startswith(_LARGE_END) for end in ends if end >= _LOCATOR]
    if max(sizes, default=0) > _LARGEST_DIRECTORY or any(large):
        raise zipfile.BadZipFile("its list of files is too long")


def _read_tables(archive: zipfile.ZipFile) -> bytes:
    entry = archive.getinfo(TABLES)
    # What other methods unpack has no limit in zipfile.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("they are compressed in another way than deflate")
    if entry.file_size > LARGEST:
        raise zipfile.BadZipFile(f"they have more than {LARGEST} bytes")
    with archive.open(entry) as file:
        # Up to a limit, since what is unpacked need not be what the entry promises.
        return file.read(LARGEST)


def _names_tables(content: bytes) -> bool:
    name = content.rfind(TABLES.encode())
    return any(
        name >= length and content.startswith(magic, name - length) for magic, length in _HEADERS
    )
