"""What a run learns from, in a few characters: a resumed run must learn from the same."""

import hashlib
from collections.abc import Iterable

import numpy as np

from bioner_kd.text.sentence import Sentence

_DIGITS = 16


def sentences_digest(*parts: Iterable[Sentence]) -> str:
    """Of the words and tags of sentences, and of how they are parted."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"\n")
        for sentence in part:
            words, tags = "\t".join(sentence.words), "\t".join(sentence.tags or ())
            digest.update(f"{words}\n{tags}\n".encode())
    return digest.hexdigest()[:_DIGITS]


def arrays_digest(arrays: Iterable[np.ndarray]) -> str:
    """Of the numbers and shapes of arrays, in order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:_DIGITS]
