"""Reads PyTorch weight files (`pytorch_model.bin`) into numpy without PyTorch.

Both formats of `torch.save` are read. The zip format (torch 1.6 and later) is an archive with a
record `data.pkl` and a record for each storage. The legacy format is a row of pickles (magic
number, protocol, system, value, list of storages) and then the storages, each after its length.
Nothing in a file is executed: see `torch_pickle`.

transformers 4.57 cannot load such a file into a TensorFlow model without PyTorch.
"""

import math
import mmap
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bioner_kd.errors import InputError, shown
from bioner_kd.teacher.checkpoint.files import (
    Damaged,
    damaged,
    float32_from_bfloat16,
    map_file,
    need,
    need_few,
    open_archive,
)
from bioner_kd.teacher.checkpoint.torch_pickle import (
    RefusedGlobal,
    Storage,
    Tensor,
    read_pickle,
)

_ZIP_START = b"PK\x03\x04"
_LEGACY_START = b"\x80"
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_LOCAL_HEADER = 30
# The pickle of 10,000 tensors takes 2 MB, and no text in it 1 kB.
_LONGEST_READ = 1_000_000
_LONGEST_LINE = 1_000
_BIG_ENDIAN = "its numbers are big-endian, which is not supported"
# In bytes. A file of a few numbers may name them often, which costs nothing up to this size.
_CHEAP = 1_000_000
_MOST_NUMBERS = 2**40


class _Layout(NamedTuple):
    """The content of a checkpoint, and where its numbers are.

    Attributes:
        value: as in `torch_pickle.Content`.
        begin: number of the first byte of each storage in the file, by the key of the storage.
    """

    value: Any
    begin: Mapping[str, int]


