"""Opens the files of a checkpoint at a bounded cost, whatever the files claim.

A file of weights is mapped into memory, a ZIP archive is listed, and a small JSON file is read.
"""

import mmap
import os
import struct
import zipfile
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, one_line
from bioner_kd.regular_file import open_regular, read_small

TF_WEIGHTS = "tf_model.h5"
# In order of preference, where a checkpoint has several: the safest and cheapest to read first.
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin", TF_WEIGHTS)
# The first two may be in shards. Their index, a JSON file, says which tensor is in which shard.
INDEX_SUFFIX = ".index.json"

# An encoder of 48 layers has some 800.
MOST_TENSORS = 10_000

_POINTER = b"version https://git-lfs"
_PAGE_STARTS = (b"<!doctype", b"<html", b"<?xml")
# An index of 10,000 tensors takes about 1 MB.
_LARGEST_JSON = 4_000_000
# 10,000 records with names of 100 characters take 2 MB.
_LARGEST_CONTENTS = 4_000_000


class Damaged(ValueError):
    """A file is not as its format demands. The message does not name the file."""


def need(condition: bool, otherwise: str) -> None:
    """Raises `Damaged` with the message `otherwise` unless the condition holds."""
    if not condition:
        raise Damaged(otherwise)


def need_few(tensors: int) -> None:
    """Raises `Damaged` if a file names more tensors than any encoder has."""
    need(tensors <= MOST_TENSORS, f"it names {tensors:,} tensors, more than {MOST_TENSORS:,}")


def damaged(path: str | os.PathLike[str], reason: str) -> InputError:
    """Makes the error for a file of weights that is not whole."""
    return InputError(f"{path}: {reason}; the file is damaged or incomplete: download it again.")


def map_file(path: str | os.PathLike[str]) -> mmap.mmap:
    """Maps a file of weights into memory, read-only, so that a tensor costs no memory until used.

    Args:
        path: the file.

    Returns:
        The whole file. Arrays made from it keep the mapping alive.

    Raises:
        InputError: the file is missing, unreadable, empty, or a stand-in for the real one.
    """
    try:
        with open_regular(path) as handle:
            if os.fstat(handle.fileno()).st_size == 0:
                raise damaged(path, "the file is empty")
            mapped = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file ({error.strerror}); check its name and permissions."
        ) from error
    _refuse_stand_in(Path(path), mapped[:64])
    return mapped


def _refuse_stand_in(path: Path, start: bytes) -> None:
    if start.startswith(_POINTER):
        raise InputError(
            f"{path}: this is a Git LFS pointer, not the weights; run `git lfs pull` in its "
            "repository or download the file itself."
        )
    if start.lstrip().lower().startswith(_PAGE_STARTS):
        raise InputError(f"{path}: this is a web page, not weights; download the file itself.")


def float32_from_bfloat16(bits: np.ndarray) -> np.ndarray:
    """Widens bfloat16, which numpy lacks. A bfloat16 is the upper half of a float32.

    Args:
        bits: uint16, any shape, the bfloat16 bit patterns.

    Returns:
        float32 of the same shape.
    """
    wide = np.asarray(bits, dtype=np.uint32, order="C")
    return np.asarray(np.left_shift(wide, np.uint32(16))).view(np.float32)


def read_json_object(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Reads a small UTF-8 file that holds one JSON object.

    Raises:
        InputError: the file is missing, unreadable, too large, not JSON, or holds something else.
    """
    try:
        value = parse_json(read_small(path, _LARGEST_JSON))
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file ({error.strerror}); a checkpoint folder needs it: "
            "download it again or name another folder."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path}: this is not valid JSON ({one_line(error)}); download it again."
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"{path}: the file must hold a JSON object in braces, but holds a "
            f"{type(value).__name__}; download it again."
        )
    return value


def open_archive(mapped: mmap.mmap) -> zipfile.ZipFile:
    """Opens a ZIP file. Its records must be read in pieces of less than 4 MB.

    Raises:
        Damaged: the table of contents is missing, wrong or too large.
    """
    try:
        return zipfile.ZipFile(cast(IO[bytes], _BoundedReader(mapped)))
    except Damaged:
        raise
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as error:
        raise Damaged("the archive's table of contents, at its end, is missing or wrong") from error


class _BoundedReader:
    """A mapped file for `zipfile`, which would read a table of contents of any size."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self.seek, self.tell, self._mapped = mapped.seek, mapped.tell, mapped

    def seekable(self) -> bool:
        return True

    def read(self, count: int | None = None) -> bytes:
        fits = count is None or count <= _LARGEST_CONTENTS
        need(fits, f"its table of contents has {count} bytes")
        return self._mapped.read(count)
