"""Sentences of any lengths become padded batches, and their logits come back in their order."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

Features = Mapping[str, np.ndarray]
PADDING = 0


def number_of_words(features: Features) -> int:
    """Words of a sentence."""
    return len(next(iter(features.values())))


def pad(sentences: Sequence[Features]) -> dict[str, np.ndarray]:
    """One batch of several sentences, as long as its longest.

    Args:
        sentences: at least one; int32 "word_ids" (words,) and so on, "char_ids" (words, chars).

    Returns:
        int32 "word_ids" (sentences, longest) and so on, "char_ids" (sentences, longest, chars).
    """
    longest = max(map(number_of_words, sentences))
    batch = {}
    for name, ids in sentences[0].items():
        batch[name] = np.full((len(sentences), longest, *ids.shape[1:]), PADDING, ids.dtype)
        for row, features in enumerate(sentences):
            batch[name][row, : number_of_words(features)] = features[name]
    return batch


def logits_in_batches(
    call: Callable[[Sequence[Features]], np.ndarray],
    sentences: Sequence[Features],
    size: int,
    words: int,
) -> list[np.ndarray]:
    """Logits of any number of sentences.

    Sentences of like length come into one batch, so that little of it is padding.

    Args:
        call: sentences, at most `size` of them, to float32 logits (sentences, longest, tags), in
            their order.
        sentences: as `pad` takes them.
        size: most sentences of a batch.
        words: most words of a batch, padding included, which bounds the memory that it takes; a
            longer sentence is alone.

    Returns:
        float32 (words, tags) a sentence, in the order of `sentences`.
    """
    lengths = [number_of_words(features) for features in sentences]
    found: dict[int, np.ndarray] = {}
    for chosen in _groups(lengths, size, words):
        logits = call([sentences[number] for number in chosen])
        for number, rows in zip(chosen, logits, strict=True):
            # A copy, so that what is kept of a batch is not all of it.
            found[number] = rows[: lengths[number]].copy()
    return [found[number] for number in range(len(sentences))]


def _groups(lengths: Sequence[int], size: int, words: int) -> Iterator[list[int]]:
    group: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        # It is the longest so far, so all others are padded to it.
        if group and (len(group) == size or (len(group) + 1) * lengths[number] > words):
            yield group
            group = []
        group.append(number)
    if group:
        yield group
