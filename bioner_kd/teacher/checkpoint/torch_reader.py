"""Reads PyTorch weight files (`pytorch_model.bin`) to numpy, without PyTorch.

Both formats of `torch.save` are read. Nothing in the file is executed; see `torch_pickle`.
"""

import math
import mmap
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from bioner_kd.errors import InputError, shown
from bioner_kd.teacher.checkpoint.torch_formats import (
    LEGACY_START,
    ZIP_START,
    Layout,
    read_legacy_layout,
    read_zip_layout,
)
from bioner_kd.teacher.checkpoint.torch_values import RefusedGlobal, Tensor
from bioner_kd.teacher.checkpoint.weights_file import (
    Damaged,
    damaged,
    float32_from_bfloat16,
    map_file,
    need,
    need_few,
)

_MOST_NUMBERS = 2**40
# Bytes; a file of a few numbers may name them often.
_CHEAP = 1_000_000


def read_torch(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads the tensors of a file that `torch.save(model.state_dict(), path)` wrote.

    Args:
        path: the file.

    Returns:
        Read-only arrays by tensor name, in the file's own type (float16 stays float16), except that
        bfloat16, which numpy lacks, becomes float32. Arrays are views on the mapped file, so that
        reading takes next to no memory.

    Raises:
        InputError: the file is missing, damaged, no torch checkpoint, holds no tensors by name, or
            asks for any function or class that a tensor does not need.
    """
    mapped = map_file(path)
    try:
        layout = _read_layout(path, mapped)
        tensors = _named_tensors(path, layout.value)
        _check_sizes(tensors, len(mapped))
        return {name: _to_array(mapped, tensor, layout) for name, tensor in tensors.items()}
    except RefusedGlobal as error:
        raise InputError(
            f"{path}: refused, because loading it would use {shown(str(error), 200)}, which "
            "weights do not need; nothing was executed. Take the weights from a source that you "
            "trust, best as model.safetensors."
        ) from error
    except Damaged as error:
        raise damaged(path, str(error)) from error


def _read_layout(path: str | os.PathLike[str], mapped: mmap.mmap) -> Layout:
    if mapped[: len(ZIP_START)] == ZIP_START:
        return read_zip_layout(mapped)
    if mapped[: len(LEGACY_START)] == LEGACY_START:
        return read_legacy_layout(mapped)
    raise InputError(
        f"{path}: this is not a file that torch.save wrote (it begins with {mapped[:8]!r}); "
        "download the weights again or name another folder."
    )


def _named_tensors(path: str | os.PathLike[str], value: Any) -> dict[str, Tensor]:
    items = value.items() if type(value) is dict else ()
    tensors = {name: item for name, item in items if type(item) is Tensor}
    if not tensors or not all(type(name) is str for name in tensors):
        raise InputError(
            f"{path}: this file holds no tensors by name; a training checkpoint or a whole model "
            "is not read: save model.state_dict() alone."
        )
    return tensors


def _check_sizes(tensors: Mapping[str, Tensor], size: int) -> None:
    need_few(len(tensors))
    for tensor in tensors.values():
        _check_view(tensor)
    # Tied weights share a storage. Each tensor of bfloat16 takes memory of its own.
    total = sum(math.prod(t.size) * t.storage.dtype.itemsize for t in tensors.values())
    need(
        total <= max(2 * size, _CHEAP),
        f"its tensors need {total} bytes, more than twice the file's {size}",
    )


def _check_view(tensor: Tensor) -> None:
    storage, size = tensor.storage, tensor.size
    if 0 in size:
        possible = math.prod(n or 1 for n in size) <= _MOST_NUMBERS
        need(possible, "an empty tensor in it has an impossible shape")
        return
    need(_last(tensor) < storage.length, "a tensor in it reaches past its storage")
    # A step of 0 repeats numbers: a small file could describe a tensor that fills the memory.
    need(math.prod(size) <= storage.length, "a tensor in it is larger than its storage")


def _last(tensor: Tensor) -> int:
    """Number of the storage that stands last in a tensor that is not empty."""
    steps = zip(tensor.size, tensor.stride, strict=True)
    return tensor.offset + sum((n - 1) * step for n, step in steps)


def _to_array(mapped: mmap.mmap, tensor: Tensor, layout: Layout) -> np.ndarray:
    storage, offset, size, stride = tensor
    if 0 in size:
        return np.zeros(size, np.float32 if storage.is_bfloat16 else storage.dtype)
    width = storage.dtype.itemsize
    begin = layout.begin[storage.key] + (storage.start + offset) * width
    flat = np.frombuffer(mapped, storage.dtype, _last(tensor) - offset + 1, begin)
    strides = [step * width if n > 1 else 0 for n, step in zip(size, stride, strict=True)]
    view = np.lib.stride_tricks.as_strided(flat, size, strides, writeable=False)
    return float32_from_bfloat16(view) if storage.is_bfloat16 else view
