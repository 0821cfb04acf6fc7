"""Makes word vectors of a teacher's subword embeddings, without training."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from absl import logging

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.word_form import form_of
from bioner_kd.teacher.checkpoint.state import read_state
from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer
from bioner_kd.vectors.word_vectors import WordVectors, can_have_vector

_TABLE = "embeddings.word_embeddings.weight"


def subword_vectors(
    folder: Path, counts: Mapping[str, int], *, size: int, min_count: int = 1
) -> WordVectors:
    """Makes word vectors from a teacher's subword embeddings.

    The vector of a word is the average of its subwords' embeddings. The vector of a form is the
    average of the words that share the form, weighted by their counts: a cased teacher knows
    "BRCA1", not "brca0". All vectors are centred and reduced to their `size` principal axes, the
    best approximation of that rank.

    Args:
        folder: a BERT checkpoint, fine-tuned or not.
        counts: number of times that each word was seen.
        size: number of numbers of a vector, at most that of an embedding.
        min_count: a form that was seen fewer times gets no vector.

    Returns:
        The forms of the words, the most frequent form first.

    Raises:
        InputError: the folder is no BERT checkpoint, or no form is frequent enough.
        UsageError: `size` is larger than the teacher's.

    Source:
        Mukherjee and Awadallah (2020), XtremeDistil, arXiv:2004.05686.
    """
    tokenizer = load_tokenizer(folder)
    table = _read_table(folder, tokenizer.vocabulary_size)
    if size > table.shape[1]:
        raise UsageError(
            f"--size={size}: the embeddings of {folder} have {table.shape[1]} numbers, and word "
            "vectors made of them cannot have more."
        )
    by_form = _group(counts, min_count)
    logging.info(
        "%s words get a vector, reduced from %d numbers.", f"{len(by_form):,}", table.shape[1]
    )
    means = np.stack([_mean(words, tokenizer, table) for words in by_form.values()])
    return WordVectors(tuple(by_form), _reduce(means, size))


def _read_table(folder: Path, pieces: int) -> np.ndarray:
    """Reads the subword embeddings, float (pieces, size)."""
    state = read_state(folder)
    tables = [array for name, array in state.items() if f".{name}".endswith(f".{_TABLE}")]
    if len(tables) != 1 or tables[0].ndim != 2 or tables[0].dtype.kind != "f":
        raise InputError(
            f"{folder}: the weights need one float tensor {_TABLE!r} of two axes, as a BERT has; "
            "name another teacher."
        )
    if len(tables[0]) < pieces:
        raise InputError(
            f"{folder}: the weights embed {len(tables[0])} subwords, but the vocabulary has "
            f"{pieces}; both must be of one checkpoint: download both again."
        )
    return tables[0]


def _group(counts: Mapping[str, int], min_count: int) -> dict[str, dict[str, int]]:
    """Groups the words and their counts by form, the most frequent form first."""
    words: dict[str, dict[str, int]] = defaultdict(dict)
    totals: Counter[str] = Counter()
    for word, count in counts.items():
        form = form_of(word)
        if can_have_vector(form):
            words[form][word] = count
            totals[form] += count
    frequent = [form for form, total in totals.items() if total >= min_count]
    if not frequent:
        raise InputError(
            f"None of {len(counts)} words was seen --min_count={min_count} times; give more text "
            "or a lower --min_count."
        )
    return {form: words[form] for form in sorted(frequent, key=lambda form: (-totals[form], form))}


def _mean(words: Mapping[str, int], tokenizer: SubwordTokenizer, table: np.ndarray) -> np.ndarray:
    """Averages the words of a form: float32 (size of the teacher,)."""
    vectors = [table[tokenizer.subwords(word)].mean(axis=0, dtype=np.float32) for word in words]
    return np.average(vectors, axis=0, weights=list(words.values())).astype(np.float32)


def _reduce(vectors: np.ndarray, size: int) -> np.ndarray:
    """Projects the centred rows on their first singular vectors: float32 (rows, size)."""
    centred = vectors - vectors.mean(axis=0)
    # The singular vectors are the eigenvectors of this matrix, whose size is that of an embedding.
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = axes[:, ::-1][:, :size]
    # The sign of an axis is arbitrary; a fixed sign makes runs repeat.
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[largest, np.arange(size)] < 0, -1.0, 1.0)
    return np.ascontiguousarray(centred @ axes, dtype=np.float32)
