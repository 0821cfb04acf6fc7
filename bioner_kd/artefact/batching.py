"""Sentences of any lengths become padded batches, and their logits come back in their order."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Features = Mapping[str, np.ndarray]
PADDING = 0


def number_of_words(features: Features) -> int:
    """Words of a sentence."""
    return len(next(iter(features.values())))


def pad(sentences: Sequence[Features], rows: int) -> dict[str, np.ndarray]:
    """One batch of several sentences, as long as its longest.

    Args:
        sentences: at least one; int32 "word_ids" (words,) and so on, "char_ids" (words, chars).
        rows: of the batch, at least one a sentence; the others are padding, which is 0.

    Returns:
        int32 "word_ids" (rows, longest) and so on, "char_ids" (rows, longest, chars).
    """
    longest = max(map(number_of_words, sentences))
    batch = {}
    for name, ids in sentences[0].items():
        batch[name] = np.full((rows, longest, *ids.shape[1:]), PADDING, ids.dtype)
        for row, features in enumerate(sentences):
            batch[name][row, : number_of_words(features)] = features[name]
    return batch


def logits_in_batches(
    call: Callable[[Sequence[Features]], np.ndarray], sentences: Sequence[Features], size: int
) -> list[np.ndarray]:
    """Logits of any number of sentences.

    Sentences of like length come into one batch, so that little of it is padding.

    Args:
        call: sentences, at most `size` of them, to float32 logits (rows, longest, tags), a row a
            sentence in their order; more rows may follow.
        sentences: as `pad` takes them.
        size: sentences of a batch.

    Returns:
        float32 (words, tags) a sentence, in the order of `sentences`.
    """
    lengths = [number_of_words(features) for features in sentences]
    order = sorted(range(len(sentences)), key=lengths.__getitem__)
    found: dict[int, np.ndarray] = {}
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        logits = call([sentences[number] for number in chosen])
        for number, rows in zip(chosen, logits, strict=False):
            # A copy, so that what is kept of a batch is not all of it.
            found[number] = rows[: lengths[number]].copy()
    return [found[number] for number in range(len(sentences))]
