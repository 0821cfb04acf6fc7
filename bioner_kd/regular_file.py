"""Files that came from strangers: no pipes or devices, no more than a stated size, checksums."""

import errno
import hashlib
import os
import stat
from typing import BinaryIO


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Opens a file for reading bytes.

    Reading a pipe waits for a writer that may never come, and some devices have no end.

    Raises:
        OSError: the file is missing, unreadable, or a folder, pipe, socket or device.
    """
    if not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path):
        raise OSError(errno.EINVAL, "it is a pipe, socket or device, not a file", str(path))
    return open(path, "rb")


def read_small(path: str | os.PathLike[str], most: int) -> bytes:
    """Reads a whole file that should be small.

    Args:
        path: the file.
        most: number of bytes that the file may have.

    Raises:
        OSError: as `open_regular` says, or the file is larger.
    """
    with open_regular(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content


def file_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file as hexadecimal digits, read in pieces.

    Raises:
        OSError: the file is missing, unreadable, or a pipe or device.
    """
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
