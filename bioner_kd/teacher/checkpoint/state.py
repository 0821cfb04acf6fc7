"""Finds and reads the weights in a checkpoint folder, whole or in shards."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.json_file import read_json_object
from bioner_kd.teacher.checkpoint.safetensors_reader import read_safetensors
from bioner_kd.teacher.checkpoint.tf_weights import are_tf_names, read_h5, with_torch_names
from bioner_kd.teacher.checkpoint.torch_reader import read_torch
from bioner_kd.teacher.checkpoint.weights_file import INDEX_SUFFIX, WEIGHT_FILES

_READERS: dict[str, Callable[[Path], dict[str, np.ndarray]]] = {
    ".safetensors": read_safetensors,
    ".bin": read_torch,
    ".h5": read_h5,
}


def read_state(folder: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads all weights of a checkpoint folder.

    Args:
        folder: holds one of WEIGHT_FILES, or the index of one of the first two with its shards.

    Returns:
        Arrays by the names and with the axes that PyTorch gives them, whatever the format.

    Raises:
        InputError: there are no weights, or a file of them is damaged, missing or refused.
    """
    folder = Path(folder)
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            return _read_file(folder / name)
        if (folder / (name + INDEX_SUFFIX)).is_file():
            return _read_shards(folder / (name + INDEX_SUFFIX))
    raise InputError(
        f"{folder}: there are no weights in this folder; it needs one of "
        f"{', '.join(WEIGHT_FILES)}. Download the checkpoint again or name another folder."
    )


def _read_file(path: Path) -> dict[str, np.ndarray]:
    state = _READERS[path.suffix](path)
    if path.suffix == ".safetensors" and are_tf_names(state):
        # TensorFlow leaves the model's name out here, and only here.
        return with_torch_names({f"model/{name}": array for name, array in state.items()})
    return state


def _read_shards(index: Path) -> dict[str, np.ndarray]:
    shard_of = _weight_map(index)
    state: dict[str, np.ndarray] = {}
    for shard in sorted(set(shard_of.values())):
        tensors = _READERS[Path(shard).suffix](_find_shard(index, shard))
        for name in (name for name, place in shard_of.items() if place == shard):
            if name not in tensors:
                raise InputError(
                    f"{index.parent / shard}: the tensor {name!r} is missing, which {index.name} "
                    "places here; download the shards and their index again."
                )
            state[name] = tensors[name]
    return state


def _weight_map(index: Path) -> dict[str, str]:
    shard_of = read_json_object(index).get("weight_map")
    if not isinstance(shard_of, dict) or not shard_of:
        raise InputError(
            f"{index}: weight_map must name the shard of every tensor; download it again."
        )
    suffix = Path(index.name.removesuffix(INDEX_SUFFIX)).suffix
    for shard in shard_of.values():
        # A name with a folder in it would read a file from outside the checkpoint.
        if not isinstance(shard, str) or set(shard) & set("/\\:") or not shard.endswith(suffix):
            raise InputError(
                f"{index}: refused, because it names the shard {shard!r}; a shard is a {suffix} "
                "file beside its index, without a folder. Download the index again."
            )
    return shard_of


def _find_shard(index: Path, shard: str) -> Path:
    path = index.parent / shard
    if not path.is_file():
        raise InputError(
            f"{path}: this shard is missing, which {index.name} names; download it too."
        )
    return path
