"""The weights of a student in a file that holds numbers alone (safetensors).

The safetensors library writes and reads the format, and checks that the header describes the file
to its last byte. The teacher's reader of checkpoints is for any types and shapes. The types and
shapes of a student are known beforehand, and each is compared here.
"""

import os
import reprlib
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import save

from bioner_kd.atomic import atomic_file
from bioner_kd.student.blueprint import Weight

_DTYPES: dict[object, np.dtype] = {"F32": np.dtype("<f4"), "I8": np.dtype("i1")}
# The length of the header stands before the header, which has about 80 bytes per weight.
_LENGTH_BYTES = 8
_LONGEST_HEADER = 1 << 18


def write_weights(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes weights as a safetensors file.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    content = save({name: np.asarray(array, order="C") for name, array in arrays.items()})
    with atomic_file(path, "wb") as file:
        file.write(content)


def read_weights(path: Path, expected: Mapping[str, Weight]) -> dict[str, np.ndarray]:
    """Reads exactly the weights that are expected.

    Args:
        path: the safetensors file.
        expected: all weights by name.

    Returns:
        Arrays by name, of the expected types and shapes, all finite.

    Raises:
        ValueError: the file is something else or damaged, or a weight is missing, unexpected, of
            another type or shape, or not finite.
        OSError: the file cannot be read.
    """
    _check_header_length(path)
    try:
        with safetensors.safe_open(path, framework="np") as file:
            check_names(file.keys(), expected)
            for name, weight in expected.items():
                part = file.get_slice(name)
                check_weight(name, part.get_shape(), _DTYPES.get(part.get_dtype()), weight)
            arrays = {name: file.get_tensor(name) for name in expected}
    except safetensors.SafetensorError as error:
        raise ValueError(f"{path.name} is damaged ({error})") from error
    check_finite(arrays)
    return arrays


def _check_header_length(path: Path) -> None:
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        size = os.fstat(file.fileno()).st_size
    if not 0 < length <= min(_LONGEST_HEADER, size - _LENGTH_BYTES):
        raise ValueError(
            f"{path.name} is no safetensors file of a student, or cut short: its header should "
            f"take {length:,} bytes, and the file has {size:,}"
        )


def check_names(found: Collection[str], expected: Mapping[str, Weight]) -> None:
    """Raises ValueError unless the names are exactly those of the expected weights."""
    for name in sorted(expected.keys() - set(found)):
        raise ValueError(f"the weight {name} is missing")
    for name in sorted(set(found) - expected.keys()):
        raise ValueError(f"the weight {reprlib.repr(name)} is none of this student's")


def check_weight(
    name: str, shape: Collection[int], dtype: np.dtype | None, expected: Weight
) -> None:
    """Raises ValueError unless a weight has the expected shape and type."""
    if tuple(shape) != expected.shape or dtype != expected.dtype:
        raise ValueError(
            f"the weight {name} is {reprlib.repr(tuple(shape))} of {dtype}, and should be "
            f"{expected.shape} of {expected.dtype}"
        )


def check_finite(arrays: Mapping[str, np.ndarray]) -> None:
    """Raises ValueError if a weight is NaN or infinite, after divergence or damage."""
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"the weight {name} is not finite")
