"""Writes the two file formats of torch.save, byte by byte, without torch.

`test_torch_parity.py` shows, where torch is installed, that torch reads these files.
"""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

KINDS = {
    "float64": "DoubleStorage",
    "float32": "FloatStorage",
    "float16": "HalfStorage",
    "bfloat16": "BFloat16Storage",
    "int64": "LongStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
}
START, STOP = b"\x80\x02", b"."
MAGIC = START + b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19" + STOP
PROTOCOL = START + b"M\xe9\x03" + STOP


def text(value: str) -> bytes:
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def number(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def many(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def name_of(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def call(module: str, name: str, *arguments: bytes) -> bytes:
    return name_of(module, name) + many(*arguments) + b"R"


def storage(kind: str, key: str, numel: int, *view: bytes) -> bytes:
    parts = (text("storage"), name_of("torch", kind), text(key), text("cpu"), number(numel), *view)
    return many(*parts) + b"Q"


def tensor(stored: bytes, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> bytes:
    return call(
        "torch._utils",
        "_rebuild_tensor_v2",
        stored,
        number(offset),
        many(*map(number, size)),
        many(*map(number, stride)),
        b"\x89",
        call("collections", "OrderedDict"),
    )


def dictionary(items: Mapping[str, bytes]) -> bytes:
    """An OrderedDict with a `_metadata` attribute, as state_dict() returns it."""
    body = b"".join(text(key) + value for key, value in items.items())
    metadata = b"}" + text("_metadata") + call("collections", "OrderedDict") + b"s"
    return call("collections", "OrderedDict") + b"(" + body + b"u" + metadata + b"b"


def system(order: bytes = b"\x88") -> bytes:
    return START + b"}" + text("little_endian") + order + b"s" + STOP


def whole_tensors(state: Mapping[str, np.ndarray], *view: bytes) -> dict[str, bytes]:
    """Pickle code of each array, in a storage of its own that bears its number."""
    return {
        name: tensor(
            storage(KINDS[array.dtype.name], str(index), array.size, *view),
            array.shape,
            tuple(step // array.itemsize for step in np.empty(array.shape, array.dtype).strides),
        )
        for index, (name, array) in enumerate(state.items())
    }


def write_zip(
    path: Path,
    pickled: bytes,
    storages: Mapping[str, bytes],
    *,
    byteorder: bytes = b"little",
    compression: int = zipfile.ZIP_STORED,
) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", START + pickled + STOP)
        archive.writestr("archive/byteorder", byteorder)
        for key, content in storages.items():
            archive.writestr(f"archive/data/{key}", content)
        archive.writestr("archive/version", b"3\n")


def write_legacy(path: Path, pickled: bytes, storages: Mapping[str, tuple[int, bytes]]) -> None:
    keys = START + b"](" + b"".join(text(key) for key in storages) + b"e" + STOP
    stored = b"".join(struct.pack("<q", numel) + content for numel, content in storages.values())
    path.write_bytes(MAGIC + PROTOCOL + system() + START + pickled + STOP + keys + stored)


def save_zip(state: Mapping[str, np.ndarray], path: Path) -> None:
    """What torch.save(state, path) writes since torch 1.6."""
    contents = {str(index): array.tobytes() for index, array in enumerate(state.values())}
    write_zip(path, dictionary(whole_tensors(state)), contents)


def save_legacy(state: Mapping[str, np.ndarray], path: Path) -> None:
    """What torch.save(state, path) wrote before torch 1.6."""
    contents = {
        str(index): (array.size, array.tobytes()) for index, array in enumerate(state.values())
    }
    write_legacy(path, dictionary(whole_tensors(state, b"N")), contents)
