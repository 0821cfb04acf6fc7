"""Selection of the transfer set from the sentences that a teacher labelled."""

import numpy as np
from absl import logging

from bioner_kd.corpus.config import ALL
from bioner_kd.distill.config import CONFIDENT, ENTITIES, TransferConfig
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import UsageError
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.iob2 import OUTSIDE


def select(logits: Ragged, tag_set: TagSet, config: TransferConfig) -> np.ndarray:
    """Chooses the transfer set from the labelled sentences.

    Args:
        logits: of the teacher, float32 (words of all sentences, tags).
        tag_set: the tags of the last axis.
        config: method of selection, and number of sentences.

    Returns:
        int64 (chosen,), numbers of the sentences, ascending.

    Raises:
        UsageError: there are fewer sentences than `config` asks for, or none at all.
    """
    if config.transfer_select == CONFIDENT:
        chosen = most_confident(logits, config.transfer_keep)
    elif config.transfer_select == ENTITIES:
        chosen = with_mentions(logits, tag_set, config.transfer_without)
    else:
        chosen = np.arange(len(logits.lengths))
    size = len(chosen) if config.transfer_size == ALL else config.transfer_size
    if size > len(chosen) or not len(chosen):
        raise UsageError(
            f"--transfer_size={config.transfer_size}: of {len(logits.lengths)} labelled sentences "
            f"--transfer_select={config.transfer_select} leaves {len(chosen)}; label more with "
            "bioner_kd cache_logits --text_size, or pass -1 for all that there are."
        )
    logging.info(
        "Transfer set: %d of %d labelled sentences (%s: %d).",
        size,
        len(logits.lengths),
        config.transfer_select,
        len(chosen),
    )
    return np.sort(chosen[:size])


def mean_entropy(logits: Ragged) -> np.ndarray:
    """Mean entropy of the tags of the words of each sentence: how unsure the teacher is.

    Args:
        logits: float (words of all sentences, tags).

    Returns:
        float64 (sentences,), nats per word; 0 for a sentence without words.

    Source:
        Settles and Craven (2008), "An analysis of active learning strategies for sequence labeling
        tasks", EMNLP, equation 3 (token entropy).
    """
    odds = logits.flat.astype(np.float64) - logits.flat.max(axis=1, keepdims=True)
    total = np.exp(odds).sum(axis=1, keepdims=True)
    probabilities = np.exp(odds) / total
    entropy = np.log(total[:, 0]) - (probabilities * odds).sum(axis=1)
    sums = np.bincount(_owners(logits), weights=entropy, minlength=len(logits.lengths))
    return sums / np.maximum(logits.lengths, 1)


def most_confident(logits: Ragged, share: float) -> np.ndarray:
    """The sentences of which the teacher is surest.

    A sentence without a mention is easier than one with several, so mentions become rarer.

    Args:
        logits: float (words of all sentences, tags).
        share: share of the sentences, in (0, 1]; at least one sentence is kept.

    Returns:
        int64 (chosen,), numbers of the sentences, ascending; earlier sentences go first in a tie.
    """
    order = np.argsort(mean_entropy(logits), kind="stable")
    return np.sort(order[: max(1, round(share * len(order)))])


def with_mentions(logits: Ragged, tag_set: TagSet, without: float) -> np.ndarray:
    """Sentences in which the teacher finds a mention, and some in which it finds none.

    From sentences with mentions alone a student would learn to find one in every sentence.

    Args:
        logits: float (words of all sentences, tags).
        tag_set: the tags of the last axis.
        without: number of sentences without a mention for each sentence with one. The first ones
            are taken, and fewer if there are fewer.

    Returns:
        int64 (chosen,), numbers of the sentences, in an order in which every beginning has the two
        kinds in this proportion.
    """
    found = has_mention(logits, tag_set)
    bearing = np.flatnonzero(found)
    free = np.flatnonzero(~found)[: round(without * len(bearing))]
    # A sentence without a mention comes after the sentences with one that allow for it.
    behind = np.append(np.arange(1, len(bearing) + 1), np.arange(1, len(free) + 1) / (without or 1))
    return np.concatenate([bearing, free])[np.argsort(behind, kind="stable")]


def has_mention(logits: Ragged, tag_set: TagSet) -> np.ndarray:
    """Whether the most probable tags of each sentence, among those of IOB2, have a mention.

    Args:
        logits: float (words of all sentences, tags).
        tag_set: the tags of the last axis.

    Returns:
        bool (sentences,).
    """
    outside = tag_set.id(OUTSIDE)
    # IOB2 allows all O, so a sentence in which O is the best tag of every word has no mention.
    candidates = np.unique(_owners(logits)[logits.flat.argmax(axis=1) != outside])
    rows, decoder = logits.rows(), Decoder(tag_set)
    found = np.zeros(len(logits.lengths), bool)
    for number in candidates:
        found[number] = set(decoder.decode(rows[number])) != {OUTSIDE}
    return found


def _owners(logits: Ragged) -> np.ndarray:
    """The number of each word's sentence, int64 (words of all sentences,)."""
    return np.repeat(np.arange(len(logits.lengths)), logits.lengths)
