"""Exported students as a stranger might make them, each to be refused; the measure of that."""

import gzip
import io
import itertools
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bioner_kd.tagging.models.tflite import with_tables

from .models.without_tables import without_tables

HUGE = 5 << 30
TFLITE = "student_int8.tflite"
# A part of tables.json, and values of which none is one of its.
WRONG: tuple[Any, ...] = (7, 1.5, "text", [1], [["a"]], {"a": 1}, True)
TABLES_PARTS = (
    *("format", "tags", "features", "transitions", "tokenizer", "sentences"),
    *("tokenizer/word", "tokenizer/more", "sentences/white", "sentences/abbreviations"),
    *("sentences/longest_abbreviation", "sentences/more"),
    *(f"features/{name}" for name in ("config", "tables", "folding")),
    *(f"features/config/{name}" for name in ("features", "max_chars", "prefix_length")),
    *(f"features/tables/{name}" for name in ("word", "char")),
)
# What is as good as what stands there.
SOUND = [
    ("transitions", None),
    ("sentences/longest_abbreviation", 7),
    ("features/config/max_chars", 7),
    ("features/config/prefix_length", 7),
]
MANIFEST_PARTS = (
    *("models", "files", "format"),
    *("models/int8", "models/int8/path", f"files/{TFLITE}", f"files/{TFLITE}/sha256"),
)
# Makes a folder, and says what of it is to be loaded.
Make = Callable[[Path], Path]


def deflated_zeros(size: int) -> bytes:
    """A stream of deflate, without its header and end, of so many zeros."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size >> 20)  # what ends in a full flush can be repeated


def replaced(values: Any, place: str, value: Any) -> bytes:
    """JSON in which one part is another one."""
    copy = json.loads(json.dumps(values))
    *above, last = place.split("/")
    inner = copy
    for name in above:
        inner = inner[name]
    inner[last] = value
    return json.dumps(copy).encode()


def unpacked_otherwise(
    model: bytes, data: bytes, *, method: int, size: int, flags: int = 0
) -> bytes:
    """A model with a zip entry that tells another method, size or encryption than it has."""
    file = io.BytesIO(model)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("tables.json", data)
    content = bytearray(file.getvalue())
    for magic, start in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.rindex(magic) + start
        content[at : at + 4] = flags.to_bytes(2, "little") + method.to_bytes(2, "little")
        content[at + 16 : at + 20] = size.to_bytes(4, "little")
    return bytes(content)


def with_long_directory(model: bytes, entries: int) -> bytes:
    """A model with an archive whose list of files is long, and has no files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tables.json", b"{}")
    content = file.getvalue()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    directory = content[start:end] * entries
    sizes = len(directory).to_bytes(4, "little") + (len(model) + start).to_bytes(4, "little")
    return model + content[:start] + directory + content[end : end + 12] + sizes + bytes(2)


