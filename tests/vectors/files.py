"""Files of word vectors, good and bad, for the tests of the readers."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.vectors.reader import read_vectors
from bioner_kd.vectors.word_vectors import WordVectors

Write = Callable[..., Path]


def binary(*entries: tuple[str, list[float]], header: str = "", end: bytes = b"\n") -> bytes:
    """word2vec's binary format, as its own program writes it."""
    header = header or f"{len(entries)} {len(entries[0][1])}"
    return (
        header.encode()
        + b"\n"
        + b"".join(
            word.encode() + b" " + struct.pack(f"<{len(vector)}f", *vector) + end
            for word, vector in entries
        )
    )


def contents(vectors: WordVectors) -> dict[str, list[float]]:
    """Vectors by their words."""
    assert vectors.matrix.dtype == np.float32
    return dict(zip(vectors.words, vectors.matrix.tolist(), strict=True))


def message_of(path: Path) -> str:
    """What reading complains of, which must name the file and fit in one line."""
    with pytest.raises(InputError) as refused:
        read_vectors(path)
    assert "\n" not in str(refused.value) and str(path) in str(refused.value)
    return str(refused.value)
