"""A shard of a cache: a ZIP file of two arrays, `lengths` of the sentences and the values.

What `numpy.load` makes of such a file is decided by the file: how large an array it allocates and
how far it unpacks. Here the sentences decide, which the reader knows.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError
from bioner_kd.teacher.cache_kind import CacheKind
from bioner_kd.teacher.checkpoint.archive import open_archive
from bioner_kd.teacher.checkpoint.weights_file import Damaged, map_file, need

# As wide as the widest hidden state, or as many as the tags of a hundred corpora.
MOST_COLUMNS = 10_000
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<|=][a-z]\d)', 'fortran_order': False, "
    rb"'shape': \((\d{1,12}),(?: (\d{1,12}))?\), \}\s*"
)
_PIECE = 1 << 20
# What `zipfile` raises of records that are cut, packed wrongly, encrypted or not there.
_BROKEN = (
    *(OSError, KeyError, ValueError, RuntimeError, EOFError),
    *(zlib.error, zipfile.BadZipFile),
)


def shard_content(rows: Ragged, kind: CacheKind) -> bytes:
    """The file of a shard.

    Args:
        rows: values of the kind's dtype, (words, tags or width) for each sentence.
        kind: what the values are.
    """
    content = io.BytesIO()
    np.savez_compressed(content, lengths=rows.lengths, **{kind.name: rows.flat})
    return content.getvalue()


def read_shard(path: Path, kind: CacheKind, lengths: Sequence[int]) -> Ragged:
    """Reads a shard of these sentences.

    Args:
        path: the file.
        kind: what its values are.
        lengths: number of words of each sentence.

    Returns:
        (words of all sentences, tags or width), of the kind's dtype.

    Raises:
        Damaged: the file is no shard of this kind, or one of other sentences.
        InputError: it cannot be read, or is empty.
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
    # Other ways of packing take memory before the first byte is out.
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
        # The checksum is compared where the array ends.
        need(not file.read(1), f"more than its {name} follows")
    return array


def _fill(array: np.ndarray, file: IO[bytes]) -> None:
    target, at = array.reshape(-1).view(np.uint8), 0
    while at < len(target):
        piece = file.read(min(_PIECE, len(target) - at))
        need(bool(piece), "it is cut short")
        target[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
        at += len(piece)
