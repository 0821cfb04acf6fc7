"""Files of weights that are made to harm: names of cases to what writes their folders."""

import json
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np

from bioner_kd.teacher.checkpoint.state import read_state

from . import torch_files as torch

Write = Callable[[Path], None]
# They move a terminal's cursor, turn text round or are no character at all.
NASTY = "\x1b[2J\x1b]0;x\x07\r\n\x00\u202e\ud800"
LONG = "n" * 3_000_000


def use(folder: Path) -> None:
    """What is attacked."""
    read_state(folder)


def _safetensors(header: object, data: bytes = bytes(16)) -> Write:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()

    def write(folder: Path) -> None:
        content = struct.pack("<Q", len(text)) + text + data
        (folder / "model.safetensors").write_bytes(content)

    return write


def _entry(**changes: object) -> dict[str, object]:
    return {"dtype": "F32", "shape": [4], "data_offsets": [0, 16], **changes}


def _empty_tensors(count: int) -> dict[str, object]:
    return {str(n): _entry(shape=[0], data_offsets=[0, 0]) for n in range(count)}


def _sparse_header(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 5 * 10**9) + b"{")
    os.truncate(path, 6 * 10**9)


_DIGITS = b"9" * 3_000_000
SAFETENSORS: Mapping[str, Write] = {
    "header of 5 GB": _sparse_header,
    "header of 4 MB of brackets": _safetensors(b"[" * 3_900_000),
    "header nested below the limit": _safetensors(b'{"a":' + b"[" * 900 + b"]" * 900 + b"}" * 1),
    "many small lists": _safetensors(b'{"a":[' + b"[]," * 1_300_000 + b"1]}"),
    "length of millions of digits": _safetensors(
        b'{"a":{"dtype":"F32","shape":[' + _DIGITS + b'],"data_offsets":[0,16]}}'
    ),
    "offset of millions of digits": _safetensors(
        b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,' + _DIGITS + b"]}}"
    ),
    "fraction of millions of digits": _safetensors(b'{"a":0.' + _DIGITS + b"}"),
    "50,000 empty tensors": _safetensors(_empty_tensors(50_000), b""),
    "name of megabytes": _safetensors({LONG: 1}),
    "type of megabytes": _safetensors({"a": _entry(dtype=LONG)}),
    "name of control characters": _safetensors({NASTY: 1}),
    "type of control characters": _safetensors({"a": _entry(dtype=NASTY)}),
    "type that is nested": _safetensors({"a": _entry(dtype=[[[["F32"]]]] * 1000)}),
    "shape of a million axes": _safetensors({"a": _entry(shape=[1] * 10**6)}),
    "shape of numbers of 20 digits": _safetensors({"a": _entry(shape=[10**19] * 32)}),
    "empty tensor of an impossible shape": _safetensors(
        {"a": _entry(shape=[0, *[2**62] * 31], data_offsets=[0, 0])}, b""
    ),
    "shape of a number of 900 digits": _safetensors(
        {"a": _entry(shape=[10**900], data_offsets=[0, 4 * 10**900])}
    ),
    "shape of truths": _safetensors({"a": _entry(shape=[True] * 4)}),
    "not a number for a place": _safetensors(
        b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,NaN]}}'
    ),
    "UTF-16": _safetensors(json.dumps({"a": _entry()}).encode("utf-16")),
    "metadata nested deeply": _safetensors(b'{"__metadata__":' + b'{"a":' * 10**5),
    "TensorFlow's names with many underscores": _safetensors({"a/" + "___a" * 20: _entry()}),
    "TensorFlow's name of megabytes": _safetensors({"a/" + "_" * 3_000_000 + "/b": _entry()}),
}


def _zip(pickled: bytes, storages: Mapping[str, bytes] | None = None) -> Write:
    return lambda folder: torch.write_zip(folder / "pytorch_model.bin", pickled, storages or {})


def _legacy(pickled: bytes, storages: Mapping[str, tuple[int, bytes]] | None = None) -> Write:
    return lambda folder: torch.write_legacy(folder / "pytorch_model.bin", pickled, storages or {})


_STORED = torch.storage("FloatStorage", "0", 4)
_PUT, _GET = b"q\x05", b"h\x05"
_HUGE = b"\x8b" + struct.pack("<i", 1_000_000) + b"\x7f" * 1_000_000


def _tensor_of(size: bytes, stride: bytes) -> bytes:
    return torch.call("torch._utils", "_rebuild_tensor_v2", _STORED, b"K\x00", size, stride)


def _one(size: bytes, stride: bytes) -> bytes:
    return torch.dictionary({"a": _tensor_of(size, stride)})


