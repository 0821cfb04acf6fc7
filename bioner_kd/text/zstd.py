"""Zstandard, by whichever library is there: Python 3.14's own, backports.zstd or zstandard."""

import importlib
import io
from typing import IO, Any, BinaryIO, cast

# Python's own module and its copy for older versions have the same functions.
_MODULES = ("compression.zstd", "backports.zstd")
_OTHER = "zstandard"
# Bytes that are decompressed at once: each may become some 30,000.
_AT_ONCE = 1024


def is_available() -> bool:
    """Whether a library is there."""
    return bool(_module() or _imported(_OTHER))


def open_reader(file: BinaryIO) -> BinaryIO:
    """What Zstandard compressed, decompressed while it is read.

    Raises:
        EOFError: when what is read ends too early.
        OSError: when what is read is damaged.
    """
    if module := _module():
        return cast(BinaryIO, _Checked(module.ZstdFile(file), module.ZstdError))
    other = importlib.import_module(_OTHER)
    return cast(BinaryIO, _Checked(_Frames(file, other), other.ZstdError))


def open_writer(file: IO[bytes]) -> Any:
    """A stream that compresses into a file, and leaves it open."""
    if module := _module():
        return module.ZstdFile(file, "wb")
    return importlib.import_module(_OTHER).ZstdCompressor().stream_writer(file, closefd=False)


def _module() -> Any:
    return next(filter(None, map(_imported, _MODULES)), None)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


class _Checked(io.RawIOBase):
    """Bytes of another stream; its own kind of error becomes an OSError."""

    def __init__(self, inside: Any, error: type[Exception]) -> None:
        self._inside, self._error = inside, error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inside.read(min(len(buffer), io.DEFAULT_BUFFER_SIZE))
        except self._error as error:
            raise OSError(str(error)) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inside.close()
        super().close()


class _Frames:
    """Reads frames one behind another by `zstandard`.

    Its own reader takes half a frame for a whole one.
    """

    def __init__(self, file: BinaryIO, module: Any) -> None:
        self._file, self._module = file, module
        self._frame: Any = None
        self._rest = b""
        self._ahead = b""

    def read(self, size: int) -> bytes:
        while not self._ahead:
            data = self._rest or self._file.read(_AT_ONCE)
            self._rest = b""
            if not data:
                if self._frame is not None:
                    raise EOFError("the end of the frame is missing")
                return b""
            if self._frame is None:
                self._frame = self._module.ZstdDecompressor().decompressobj()
            self._ahead = self._frame.decompress(data)
            if self._frame.eof:
                self._rest = self._frame.unused_data
                self._frame = None
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece

    def close(self) -> None:
        """Leaves the file open, which others opened."""
