"""Finds and reads the weights in a checkpoint folder, whole or in shards."""

import os
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bioner_kd.errors import InputError, shown
from bioner_kd.teacher.checkpoint.files import (
    INDEX_SUFFIX,
    MOST_TENSORS,
    WEIGHT_FILES,
    Damaged,
    damaged,
    read_json_object,
)
from bioner_kd.teacher.checkpoint.safetensors_reader import read_safetensors
from bioner_kd.teacher.checkpoint.tf_weights import are_tf_names, read_h5, with_torch_names
from bioner_kd.teacher.checkpoint.torch_reader import read_torch

_READERS: dict[str, Callable[[Path], dict[str, np.ndarray]]] = {
    ".safetensors": read_safetensors,
    ".bin": read_torch,
    ".h5": read_h5,
}
# With a folder in its name, a shard could be a file outside the checkpoint.
_SHARD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}", re.ASCII)


def read_state(folder: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads all weights of a checkpoint folder.

    Args:
        folder: has one of WEIGHT_FILES, or the index and the shards of one of the first two.

    Returns:
        Arrays with PyTorch's names and axes, whatever the format.

    Raises:
        InputError: there are no weights, or a file of weights is damaged, missing or refused.
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
        # TensorFlow leaves out the name of the model in this format alone.
        try:
            return with_torch_names({f"model/{name}": array for name, array in state.items()})
        except Damaged as error:
            raise damaged(path, str(error)) from error
    return state


def _read_shards(index: Path) -> dict[str, np.ndarray]:
    suffix = Path(index.name.removesuffix(INDEX_SUFFIX)).suffix
    names_in = _names_by_shard(index, suffix)
    _check_shards(index, sorted(names_in))
    state: dict[str, np.ndarray] = {}
    for shard in sorted(names_in):
        tensors = _READERS[suffix](index.parent / shard)
        for name in names_in[shard]:
            if name not in tensors:
                raise InputError(
                    f"{index.parent / shard}: the tensor {shown(name)} is missing, which "
                    f"{index.name} places here; download the shards and their index again."
                )
            state[name] = tensors[name]
    return state


def _names_by_shard(index: Path, suffix: str) -> dict[str, list[str]]:
    shard_of = read_json_object(index).get("weight_map")
    if not isinstance(shard_of, dict) or not 0 < len(shard_of) <= MOST_TENSORS:
        raise InputError(
            f"{index}: weight_map must name the shard of every tensor, of which there may be "
            f"{MOST_TENSORS:,}; download it again."
        )
    names_in = defaultdict(list)
    for name, shard in shard_of.items():
        if (
            not isinstance(shard, str)
            or not _SHARD_NAME.fullmatch(shard)
            or not shard.endswith(suffix)
        ):
            raise InputError(
                f"{index}: refused, because it names the shard {shown(shard)}; a shard is a "
                f"{suffix} file beside its index, without a folder. Download the index again."
            )
        names_in[shard].append(name)
    return names_in


def _check_shards(index: Path, shards: list[str]) -> None:
    seen: dict[tuple[int, int], str] = {}
    for shard in shards:
        path = index.parent / shard
        if not path.is_file():
            raise InputError(
                f"{path}: this shard is missing, which {index.name} names; download it too."
            )
        # With a link for each tensor, one file could stand for any number of weights.
        same = seen.setdefault((path.stat().st_dev, path.stat().st_ino), shard)
        if same != shard:
            raise InputError(
                f"{path}: this shard is the same file as {same} beside it; download the shards "
                "again."
            )