def _aliases(count: int, kind: str) -> bytes:
    """A tensor of a million numbers under many names."""
    tensor = torch.tensor(torch.storage(kind, "0", 10**6), (10**6,), (1,)) + _PUT
    others = {str(n): _GET for n in range(count)}
    return torch.dictionary({"a": tensor, **others})


def _overlapping(folder: Path) -> None:
    """10,000 records of an archive in the same 20 MB."""
    path, count, size = folder / "pytorch_model.bin", 9_000, 20_000_000
    state = {
        f"t{n}": torch.tensor(torch.storage("ByteStorage", str(n), 1), (1,), (1,))
        for n in range(count)
    }
    torch.write_zip(path, torch.dictionary(state), {"common": bytes(size)})
    content = path.read_bytes()
    at = content.index(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    pieces, entry = [], b""
    while content[at : at + 4] == b"PK\x01\x02":
        length = 46 + sum(struct.unpack_from("<HHH", content, at + 28))
        pieces.append(content[at : at + length])
        if pieces[-1].endswith(b"common"):
            entry = pieces[-1]
        at += length
    for n in range(count):
        name = f"archive/data/{n}".encode()
        pieces.append(entry[:28] + struct.pack("<H", len(name)) + entry[30:46] + name)
    table, begin = b"".join(pieces), content.index(b"PK\x01\x02")
    tail = bytearray(content[end:])
    struct.pack_into("<HHII", tail, 8, len(pieces) % 65536, len(pieces) % 65536, len(table), begin)
    path.write_bytes(content[:begin] + table + bytes(tail))


def _endless_contents(folder: Path) -> None:
    path = folder / "pytorch_model.bin"
    entry = b"PK\x01\x02" + bytes(42)
    table = entry * 500_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(table), 4, 0)
    path.write_bytes(b"PK\x03\x04" + table + end)


_LONG_TUPLE = b"(" + b"K\x01" * 200_000 + b"t" + _PUT
_PAIRS = b"](" + b"".join(b"]" + torch.text(f"k{n}") + b"aNa" for n in range(20_000)) + b"e" + _PUT
_MAKE = torch.name_of("collections", "OrderedDict") + b"q\x06"
TORCH: Mapping[str, Write] = {
    "size of a million bytes": _zip(_one(b"(" + _HUGE + b"t", b"(K\x01t"), {"0": bytes(16)}),
    "sizes of a million bytes each": _zip(
        _one(b"(" + _HUGE + _PUT + _GET * 31 + b"t", b"(" + b"K\x01" * 32 + b"t"), {"0": bytes(16)}
    ),
    "size of 255 bytes": _zip(
        _one(b"(" + (b"\x8a\xff" + b"\x7f" * 255) * 32 + b"t", b"(" + b"K\x01" * 32 + b"t")
    ),
    "number of millions of digits": _zip(b"L" + _DIGITS + b"L\n"),
    "number of millions of digits, unended": _zip(b"I" + _DIGITS),
    "key of a million bytes that is hashed often": _zip(
        b"}(" + _HUGE + _PUT + b"N" + (_GET + b"N") * 100_000 + b"u"
    ),
    "shape of many axes, used often": _zip(
        torch.dictionary(
            {"a": _tensor_of(_LONG_TUPLE, _GET)}
            | {str(n): _tensor_of(_GET, _GET) for n in range(2_000)}
        ),
        {"0": bytes(16)},
    ),
    "one list of pairs for many dictionaries": _zip(
        b"](" + _MAKE + b"(" + _PAIRS + b"tR" + (b"h\x06(" + _GET + b"tR") * 20_000 + b"e"
    ),
    "a million nothings": _zip(b"(" + b"N" * 3_000_000 + b"t"),
    "a million marks": _zip(b"(" * 3_000_000),
    "nested deeply": _zip(b")" + b"\x85" * 400_000),
    "text of 4 GB": _zip(b"X\xff\xff\xff\xff"),
    "text of 2**62 bytes": _zip(b"\x8d" + struct.pack("<Q", 2**62)),
    "text of megabytes as a name": _zip(
        torch.dictionary({LONG: torch.tensor(_STORED, (9,), (1,))}), {"0": bytes(16)}
    ),
    "storage of a name of control characters": _zip(
        torch.dictionary(
            {"a": torch.tensor(torch.storage("FloatStorage", "\x1b[2J\r\n", 4), (4,), (1,))}
        )
    ),
    "storage of a long name": _zip(
        torch.dictionary(
            {"a": torch.tensor(torch.storage("FloatStorage", "0" * 900_000, 4), (4,), (1,))}
        )
    ),
    "function of a name of control characters": _zip(b"\x8c\x05\x1b[2J\r\x8c\x03a\nb\x93"),
    "function of a long name": _zip(b"c" + b"o" * 3_000_000 + b"\nsystem\n"),
    "storage of 2**62 numbers": _zip(
        torch.dictionary(
            {"a": torch.tensor(torch.storage("FloatStorage", "0", 2**62), (1,), (1,))}
        ),
        {"0": bytes(16)},
    ),
    "numbers repeated by a step of 0": _zip(
        _one(b"(J\xff\xff\xff\x7ft", b"(K\x00t"), {"0": bytes(16)}
    ),
    "bfloat16 under many names": _zip(_aliases(5_000, "BFloat16Storage"), {"0": bytes(2 * 10**6)}),
    "float32 under many names": _zip(_aliases(5_000, "FloatStorage"), {"0": bytes(4 * 10**6)}),
    "float32 under very many names": _zip(
        _aliases(50_000, "FloatStorage"), {"0": bytes(4 * 10**6)}
    ),
    "records in the same place": _overlapping,
    "table of contents of half a million entries": _endless_contents,
    "legacy: storage of 2**62 numbers": _legacy(
        torch.dictionary(
            {"a": torch.tensor(torch.storage("FloatStorage", "0", 2**62), (1,), (1,))}
        ),
        {"0": (2**62, bytes(16))},
    ),
    "legacy: bfloat16 under many names": _legacy(
        _aliases(5_000, "BFloat16Storage"), {"0": (10**6, bytes(2 * 10**6))}
    ),
    "legacy: number of millions of digits": _legacy(b"L" + _DIGITS + b"L\n"),
}


