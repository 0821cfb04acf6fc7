"""What all weight files share: their names, mapping them, telling damage, and bfloat16."""

import mmap
import os
from pathlib import Path

import numpy as np

from bioner_kd.errors import InputError
from bioner_kd.regular_file import open_regular

TF_WEIGHTS = "tf_model.h5"
# In order of preference, where a checkpoint has several: the safest and cheapest to read first.
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin", TF_WEIGHTS)
# Of one of the first two, in shards; its index is a JSON file that says which tensor is in which.
INDEX_SUFFIX = ".index.json"

# An encoder of 48 layers has some 800.
MOST_TENSORS = 10_000

_POINTER = b"version https://git-lfs"
_PAGE_STARTS = (b"<!doctype", b"<html", b"<?xml")


class Damaged(ValueError):
    """Something in a weight file is not as its format demands; says what, but not in which file."""


def need(condition: bool, otherwise: str) -> None:
    """Raises `Damaged` with the message `otherwise` unless the condition holds."""
    if not condition:
        raise Damaged(otherwise)


def need_few(tensors: int) -> None:
    """Raises `Damaged` where a file names more tensors than any encoder has."""
    need(tensors <= MOST_TENSORS, f"it names {tensors:,} tensors, more than {MOST_TENSORS:,}")


def damaged(path: str | os.PathLike[str], reason: str) -> InputError:
    """Returns the error for a weight file that is not whole, to be raised by the caller."""
    return InputError(f"{path}: {reason}; the file is damaged or incomplete: download it again.")


def map_file(path: str | os.PathLike[str]) -> mmap.mmap:
    """Maps a weight file into memory, read-only, so that its tensors cost no memory until used.

    Args:
        path: a file of weights.

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
    """Widens bfloat16, which numpy lacks; exact, because it is the upper half of a float32.

    Args:
        bits: uint16, any shape, the bfloat16 bit patterns.

    Returns:
        float32 of the same shape.
    """
    wide = np.asarray(bits, dtype=np.uint32, order="C")
    return np.asarray(np.left_shift(wide, np.uint32(16))).view(np.float32)
