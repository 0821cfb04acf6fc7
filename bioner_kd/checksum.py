"""Checksums of files."""

import hashlib
import os

from bioner_kd.regular_file import open_regular


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
