"""Logits caches that are made to harm: names of cases to what writes their folders."""

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bioner_kd.regular_file import file_digest
from bioner_kd.teacher.cache_manifest import MANIFEST
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.sentence import Sentence

from .checkpoint.hostile import LONG, NASTY, Write

SENTENCES = [Sentence.from_words(["a", "b", "c"]), Sentence.from_words(["d"])]
TAGS = ["O", "B-Disease"]
SHARD = "shard-00000.npz"
WORDS = 4


def write_cache(folder: Path) -> None:
    """A whole cache of one shard."""
    cache = LogitsCache(folder)
    list(
        cache.write(
            SENTENCES,
            {"teacher": "x", "tags": TAGS},
            lambda part: [np.zeros((len(s.words), len(TAGS)), np.float32) for s in part],
        )
    )


def use(folder: Path) -> None:
    """What is attacked."""
    LogitsCache(folder).read(SENTENCES, {"teacher": "x"})


def _manifest(change: Callable[[dict], object]) -> Write:
    def write(folder: Path) -> None:
        write_cache(folder)
        manifest = json.loads((folder / MANIFEST).read_text())
        changed = change(manifest)
        text = changed if isinstance(changed, bytes) else json.dumps(manifest).encode()
        (folder / MANIFEST).write_bytes(text)

    return write


def _shard(content: Callable[[], bytes]) -> Write:
    """A shard of this content, its checksum right."""

    def write(folder: Path) -> None:
        write_cache(folder)
        (folder / SHARD).write_bytes(content())
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest["shards"][SHARD] = file_digest(folder / SHARD)
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return write


def _array(shape: object, descr: object = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


_LENGTHS = _array("(2,)", "<i8", np.array([3, 1]).tobytes())
_VALUES = _array("(4, 2)", data=bytes(32))


def _zip(packing: int = zipfile.ZIP_DEFLATED, **arrays: bytes) -> Callable[[], bytes]:
    def content() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", packing) as archive:
            for name, array in {"lengths": _LENGTHS, "logits": _VALUES, **arrays}.items():
                archive.writestr(f"{name}.npy", array)
        return file.getvalue()

    return content


def _npy(array: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


class _Command:
    def __reduce__(self) -> tuple:
        return os.system, ("touch /tmp/harmed",)


def _endless_contents() -> bytes:
    table = (b"PK\x01\x02" + bytes(42)) * 500_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(table), 4, 0)
    return b"PK\x03\x04" + table + end


def _encrypted() -> bytes:
    content = bytearray(_zip(zipfile.ZIP_STORED)())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(start)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(start, at + 1)
    return bytes(content)


def _set(name: str, value: object) -> Callable[[dict], None]:
    return lambda manifest: manifest.update({name: value})


def _tagged(value: object) -> Callable[[dict], None]:
    return lambda manifest: manifest["fingerprint"].update(tags=value)


def _pipe(name: str) -> Write:
    def write(folder: Path) -> None:
        write_cache(folder)
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return write


_MANIFESTS = {
    "10**18 sentences": _set("sentences", 10**18),
    "10**900 sentences": _set("sentences", 10**900),
    "-1 sentences": _set("sentences", -1),
    "sentences that are true": _set("sentences", True),
    "no sentence of a shard": _set("shard_sentences", 0),
    "all sentences in a shard": _set("shard_sentences", 10**18),
    "checksum that is a list": _set("shards", {SHARD: [[1]]}),
    "checksum of megabytes": _set("shards", {SHARD: LONG}),
    "values of control characters": _set("values", NASTY),
    "values that are nested": _set("values", [[[[[[LONG]]]]]]),
    "no tags": lambda manifest: manifest["fingerprint"].pop("tags"),
    "tags that are a text": _tagged("OOO"),
    "tags that are numbers": _tagged([1, 2]),
    "tags of megabytes": _tagged(["O", "B-" + LONG]),
    "tags of control characters": _tagged(["O", "B-" + NASTY, "X" + NASTY]),
    "a million tags": _tagged(["O", *(f"B-{n}" for n in range(200_000))]),
    "another number of tags": _tagged(["O", "B-A", "I-A"]),
    "teacher of megabytes": lambda manifest: manifest["fingerprint"].update(teacher=LONG),
    "teacher that is nested": lambda manifest: manifest["fingerprint"].update(
        teacher=json.loads("[" * 900 + "]" * 900)
    ),
    "5 MB": lambda _: b"{}" + b" " * 5_000_000,
    "nested deeply": lambda _: b'{"a":' * 10**5,
    "number of millions of digits": lambda _: b'{"sentences":' + b"9" * 3_000_000 + b"}",
    "not UTF-8": lambda _: b'{"\xff":1}',
}
_SHARDS: dict[str, Callable[[], bytes]] = {
    "a pickle": lambda: pickle.dumps(_Command()),
    "an array of a pickle": lambda: _npy(np.array([_Command()], object), allow_pickle=True),
    "a pickle in the archive": _zip(logits=_npy(np.array([_Command()], object), allow_pickle=True)),
    "an array without an archive": lambda: _npy(np.zeros((4, 2), np.float32)),
    "20 GB declared": _zip(logits=_array((4, 10**9 + 10**8), data=bytes(64))),
    "20 GB declared in the lengths": _zip(lengths=_array("(2500000000,)", "<i8")),
    "10**30 declared": _zip(logits=_array((4, 10**30))),
    "more rows than words": _zip(logits=_array((10**9, 2), data=bytes(10**8))),
    "10,000 columns that are not there": _zip(logits=_array((4, 10_000))),
    "1 GB of zeros behind the array": _zip(logits=_VALUES + bytes(3 * 10**8)),
    "header of zeros": _zip(logits=b"\x93NUMPY\x01\x00\xff\xff" + bytes(10**7)),
    "header that nests": _zip(logits=_array("(" * 30_000)),
    "header of version 3": _zip(logits=b"\x93NUMPY\x03\x00\xff\xff\xff\x7f" + bytes(100)),
    "objects": _zip(logits=_array((4, 2), "|O8")),
    "records": _zip(logits=_array((4, 2), [("a", "<f4")])),
    "numbers of another type": _zip(logits=_array((4, 2), "<f8", bytes(64))),
    "lengths of other sentences": _zip(lengths=_array("(2,)", "<i8", np.array([2, 2]).tobytes())),
    "negative lengths": _zip(lengths=_array("(2,)", "<i8", np.array([5, -1]).tobytes())),
    "packed by LZMA": _zip(zipfile.ZIP_LZMA),
    "packed by bzip2": _zip(zipfile.ZIP_BZIP2),
    "half a million entries": _endless_contents,
    "encrypted": _encrypted,
    "no array": lambda: b"PK\x05\x06" + bytes(18),
    "nothing": lambda: b"",
    "damaged numbers": lambda: _zip(zipfile.ZIP_STORED)().replace(bytes(32), b"\1" * 32),
    "cut numbers": _zip(logits=_VALUES[:-8]),
}
CASES: dict[str, Write] = {
    **{f"manifest: {name}": _manifest(change) for name, change in _MANIFESTS.items()},
    **{f"shard: {name}": _shard(content) for name, content in _SHARDS.items()},
    "manifest that is a pipe": _pipe(MANIFEST),
    "shard that is a pipe": _pipe(SHARD),
}
