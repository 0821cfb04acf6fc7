"""Writes and reads TensorFlow weight files, and gives their tensors PyTorch's names and axes."""

import io
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
from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.weights_file import TF_WEIGHTS, damaged, map_file

# Axes of PyTorch's tensor in the order of TensorFlow's, by how transformers names the change.
_AXES = {TransposeType.SIMPLE: (1, 0), TransposeType.CONV1D: (2, 1, 0)}
_HDF5_START = b"\x89HDF\r\n\x1a\n"


def save_checkpoint(folder: Path, model: TFPreTrainedModel) -> None:
    """Writes into an existing folder what `TFPreTrainedModel.save_pretrained` does.

    Not by that itself: HDF5 takes the process down with it where a disk is full when it closes a
    file, so the file is made in memory.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    model.config.architectures = [type(model).__name__.removeprefix("TF")]
    with reported(folder):
        model.config.save_pretrained(folder)
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        save_weights_to_hdf5_group(file, model)
    with atomic_file(folder / TF_WEIGHTS, "wb") as handle:
        handle.write(image.getbuffer())


def read_h5(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads `tf_model.h5` as `save_checkpoint` or transformers writes it.

    Args:
        path: the file.

    Returns:
        Arrays by the names and with the axes of the same model in PyTorch:
        `bert/…/query/kernel:0` (in, out) becomes `bert.….query.weight` (out, in).

    Raises:
        InputError: the file is missing, damaged, or holds no weights.
    """
    if map_file(path)[: len(_HDF5_START)] != _HDF5_START:
        raise InputError(
            f"{path}: this is not an HDF5 file; download the weights again or name another folder."
        )
    found: dict[str, np.ndarray] = {}

    def keep(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item)

    try:
        with h5py.File(path, "r") as file:
            file.visititems(keep)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise damaged(path, f"the HDF5 file cannot be read ({error})") from error
    # A path begins with the Keras layer that owns the weight; its name proper begins after it.
    return with_torch_names({name.split("/", 1)[-1]: array for name, array in found.items()})


def are_tf_names(state: dict[str, np.ndarray]) -> bool:
    """Tells whether tensors bear TensorFlow's names, as in a safetensors file that it saved."""
    return any("/" in name for name in state)


def with_torch_names(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Renames and transposes tensors from TensorFlow's manner to PyTorch's.

    Args:
        state: arrays by TensorFlow name, beginning with the name of the model.

    Returns:
        Arrays by PyTorch name; kernels are transposed views.
    """
    renamed = {}
    for name, array in state.items():
        torch_name, axes = torch_name_and_axes(name, array.shape)
        renamed[torch_name] = array.transpose(np.argsort(axes))
    return renamed


def torch_name_and_axes(name: str, shape: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """What PyTorch calls a variable of TensorFlow, and how it lays out its tensor.

    Args:
        name: of the variable, beginning with the name of the model.
        shape: of the variable.

    Returns:
        The name, and the axes of PyTorch's tensor in the order of the variable's.
    """
    torch_name, transpose = convert_tf_weight_name_to_pt_weight_name(name, tf_weight_shape=shape)
    return torch_name, _AXES.get(transpose, tuple(range(len(shape))))
