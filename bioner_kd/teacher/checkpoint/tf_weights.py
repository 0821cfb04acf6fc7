"""Writes and reads TensorFlow's weight files, and gives tensors PyTorch's names and axes."""

import io
import math
import os
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from keras.src.saving.legacy.hdf5_format import save_weights_to_hdf5_group
from transformers import TFPreTrainedModel
from transformers.modeling_tf_pytorch_utils import (
    TransposeType,
    convert_tf_weight_name_to_pt_weight_name,
)

from bioner_kd.atomic import atomic_file, reported
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.teacher.checkpoint.files import (
    TF_WEIGHTS,
    Damaged,
    damaged,
    map_file,
    need,
    need_few,
)

# Axes of PyTorch's tensor in the order of TensorFlow's, by how transformers names the change.
_AXES = {TransposeType.SIMPLE: (1, 0), TransposeType.CONV1D: (2, 1, 0)}
_HDF5_START = b"\x89HDF\r\n\x1a\n"
# Number of groups inside one another; most are parts of a tensor's name.
_DEEPEST = 40
_OBJECTS_OF_A_TENSOR = 4
# transformers renames variables by regular expressions, whose time grows faster than the name.
_LONGEST_NAME = 500
_MOST_DUPLICATES = 10


def save_checkpoint(folder: Path, model: TFPreTrainedModel) -> None:
    """Writes a model into an existing folder as `TFPreTrainedModel.save_pretrained` does.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    # HDF5 ends the whole process if the disk is full when it closes a file. So the file is made in
    # memory, and `save_pretrained` is not used.
    model.config.architectures = [type(model).__name__.removeprefix("TF")]
    with reported(folder):
        model.config.save_pretrained(folder)
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        save_weights_to_hdf5_group(file, model)
    with atomic_file(folder / TF_WEIGHTS, "wb") as handle:
        handle.write(image.getbuffer())


def read_h5(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads a file `tf_model.h5` of `save_checkpoint` or transformers.

    Returns:
        Arrays with the names and axes of the same model in PyTorch: `bert/…/query/kernel:0`
        (in, out) becomes `bert.….query.weight` (out, in).

    Raises:
        InputError: the file is missing, damaged, or holds no weights.
    """
    mapped = map_file(path)
    size = len(mapped)
    if mapped[: len(_HDF5_START)] != _HDF5_START:
        raise InputError(
            f"{path}: this is not an HDF5 file; download the weights again or name another folder."
        )
    try:
        with h5py.File(path, "r") as file:
            found = {name: _array(item) for name, item in _list_datasets(file, size).items()}
        # A path begins with the Keras layer that owns the weight; the weight's name follows.
        return with_torch_names({name.split("/", 1)[-1]: array for name, array in found.items()})
    except Damaged as error:
        raise damaged(path, str(error)) from error
    except (OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
        raise damaged(path, f"the HDF5 file cannot be read ({one_line(error)})") from error


def _list_datasets(file: h5py.File, size: int) -> dict[str, h5py.Dataset]:
    """Finds all datasets without HDF5's own walk, which recurses as deep as groups are nested."""
    found: dict[str, h5py.Dataset] = {}
    groups: list[tuple[str, h5py.Group]] = [("", file)]
    seen = 0
    while groups:
        path, group = groups.pop()
        need(path.count("/") <= _DEEPEST, f"its groups are nested in {shown(path)}")
        need_few(len(group))
        for name in group:
            seen += 1
            need_few(seen // _OBJECTS_OF_A_TENSOR)
            need(
                isinstance(group.get(name, getlink=True), h5py.HardLink),
                f"its {shown(path + name)} is a link to another place",
            )
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append((f"{path}{name}/", item))
            elif isinstance(item, h5py.Dataset):
                _check_dataset(path + name, item)
                found[path + name] = item
    # Several links may lead to the same numbers.
    need(sum(map(_nbytes, found.values())) <= size, "its tensors are larger than the file")
    return found


def _check_dataset(name: str, item: h5py.Dataset) -> None:
    """Refuses a dataset that Keras would not write or that is not whole in this file.

    A dataset may be packed, may lie in other files, or may have a size without any numbers.
    """
    kind = item.dtype
    need(kind.kind in "fiub" and kind.itemsize <= 8, f"its {shown(name)} holds no plain numbers")
    layout = item.id.get_create_plist()
    need(
        layout.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
        and layout.get_external_count() == 0,
        f"its {shown(name)} is packed or in another file, which Keras never writes",
    )
    need(
        item.shape is not None and item.id.get_storage_size() == _nbytes(item),
        f"its {shown(name)} of shape {shown(item.shape)} is not whole",
    )


def _nbytes(item: h5py.Dataset) -> int:
    # HDF5's own number may overflow: its product of the axes has 64 bits.
    return math.prod(item.shape) * item.dtype.itemsize


def _array(item: h5py.Dataset) -> np.ndarray:
    return np.asarray(item, dtype=item.dtype.newbyteorder("="))


def are_tf_names(state: dict[str, np.ndarray]) -> bool:
    """Tells whether tensors have TensorFlow's names, as in its safetensors files."""
    return any("/" in name for name in state)


def with_torch_names(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Gives tensors of TensorFlow the names and axes of PyTorch.

    Args:
        state: arrays by TensorFlow's names, which begin with the name of the model.

    Returns:
        Arrays by PyTorch's names; kernels are transposed views.

    Raises:
        Damaged: no variable can have such a name.
    """
    renamed = {}
    for name, array in state.items():
        need(
            len(name) <= _LONGEST_NAME and name.count("___") <= _MOST_DUPLICATES,
            f"its tensor {shown(name)} has a name of {len(name)} characters or many underscores",
        )
        torch_name, axes = torch_name_and_axes(name, array.shape)
        renamed[torch_name] = array.transpose(np.argsort(axes))
    return renamed


def torch_name_and_axes(name: str, shape: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """Finds PyTorch's name and axes for a variable of TensorFlow.

    Args:
        name: name of the variable, beginning with the name of the model.
        shape: shape of the variable.

    Returns:
        PyTorch's name, and the axes of PyTorch's tensor in the order of the variable's axes.
    """
    torch_name, transpose = convert_tf_weight_name_to_pt_weight_name(name, tf_weight_shape=shape)
    as_they_are = tuple(range(len(shape)))
    axes = _AXES.get(transpose, as_they_are)
    # A kernel with another number of axes is not of an encoder.
    return torch_name, axes if len(axes) == len(shape) else as_they_are
