"""Writes word vectors in the formats of word2vec, which fastText, gensim and many more read."""

import os
from collections.abc import Iterator

from bioner_kd.atomic import atomic_file
from bioner_kd.vectors.word_vectors import WordVectors


def write_vectors(
    path: str | os.PathLike[str], vectors: WordVectors, *, binary: bool = True
) -> None:
    """Writes a file of word vectors, which appears when it is complete.

    Args:
        path: its name; a file of that name is replaced.
        vectors: what to write.
        binary: 4 bytes a number, instead of text, which is three times as large and also exact.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    with atomic_file(path, "wb") as file:
        file.write(f"{len(vectors.words)} {vectors.size}\n".encode())
        for entry in _binary(vectors) if binary else _text(vectors):
            file.write(entry)


def _binary(vectors: WordVectors) -> Iterator[bytes]:
    for word, vector in zip(vectors.words, vectors.matrix.astype("<f4"), strict=True):
        yield word.encode() + b" " + vector.tobytes()


def _text(vectors: WordVectors) -> Iterator[bytes]:
    # Nine digits tell every float32 from its neighbours.
    numbers = " ".join(["%.9g"] * vectors.size)
    for word, vector in zip(vectors.words, vectors.matrix, strict=True):
        yield f"{word} {numbers % tuple(vector.tolist())}\n".encode()