def read_torch(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads the tensors of a file that `torch.save(model.state_dict(), path)` wrote.

    Returns:
        Read-only arrays by tensor name, of the type that the file has; bfloat16, which numpy lacks,
        becomes float32. The arrays are views on the mapped file and take next to no memory.

    Raises:
        InputError: the file is missing, damaged, no torch checkpoint, holds no tensors by name, or
            asks for a function or class that a tensor does not need.
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


def _read_layout(path: str | os.PathLike[str], mapped: mmap.mmap) -> _Layout:
    if mapped[: len(_ZIP_START)] == _ZIP_START:
        return _read_zip_layout(mapped)
    if mapped[: len(_LEGACY_START)] == _LEGACY_START:
        return _read_legacy_layout(mapped)
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
    """Index, in the storage, of the last number of a tensor that is not empty."""
    steps = zip(tensor.size, tensor.stride, strict=True)
    return tensor.offset + sum((n - 1) * step for n, step in steps)


def _to_array(mapped: mmap.mmap, tensor: Tensor, layout: _Layout) -> np.ndarray:
    storage, offset, size, stride = tensor
    if 0 in size:
        return np.zeros(size, np.float32 if storage.is_bfloat16 else storage.dtype)
    width = storage.dtype.itemsize
    begin = layout.begin[storage.key] + (storage.start + offset) * width
    flat = np.frombuffer(mapped, storage.dtype, _last(tensor) - offset + 1, begin)
    strides = [step * width if n > 1 else 0 for n, step in zip(size, stride, strict=True)]
    view = np.lib.stride_tricks.as_strided(flat, size, strides, writeable=False)
    return float32_from_bfloat16(view) if storage.is_bfloat16 else view


def _read_zip_layout(mapped: mmap.mmap) -> _Layout:
    """Reads the pickle of a zip checkpoint, finds its storages and verifies their checksums."""
    records = _list_records(mapped)
    pickles = [name for name in records if name.count("/") == 1 and name.endswith("/data.pkl")]
    need(len(pickles) == 1, "the archive holds no data.pkl, which torch.save always writes")
    folder = pickles[0].removesuffix("data.pkl")
    if f"{folder}byteorder" in records:
        begin, end = _find_record(mapped, records, f"{folder}byteorder")
        need(mapped[begin:end] == b"little", _BIG_ENDIAN)
    content = read_pickle(_Section(mapped, *_find_record(mapped, records, pickles[0])))
    places: dict[str, tuple[int, int]] = {}
    taken = 0
    for storage in content.storages:
        if storage.key not in places:
            begin, end = _find_record(mapped, records, f"{folder}data/{storage.key}")
            taken += end - begin
            # Each record is read for its checksum.
            need(taken <= len(mapped), "its records overlap")
            places[storage.key] = begin, end
        begin, end = places[storage.key]
        need(storage.nbytes <= end - begin, f"its storage {shown(storage.key)} is cut short")
    return _Layout(content.value, {key: begin for key, (begin, _) in places.items()})


def _list_records(mapped: mmap.mmap) -> dict[str, zipfile.ZipInfo]:
    with open_archive(mapped) as archive:
        return {info.filename: info for info in archive.infolist()}


def _find_record(
    mapped: mmap.mmap, records: Mapping[str, zipfile.ZipInfo], name: str
) -> tuple[int, int]:
    record = f"its record {shown(name)}"
    need(name in records, f"the archive lacks {record}")
    info = records[name]
    need(
        info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size,
        f"{record} is compressed, which torch.save never does",
    )
    header = mapped[info.header_offset : info.header_offset + _LOCAL_HEADER]
    need(
        info.header_offset >= 0 and len(header) == _LOCAL_HEADER and header.startswith(_ZIP_START),
        f"{record} is not where the table of contents says",
    )
    # The lengths of name and padding differ from those in the table of contents: torch pads here.
    name_length, extra_length = struct.unpack_from("<HH", header, _LOCAL_HEADER - 4)
    begin = info.header_offset + _LOCAL_HEADER + name_length + extra_length
    end = begin + info.file_size
    need(end <= len(mapped), f"{record} is cut short")
    with memoryview(mapped) as whole, whole[begin:end] as content:
        # torch writes 0 where its checksums are switched off.
        need(info.CRC in (0, zlib.crc32(content)), f"{record} fails its checksum")
    return begin, end


def _read_legacy_layout(mapped: mmap.mmap) -> _Layout:
    """Reads the pickles of a legacy checkpoint and finds its storages."""
    section = _Section(mapped, 0, len(mapped))
    for known in (_LEGACY_MAGIC, _LEGACY_PROTOCOL):
        need(read_pickle(section).value == known, "it is a pickle, but not one of torch.save")
    system = read_pickle(section).value
    need(type(system) is dict and system.get("little_endian") is True, _BIG_ENDIAN)
    content = read_pickle(section)
    keys = read_pickle(section).value
    storages = {storage.key: storage for storage in content.storages}
    for storage in content.storages:
        need(
            storage[:3] == storages[storage.key][:3],
            f"it describes its storage {shown(storage.key)} in two ways",
        )
    begin = _place_storages(section, keys, storages, len(mapped))
    for key in storages:
        need(key in begin, f"its storage {shown(key)} is missing")
    return _Layout(content.value, begin)


def _place_storages(
    section: "_Section", keys: Any, storages: Mapping[str, Storage], size: int
) -> dict[str, int]:
    need(type(keys) is list, "its list of storages is missing")
    begin: dict[str, int] = {}
    for key in keys:
        need(type(key) is str and key in storages, "it lists a storage that nothing in it uses")
        length = section.read(8)
        need(len(length) == 8, "the file ends before its last tensor")
        need(
            struct.unpack("<q", length)[0] == storages[key].numel,
            f"its storage {shown(key)} has not the length that its tensors need",
        )
        begin[key] = section.tell()
        section.skip(storages[key].nbytes)
        need(section.tell() <= size, "the file ends before its last tensor")
    return begin


class _Section:
    """A part of a mapped file as a binary stream that never reads past the part's end."""

    def __init__(self, mapped: mmap.mmap, begin: int, end: int) -> None:
        self._mapped, self._begin, self._at, self._end = mapped, begin, begin, end

    def tell(self) -> int:
        return self._at - self._begin

    def read(self, count: int, /) -> bytes:
        need(count <= _LONGEST_READ, f"a text in it is {count} bytes long")
        taken = self._mapped[self._at : min(self._at + count, self._end)]
        self._at += len(taken)
        return taken

    def readline(self) -> bytes:
        # A number in digits, too: the time to read one grows with the square of its length.
        end = min(self._end, self._at + _LONGEST_LINE)
        newline = self._mapped.find(b"\n", self._at, end)
        return self.read((end if newline < 0 else newline + 1) - self._at)

    def skip(self, count: int) -> None:
        self._at += count