def _h5(build: Callable[[h5py.File], None], **options: object) -> Write:
    def write(folder: Path) -> None:
        with h5py.File(folder / "tf_model.h5", "w", **options) as file:
            file.create_dataset("bert/bert/x/gamma:0", data=np.ones(4, np.float32))
            build(file)

    return write


def _packed(file: h5py.File) -> None:
    shape = (64, 2**20)
    dataset = file.create_dataset(
        "a/b", shape, np.float32, chunks=shape, compression="gzip", compression_opts=1
    )
    dataset.id.write_direct_chunk((0, 0), zlib.compress(bytes(64 * 2**22), 1))


def _many_links(file: h5py.File) -> None:
    group = file.create_group("g")
    for n in range(20_000):
        group.id.links.create_hard(str(n).encode(), file["bert"].id, b"bert")


def _one_dataset_often(file: h5py.File) -> None:
    file["big"] = np.zeros(10**6, np.float32)
    for n in range(2_000):
        file[f"g/{n}"] = file["big"]


def _deep(file: h5py.File) -> None:
    group = file.id
    for _ in range(3_000):
        group = h5py.h5g.create(group, b"g")


def _circle(file: h5py.File) -> None:
    file["a/again"] = file.create_group("a")


def _named(name: bytes) -> Callable[[h5py.File], None]:
    def build(file: h5py.File) -> None:
        space = h5py.h5s.create_simple((4,))
        dataset = h5py.h5d.create(file.id, name, h5py.h5t.IEEE_F32LE, space)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ones(4, np.float32))

    return build


def _overflowing(folder: Path) -> None:
    _h5(_set("a", np.zeros((3, 5), np.float32)))(folder)
    path = folder / "tf_model.h5"
    sizes = struct.pack("<QQ", 3, 5)
    path.write_bytes(path.read_bytes().replace(sizes, struct.pack("<QQ", 2**32, 2**32)))


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((2**32,), np.float32)
    layout[:4] = h5py.VirtualSource("/etc/hostname", "x", (4,))
    file.create_virtual_dataset("v", layout)


def _set(name: str, value: object, **options: object) -> Callable[[h5py.File], None]:
    return lambda file: file.create_dataset(name, data=value, **options)


def _of_size(*shape: int, **options: object) -> Callable[[h5py.File], None]:
    return lambda file: file.create_dataset("a/b", shape, np.float32, **options)


_TEXT = h5py.string_dtype()
_PAIR = np.zeros(3, [("a", "<f4"), ("b", "<f4")])
HDF5: Mapping[str, Write] = {
    "20 GB that are not there": _h5(_of_size(5 * 10**9)),
    "20 GB of one number": _h5(_of_size(5 * 10**9, fillvalue=7, chunks=(10**6,))),
    "product of sizes that overflows": _overflowing,
    "packed zeros": _h5(_packed),
    "numbers in another file": _h5(_of_size(64, external=[("/etc/passwd", 0, 256)])),
    "virtual numbers": _h5(_virtual),
    "link to another file": _h5(lambda f: f.update({"l": h5py.ExternalLink("/etc/passwd", "/")})),
    "soft link to itself": _h5(lambda f: f.update({"l": h5py.SoftLink("/l")})),
    "group in itself": _h5(_circle),
    "many links to one group": _h5(_many_links),
    "one tensor under many names": _h5(_one_dataset_often),
    "groups nested deeply": _h5(_deep),
    "empty dataspace": _h5(_set("a", h5py.Empty("f"))),
    "texts": _h5(_set("a", ["b" * 1000] * 1000, dtype=_TEXT)),
    "rows of any length": _h5(_of_size(8, chunks=(8,))),
    "compound numbers": _h5(_set("a", _PAIR)),
    "references": _h5(lambda f: f.create_dataset("a", (4,), h5py.ref_dtype)),
    "complex numbers": _h5(_set("a", np.ones(4, np.complex64))),
    "opaque bytes": _h5(_set("a", np.zeros(4, "V64"))),
    "name that is not UTF-8": _h5(_named(b"a\xff\xfe")),
    "name of control characters": _h5(_set("g/\x1b[2J\r\nx", _PAIR)),
    "name of underscores": _h5(_named(b"_" * 60_000)),
    "name of many parts": _h5(_named(b"a___" * 500)),
    "name of groups and underscores": _h5(_set("g/" + "a___/" * 30 + "x", np.ones(2))),
}


