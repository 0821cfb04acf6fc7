"""A shard of a cache: a ZIP file of two arrays, the `lengths` of the sentences and the values.

`numpy.load` allocates and unpacks as much as the file says. The reader here knows the sentences and
allocates as much as their words need.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.files import Damaged, map_file, need, open_archive


@dataclass(frozen=True)
class CacheKind:
    """The kind of values that a cache holds for each word.

    Attributes:
        name: name of the kind in shards and manifests.
        dtype: type of the numbers.
        command: the command that makes such a cache.
    """

    name: str
    dtype: type[np.floating]
    command: str

    @property
    def title(self) -> str:
        """Name of the kind in messages."""
        return self.name.replace("_", " ")


LOGITS = CacheKind("logits", np.float32, "bioner_kd cache_logits")
# Some hundred numbers per word: float16 halves the bytes and is exact enough for a student.
HIDDEN_STATES = CacheKind("hidden_states", np.float16, "bioner_kd cache_logits --hidden")

# Enough for the widest hidden state, or for the tags of a hundred corpora.
MOST_COLUMNS = 10_000
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<|=][a-z]\d)', 'fortran_order': False, "
    rb"'shape': \((\d{1,12}),(?: (\d{1,12}))?\), \}\s*"
)
_PIECE = 1 << 20
# What `zipfile` raises for records that are cut, packed wrongly, encrypted or missing.
_BROKEN = (
    *(OSError, KeyError, ValueError, RuntimeError, EOFError),
    *(zlib.error, zipfile.BadZipFile),
)


def shard_content(rows: Ragged, kind: CacheKind) -> bytes:
    """Makes the content of a shard's file.

    Args:
        rows: values of the kind's dtype, (words, width of the values) for each sentence.
        kind: the kind of the values.
    """
    content = io.BytesIO()
    np.savez_compressed(content, lengths=rows.lengths, **{kind.name: rows.flat})
    return content.getvalue()


def read_shard(path: Path, kind: CacheKind, lengths: Sequence[int]) -> Ragged:
    """Reads a shard.

    Args:
        path: the file.
        kind: the kind of its values.
        lengths: number of words of each sentence.

    Returns:
        (words of all sentences, width of the values), of the kind's dtype.

    Raises:
        Damaged: the file is no shard of this kind, or a shard of other sentences.
        InputError: the file cannot be read, or is empty.
    """
    words = sum(lengths)
    try:
        with open_archive(map_file(path)) as archive:
            found = _read_array(archive, "lengths", np.dtype(np.int64), (len(lengths),))
            need(found.tolist() == list(lengths), "it is of other sentences")
            return Ragged(
                _read_array(archive, kind.name, np.dtype(kind.dtype), (words, None)), found
            )
    except (Damaged, InputError):
        raise
    except _BROKEN as error:
        raise Damaged(str(error)) from error


def _read_array(
    archive: zipfile.ZipFile, name: str, dtype: np.dtype, shape: tuple[int | None, ...]
) -> np.ndarray:
    info = archive.getinfo(f"{name}.npy")
    # Other ways of packing allocate memory before the first byte is unpacked.
    packings = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    need(info.compress_type in packings, f"its {name} are packed in an unknown way")
    with archive.open(info) as file:
        need(file.read(len(_MAGIC)) == _MAGIC, f"its {name} are no array")
        header = _HEADER.fullmatch(file.read(int.from_bytes(file.read(2), "little")))
        need(header is not None, f"its {name} are no plain array")
        descr, *axes = header.groups()  # type: ignore[union-attr]
        found = tuple(int(axis) for axis in axes if axis is not None)
        fits = len(found) == len(shape) and all(
            axis == wanted if wanted is not None else 0 < axis <= MOST_COLUMNS
            for axis, wanted in zip(found, shape, strict=True)
        )
        need(fits and np.dtype(descr.decode()) == dtype, f"its {name} have another shape or type")
        array = np.empty(found, dtype)
        _fill(array, file)
        # zipfile compares the checksum at the end of the array.
        need(not file.read(1), f"more than its {name} follows")
    return array


def _fill(array: np.ndarray, file: IO[bytes]) -> None:
    target, at = array.reshape(-1).view(np.uint8), 0
    while at < len(target):
        piece = file.read(min(_PIECE, len(target) - at))
        need(bool(piece), "it is cut short")
        target[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
        at += len(piece)