def json_texts(record: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Contents of any file of JSON."""
    plain = json.dumps(record).encode()
    yield "empty", b""
    yield "binary", bytes(range(256)) * 9
    yield "utf16", plain.decode().encode("utf-16")
    yield "nested_lists", b"[" * 200_000
    yield "nested_lists_that_close", b"[" * 50_000 + b"]" * 50_000
    yield "nested_objects", b'{"a":' * 200_000
    yield "many_lists", b"[" + b"[]," * 4_000_000 + b"0]"
    yield "many_objects", b"[" + b"{}," * 4_000_000 + b"0]"
    for digits in (b"7" * 5_000_000, b"-" + b"7" * 5_000_000, b"0." + b"7" * 5_000_000):
        yield f"digits_{digits[:2].decode()}", plain[:-1] + b', "more": ' + digits + b"}"
    for constant in (b"NaN", b"Infinity", b"-Infinity"):
        yield f"constant_{constant.decode()}", plain[:-1] + b', "more": ' + constant + b"}"
    yield "a_name_of_5_MB", b'{"' + b"\\u001b" * 800_000 + b'": 1}'
    yield "cut", plain[: len(plain) // 2]
    yield "no_object", b"null"


def tables_texts(record: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Contents of a file of tables."""
    yield from json_texts(record)
    for place, value in itertools.product(TABLES_PARTS, (None, *WRONG)):
        if (place, value) not in SOUND:
            yield f"{place}_is_{value!r}", replaced(record, place, value)
    size = len(record["tags"])
    for score in (1e308, -1e308, 1e5, "1e999", "0.5", None, [], "x" * 5_000_000):
        rows = [[0.0] * size for _ in range(size)]
        rows[-1][0] = score  # type: ignore[call-overload]
        content = replaced(record, "transitions", rows).replace(b'"1e999"', b"1e999")
        yield f"transition_{str(score)[:9]}", content
    yield "ragged_transitions", replaced(record, "transitions", [[0.0] * size, [0.0]])
    for number in (10**9, 10**30, 1001, 0, -1):
        yield f"max_chars_{number}", replaced(record, "features/config/max_chars", number)
    yield "unknown_setting", replaced(record, "features/config/" + "x" * 5_000_000, 1)
    yield "folding_to_a_page", replaced(record, "features/folding", {"a": "a" * 1_000_000})
    yield "folding_of_a_page", replaced(record, "features/folding", {"a" * 1_000_000: "a"})
    for name, tags in {
        "many": ["O", *(f"B-{number}" for number in range(2000))],
        "twice": [*record["tags"], record["tags"][-1]],
        "long": ["O", "x" * 5_000_000],
        "line_end": ["O", *(f"{tag}\nx" for tag in record["tags"][1:])],
        "escape": ["O", *(f"{tag}\x1b[2J" for tag in record["tags"][1:])],
        "surrogate": ["O", *(f"{tag}\ud800" for tag in record["tags"][1:])],
    }.items():
        yield f"tags_{name}", replaced(record, "tags", tags)
    yield "many_ranges", replaced(record, "tokenizer/word", [[66, 66]] * 1_000_000)
    yield "many_abbreviations", replaced(record, "sentences/abbreviations", ["ab"] * 1_900_000)
    yield "long_abbreviation", replaced(record, "sentences/abbreviations", ["a" * 5_000_000])
    for number in (10**9, 10**30, 0, -1):
        yield f"format_{number}", replaced(record, "format", number)
        yield f"window_{number}", replaced(record, "sentences/longest_abbreviation", number)
    yield "many_words", replaced(record, "features/tables/word", ["ab"] * 1_900_000)
    yield "numbers_for_words", replaced(record, "features/tables/word", [1] * 3_000_000)
    gzip_start = gzip.compress(b"")[:10]
    yield "gzip_of_5_GB", gzip_start + deflated_zeros(HUGE)
    packed = gzip.compress(json.dumps(record).encode())
    yield "gzip_cut", packed[:-9]
    yield "gzip_twice", packed + packed
    yield "gzip_of_gzip", gzip.compress(packed)


def manifest_texts(manifest: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Contents of a manifest."""
    yield from json_texts({**manifest, "models": 3})
    for place, value in itertools.product(MANIFEST_PARTS, (None, *WRONG)):
        yield f"{place}_is_{value!r}"[:40], replaced(manifest, place, value)
    yield "format_long", replaced(manifest, "format", "1" * 5_000_000)
    yield (
        "format_nested",
        replaced(manifest, "format", 1).replace(
            b'"format": 1', b'"format": ' + b"[" * 900 + b"]" * 900
        ),
    )
    for path in ("/dev/zero", "../x.tflite", "a/../../x", "a\nb", "a\0b", "a" * 5_000_000, "\x1b"):
        yield f"path_{path!r}"[:20], replaced(manifest, "models/int8/path", path)
    devices = {"models": {"saved_model": {"path": "/dev"}}, "files": {"/dev/zero": {"sha256": ""}}}
    yield "device", json.dumps({**manifest, **devices}).encode()


def hostile_exports(export: Path) -> Iterator[tuple[str, Make]]:
    """Names of hostile exports, and what makes each in an empty folder.

    Args:
        export: a sound export folder.
    """
    record = json.loads((export / "tables.json").read_text(encoding="utf-8"))
    manifest = _of_int8(export)
    model = without_tables((export / TFLITE).read_bytes())
    tables = (export / "tables.json").read_bytes()
    for name, content in tables_texts(record):
        yield f"beside/{name}", files({TFLITE: model, "tables.json": content})
        yield f"inside/{name}", files({TFLITE: with_tables(model, content)})
    for name, content in manifest_texts(manifest):
        yield f"manifest/{name}", files({**_whole(export), "manifest.json": content}, load=".")
    yield from _archives(model, tables)
    yield from _kinds_of_files(export, model, tables)
    for name, content in {
        "empty": b"",
        "text": b"gout " * 9,
        "half": model[: len(model) // 2],
    }.items():
        yield f"model/{name}", files({TFLITE: content, "tables.json": tables})


def _whole(export: Path) -> dict[str, bytes]:
    return {name: (export / name).read_bytes() for name in ("tables.json", TFLITE)}


def _archives(model: bytes, tables: bytes) -> Iterator[tuple[str, Make]]:
    bomb, stored, deflated = deflated_zeros(HUGE), zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    for size in (0xFFFF_FFF0, 100):
        content = unpacked_otherwise(model, bomb, method=deflated, size=size)
        yield f"archive/bomb_that_tells_{size}", files({TFLITE: content})
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 97):
        content = unpacked_otherwise(model, tables, method=method, size=len(tables))
        yield f"archive/method_{method}", files({TFLITE: content})
    content = unpacked_otherwise(model, tables, method=stored, size=len(tables), flags=1)
    yield "archive/encrypted", files({TFLITE: content})
    yield "archive/long_list", files({TFLITE: with_long_directory(model, 300_000)})
    whole = with_tables(model, tables)
    yield "archive/cut", files({TFLITE: whole[:-30]})
    large = whole[:-22] + b"PK\x06\x07" + bytes(16) + whole[-22:]
    yield "archive/zip64", files({TFLITE: large})


def _kinds_of_files(export: Path, model: bytes, tables: bytes) -> Iterator[tuple[str, Make]]:
    special: dict[str, Callable[[Path], object]] = {
        "pipe": os.mkfifo,
        "device": lambda path: path.symlink_to("/dev/zero"),
        "folder": Path.mkdir,
        "5_GB": _sparse,
        "broken_link": lambda path: path.symlink_to("nowhere"),
    }
    for kind, make in special.items():
        yield f"kind/tables_{kind}", files({TFLITE: model}, {"tables.json": make})
        yield f"kind/model_{kind}", files({"tables.json": tables}, {TFLITE: make})
        for name in ("tables.json", TFLITE, "manifest.json"):
            copied = {**_whole(export), "manifest.json": json.dumps(_of_int8(export)).encode()}
            copied.pop(name)
            yield f"kind/{kind}_in_an_export_{name}", files(copied, {name: make}, load=".")
        if kind != "folder" and kind != "5_GB":
            for name in ("saved_model.pb", "assets.extra/tables.json.gz", "variables/more"):
                yield f"kind/{kind}_in_a_saved_model_{name}", _saved_model(export, name, make)


def _of_int8(export: Path) -> dict[str, Any]:
    manifest = json.loads((export / "manifest.json").read_text(encoding="utf-8"))
    manifest["models"] = {"int8": manifest["models"]["int8"]}
    return manifest


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(HUGE)


def _saved_model(export: Path, name: str, make: Callable[[Path], object]) -> Make:
    def build(folder: Path) -> Path:
        version = folder / "1"
        shutil.copytree(export / "saved_model" / "1", version)
        (version / name).unlink(missing_ok=True)
        make(version / name)
        return version

    return build


def files(
    contents: dict[str, bytes],
    special: dict[str, Callable[[Path], object]] | None = None,
    load: str = TFLITE,
) -> Make:
    """Files of a folder, special ones among them, and which of them is loaded."""

    def build(folder: Path) -> Path:
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        for name, make in (special or {}).items():
            make(folder / name)
        return folder / load

    return build
