"""Cuts a text into blocks of subwords, all of one length.

Sentences follow one another in the order of the text, and a block ends where it is full. So there
is no padding, and all batches have one shape, for which TensorFlow plans once. Batches of single
sentences of similar length were measured too, on PubMed abstracts and two cores. There, 20 % of the
subwords are padding, [CLS] or [SEP], and a subword of the text costs 11 % more than in blocks of
128. A subword in blocks of 128 costs 5 % more than in blocks of 64, whose attention is shorter.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from absl import logging

from bioner_kd.corpus.config import ALL
from bioner_kd.errors import InputError
from bioner_kd.progress import track
from bioner_kd.teacher.tokenizer import SubwordTokenizer
from bioner_kd.text.sentence import Sentence

# About 2000 sentences, which are scored in seconds and are enough to tell two losses apart.
_MOST_HELD_OUT = 500
# [CLS] and [SEP].
_SPECIAL = 2


@dataclass(frozen=True)
class Blocks:
    """Blocks of subwords.

    Attributes:
        ids: int32 (blocks, subwords), [CLS] first and [SEP] last.
        starts: bool (blocks, subwords), whether a word begins at the subword; true at [CLS], at
            [SEP] and at the first subword of each block.
    """

    ids: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.ids)

    def take(self, indices: np.ndarray) -> "Blocks":
        """Takes some of the blocks by number."""
        return Blocks(self.ids[indices], self.starts[indices])

    def hold_out(self, share: float, *, seed: int) -> tuple["Blocks", "Blocks"]:
        """Holds out some blocks at random.

        Args:
            share: share of the blocks to hold out, above 0 and below 1; at least one block and at
                most 500 are held out, and at least one is left.
            seed: chooses the held-out blocks.

        Returns:
            The blocks to train on, and the held-out blocks.
        """
        count = min(max(1, round(share * len(self))), _MOST_HELD_OUT, len(self) - 1)
        order = np.random.default_rng(seed).permutation(len(self))
        return self.take(np.sort(order[count:])), self.take(np.sort(order[:count]))


def read_blocks(
    sentences: Iterable[Sentence],
    tokenizer: SubwordTokenizer,
    subwords: int,
    *,
    text_size: int = ALL,
) -> Blocks:
    """Cuts a text into blocks.

    Args:
        sentences: the text. It is read once and takes 5 bytes of memory per subword.
        tokenizer: splits words into subwords.
        subwords: number of subwords of a block, [CLS] and [SEP] included. The end of the text that
            does not fill a block is not used.
        text_size: approximate number of sentences in the blocks, which are sampled from the whole
            text; -1 for all. A smaller number gives a part of the blocks of a larger one.

    Returns:
        At least two blocks.

    Raises:
        InputError: the text is empty, or too short for two blocks.
    """
    ids, starts, read = _read_subwords(sentences, tokenizer)
    inner = subwords - _SPECIAL
    count = len(ids) // inner
    if not read:
        raise InputError("--text: there is no sentence in this text; name other files.")
    if count < 2:
        raise InputError(
            f"--text: this text has {len(ids)} subwords, and {2 * inner} are needed to train on "
            f"one block of {subwords} and to hold out another; name more text, or pass a lower "
            "--block_subwords."
        )
    drawn = _draw(count, 1.0 if text_size == ALL else text_size / read)
    shape = len(drawn), subwords
    blocks = Blocks(np.empty(shape, np.int32), np.ones(shape, bool))
    blocks.ids[:, 0], blocks.ids[:, -1] = tokenizer.cls_id, tokenizer.sep_id
    blocks.ids[:, 1:-1] = ids[: count * inner].reshape(count, inner)[drawn]
    blocks.starts[:, 2:-1] = starts[: count * inner].reshape(count, inner)[drawn, 1:]
    logging.info(
        "--text: %d sentences, %d subwords; %d of %d blocks are used.",
        read, len(ids), len(drawn), count,
    )  # fmt: skip
    return blocks


def _draw(count: int, share: float) -> np.ndarray:
    """Samples the numbers of a share of the blocks, at least two, in order."""
    size = min(max(2, round(share * count)), count)
    return np.sort(np.random.default_rng(0).permutation(count)[:size])


def _read_subwords(
    sentences: Iterable[Sentence], tokenizer: SubwordTokenizer
) -> tuple[np.ndarray, np.ndarray, int]:
    """Reads the subwords, int32; whether a word begins there, bool; the number of sentences."""
    # Lists of Python's numbers would take ten times the memory of these arrays.
    ids, starts, read = array("i"), bytearray(), 0
    for sentence in track(sentences, "text", "sentence"):
        read += 1
        for word in sentence.words:
            subwords = tokenizer.subwords(word)
            ids.extend(subwords)
            starts.append(True)
            starts.extend(bytes(len(subwords) - 1))
    subword_ids = np.frombuffer(ids, np.intc).astype(np.int32, copy=False)
    return subword_ids, np.frombuffer(starts, bool), read