def _index(index: object, *shards: str, name: str = "model.safetensors.index.json") -> Write:
    text = index if isinstance(index, bytes) else json.dumps(index).encode()

    def write(folder: Path) -> None:
        (folder / name).write_bytes(text)
        for shard in shards:
            _safetensors({"a": _entry()})(folder)
            (folder / "model.safetensors").rename(folder / shard)

    return write


def _map(names: Mapping[str, object]) -> dict[str, object]:
    return {"weight_map": names}


def _with_pipe(name: str, write: Write) -> Write:
    def both(folder: Path) -> None:
        write(folder)
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return both


def _links_to_one(folder: Path) -> None:
    shards = [f"s{n}.safetensors" for n in range(1_000)]
    names = _map({str(n): shard for n, shard in enumerate(shards)})
    tensors = {
        str(n): _entry(dtype="BF16", shape=[2, 10**6], data_offsets=[0, 4 * 10**6])
        for n in range(1)
    }
    _index(names)(folder)
    _safetensors(tensors, bytes(4 * 10**6))(folder)
    (folder / "model.safetensors").rename(folder / shards[0])
    for shard in shards[1:]:
        (folder / shard).symlink_to(shards[0])


_SHARD = "a.safetensors"
INDEX: Mapping[str, Write] = {
    "shard without a name": _index(_map({"a": ""})),
    "shard that is an ending alone": _index(_map({"a": ".safetensors"}), ".safetensors"),
    "tensor without a name": _index(_map({"": _SHARD}), _SHARD),
    "shard with a zero byte": _index(_map({"a": "\0.safetensors"})),
    "shard with a long name": _index(_map({"a": LONG + ".safetensors"})),
    "shard of a name too long for files": _index(_map({"a": "a" * 5_000 + ".safetensors"})),
    "shard of control characters": _index(_map({"a": NASTY + ".safetensors"})),
    "shard of half a character": _index(_map({"a": "\ud800.safetensors"})),
    "shard in the folder above": _index(_map({"a": "../a.safetensors"})),
    "shard that is a list": _index(_map({"a": [[[_SHARD]]] * 10**5})),
    "shard that is a pipe": _with_pipe(_SHARD, _index(_map({"a": _SHARD}))),
    "tensor with a long name": _index(_map({LONG: _SHARD}), _SHARD),
    "tensor of control characters": _index(_map({NASTY: _SHARD}), _SHARD),
    "100,000 tensors": _index(_map({str(n): _SHARD for n in range(100_000)}), _SHARD),
    "one file under many names": _links_to_one,
    "5 MB": _index(b'{"weight_map": {}}' + b" " * 5_000_000),
    "4 MB of small lists": _index(b'{"weight_map":[' + b"[]," * 1_300_000 + b"1]}"),
    "number of millions of digits": _index(b'{"weight_map":' + _DIGITS + b"}"),
    "nested deeply": _index(b'{"weight_map":' * 10**5),
    "nested below the limit": _index(_map({"a": json.loads("[" * 900 + "]" * 900)})),
    "torch: shard that is an ending alone": _index(
        _map({"a": ".bin"}), name="pytorch_model.bin.index.json"
    ),
    "pipe for an index": _with_pipe("model.safetensors.index.json", _index({})),
    "pipe for weights": _with_pipe("model.safetensors", _index({})),
    "device for weights": lambda folder: (folder / "pytorch_model.bin").symlink_to("/dev/zero"),
    "folder for weights": lambda folder: (folder / "tf_model.h5").mkdir(),
}

CASES: dict[str, Write] = {
    f"{kind}: {name}": write
    for kind, cases in {
        "safetensors": SAFETENSORS,
        "torch": TORCH,
        "HDF5": HDF5,
        "index": INDEX,
    }.items()
    for name, write in cases.items()
}
