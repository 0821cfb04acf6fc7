"""The two file formats of `torch.save`: where in a file its pickle and its storages are.

The zip format (torch 1.6 and later) is an archive with a record `data.pkl` and a record a storage.
The legacy format is a row of pickles (magic number, protocol, system, value, list of storages),
followed by the storages, each with its length in front.
"""

import mmap
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from bioner_kd.errors import shown
from bioner_kd.teacher.checkpoint.archive import open_archive
from bioner_kd.teacher.checkpoint.torch_pickle import read_pickle
from bioner_kd.teacher.checkpoint.torch_values import Storage
from bioner_kd.teacher.checkpoint.weights_file import need

ZIP_START = b"PK\x03\x04"
LEGACY_START = b"\x80"

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_LOCAL_HEADER = 30
# The pickle of 10,000 tensors takes 2 MB, and no text in it 1 kB.
_LONGEST_READ = 1_000_000
_LONGEST_LINE = 1_000
_BIG_ENDIAN = "its numbers are big-endian, which is not supported"


class Layout(NamedTuple):
    """What a checkpoint says, and where its numbers are.

    Attributes:
        value: see `torch_pickle.Content`.
        begin: the first byte of each storage in the file, by its key. Each is there to its end.
    """

    value: Any
    begin: Mapping[str, int]


def read_zip_layout(mapped: mmap.mmap) -> Layout:
    """Reads the pickle of a zip checkpoint, finds its storages and verifies their checksums.

    Raises:
        Damaged, RefusedGlobal: see `read_pickle`.
    """
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
            # Each is read for its checksum.
            need(taken <= len(mapped), "its records overlap")
            places[storage.key] = begin, end
        begin, end = places[storage.key]
        need(storage.nbytes <= end - begin, f"its storage {shown(storage.key)} is cut short")
    return Layout(content.value, {key: begin for key, (begin, _) in places.items()})


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
        info.header_offset >= 0 and len(header) == _LOCAL_HEADER and header.startswith(ZIP_START),
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


def read_legacy_layout(mapped: mmap.mmap) -> Layout:
    """Reads the pickles of a legacy checkpoint and finds its storages.

    Raises:
        Damaged, RefusedGlobal: see `read_pickle`.
    """
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
    return Layout(content.value, begin)


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
