"""Reads students that were saved as an archive of Keras, `student.keras`, as data alone.

Keras's own loader makes whatever objects the archive names, which can run any code. Here
config.json is read as numbers and names of our `Student`, and the HDF5 file as arrays at known
places.

Source:
    keras 2.15, keras/src/saving/saving_lib.py, which wrote these archives.
"""

import io
import os
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from bioner_kd.student.blueprint import (
    FILE_ROOM,
    LONGEST_STRUCTURE,
    Blueprint,
    Weight,
    make_blueprint,
    parse_record,
)
from bioner_kd.student.weights import check_finite, check_names, check_weight
from bioner_kd.tagging.word_features import FEATURES

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_CLASS = {"class_name": "Student", "registered_name": "bioner_kd>Student"}
# The end of an archive: number of entries and bytes of the directory, and length of a comment.
_END = struct.Struct("<4s4xHHII2s")
_END_MARK, _ZIP64_LOCATOR, _LOCATOR_BYTES = b"PK\5\6", b"PK\6\7", 20
_MOST_ENTRIES, _LONGEST_DIRECTORY = 16, 4096
_LAYERS = {
    "char_cnn": "character_cnn",
    "layer_norm": "layer_normalization",
    "classifier": "dense",
    "crf": "crf",
    "vectors": "fixed_vectors",
}
_PARTS = {
    "embedding": "_embedding",
    "convolution": "_convolution",
    "forward": "forward_layer/cell",
    "backward": "backward_layer/cell",
}


def read_archive_blueprint(path: Path, tags: tuple[str, ...]) -> Blueprint:
    """Reads the structure of the student in an archive.

    Args:
        path: the archive.
        tags: tags of the student's tables; an archive may have only their number.

    Raises:
        ValueError: the file is no archive, holds another class than our Student, or is damaged.
        OSError: the file cannot be read.
    """
    record = parse_record(_member(path, _CONFIG, LONGEST_STRUCTURE), f"{_CONFIG} of {path.name}")
    if any(record.get(name) != value for name, value in _CLASS.items()):
        raise ValueError(f"{path.name} holds another model than a student, which is not opened")
    settings = record.get("config")
    if not isinstance(settings, dict):
        raise ValueError(f"{path.name} says nothing of the student's sizes")
    names: Any = settings.get("tag_names", [])
    if settings.get("tags") != len(tags) or names not in ([], list(tags)):
        raise ValueError("its tables are not of the same student")
    return make_blueprint(settings, tags)


def read_archive_weights(path: Path, expected: Mapping[str, Weight]) -> dict[str, np.ndarray]:
    """Reads exactly the weights that are expected, as `read_weights` does.

    Raises:
        ValueError: as for `read_weights`.
        OSError: the file cannot be read.
    """
    room = sum(weight.bytes for weight in expected.values()) + FILE_ROOM
    content = _member(path, _WEIGHTS, room)
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            arrays = _read_arrays(file, expected)
    except Exception as error:  # OverflowError, SystemError, …, depending on the damage
        raise ValueError(f"{_WEIGHTS} of {path.name} cannot be read ({error})") from error
    check_finite(arrays)
    return arrays


def _member(path: Path, name: str, most: int) -> bytes:
    """Content of a file that is stored uncompressed, so it is no larger than the archive."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(name)
            stored = entry.compress_type == zipfile.ZIP_STORED
            if not stored or not entry.compress_size == entry.file_size <= most:
                raise ValueError(
                    f"{name} of {path.name} is compressed, which Keras never does, or its "
                    f"{entry.file_size:,} bytes are too many for this student"
                )
            return archive.read(entry)
    except KeyError as error:
        raise ValueError(f"{path.name} has no {name}") from error
    except (zipfile.BadZipFile, RuntimeError, EOFError, struct.error) as error:
        raise ValueError(f"{path.name} is a damaged archive ({error})") from error


def _check_directory(path: Path) -> None:
    # zipfile reads the whole directory, which could have millions of entries.
    length = _END.size + _LOCATOR_BYTES
    with open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - length))
        end = file.read(length)
    if len(end) < length or end[_LOCATOR_BYTES:][:4] != _END_MARK:
        raise ValueError(f"{path.name} is no archive of Keras, or cut short")
    _, _, entries, size, _, comment = _END.unpack(end[_LOCATOR_BYTES:])
    small = entries <= _MOST_ENTRIES and size <= _LONGEST_DIRECTORY and comment == bytes(2)
    if not small or end.startswith(_ZIP64_LOCATOR):
        raise ValueError(f"{path.name} has more in its directory than an archive of Keras")


def _read_arrays(file: h5py.File, expected: Mapping[str, Weight]) -> dict[str, np.ndarray]:
    found: dict[str, h5py.Dataset] = {}

    def keep(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = item

    file.visititems(keep)
    places = hdf5_places(expected)
    check_names(found, {place: expected[name] for name, place in places.items()})
    for name, place in places.items():
        _check_dataset(name, found[place], expected[name])
    return {name: found[place][()] for name, place in places.items()}


def _check_dataset(name: str, dataset: h5py.Dataset, expected: Weight) -> None:
    check_weight(name, dataset.shape or (), dataset.dtype, expected)
    # In one piece and complete in this file: not compressed, not external, not left out.
    plain = dataset.chunks is None and not dataset.external and not dataset.is_virtual
    if dataset.shape is None or not plain or dataset.id.get_storage_size() != expected.bytes:
        raise ValueError(f"the weight {name} is not stored as Keras stores it")


def hdf5_places(expected: Mapping[str, Weight]) -> dict[str, str]:
    """Where Keras stores each weight: by numbered class of its layer, and by number in its part.

    Args:
        expected: weights by name; those of a part are in the order in which Keras makes them.

    Returns:
        The path in the HDF5 file by name of the weight.
    """
    layers = _LAYERS | _embedding_layers(expected)
    places, seen = {}, dict[str, int]()
    for name in expected:
        layer, *parts = name.split("/")[:-1]
        group = layers.get(layer) or _counted("bidirectional", int(layer.removeprefix("bilstm_")))
        owner = "/".join(["layers", group, *(_PARTS[part] for part in parts), "vars"])
        places[name] = f"{owner}/{seen.setdefault(owner, 0)}"
        seen[owner] += 1
    return places


def _embedding_layers(expected: Mapping[str, Weight]) -> dict[str, str]:
    # Keras numbers the layers of a dictionary in the order of its keys, which are the features.
    names = {feature: f"{feature}_embedding" for feature in FEATURES} | {"vector": "vectors"}
    plain = [name for _, name in sorted(names.items()) if f"{name}/embeddings" in expected]
    return {name: _counted("embedding", number) for number, name in enumerate(plain)}


def _counted(name: str, number: int) -> str:
    return f"{name}_{number}" if number else name
