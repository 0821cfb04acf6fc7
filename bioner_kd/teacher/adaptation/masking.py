"""Chooses the subwords that a masked language model has to guess, and makes batches of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.batches import WHOLE, Batch, Shares, shuffled_batches
from bioner_kd.errors import InputError
from bioner_kd.teacher.adaptation.blocks import Blocks
from bioner_kd.teacher.config import AdaptationConfig
from bioner_kd.teacher.tokenizer import SubwordTokenizer

# Share of the chosen subwords that become [MASK], and that become another subword; the rest stay.
_MASKED, _REPLACED = 0.8, 0.1
# The seed of the held-out masks, in 32 bits, in the place of the number of an epoch.
_HELD_OUT = 2**32 - 1

_SPECS = (
    {
        "subword_ids": tf.TensorSpec([None, None], tf.int32),
        "masked_positions": tf.TensorSpec([None, None], tf.int32),
    },
    {"masked_ids": tf.TensorSpec([None, None], tf.int32)},
    tf.TensorSpec([None, None], tf.float32),
)


class Masked(NamedTuple):
    """Blocks with masked subwords.

    Attributes:
        ids: int32 (blocks, subwords), the ids after masking.
        positions: int32 (blocks, slots), positions of the subwords to guess, in order.
        originals: int32 (blocks, slots), ids at these positions before masking.
        weights: float32 (blocks, slots), 1 for a subword to guess, 0 for a slot that no word fills.
    """

    ids: np.ndarray
    positions: np.ndarray
    originals: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Masker:
    """Chooses at random the subwords to guess.

    Every block has the same number of slots for them. The model then computes scores of the whole
    vocabulary, the most expensive part of its head, for these few subwords alone.

    Attributes:
        mask_share: share of the subwords of a block that are to be guessed.
        whole_word_masking: whether the subwords of a word are masked together or not at all.
        mask_id: id of [MASK].
        ordinary_ids: int32, ids of all subwords but the special pieces.

    Source:
        Devlin et al. (2019), arXiv:1810.04805, section 3.1; whole words as in the BERT repository's
        create_pretraining_data.py, which also takes words in random order as long as they fit.
    """

    mask_share: float
    whole_word_masking: bool
    mask_id: int
    ordinary_ids: np.ndarray

    @classmethod
    def from_tokenizer(cls, tokenizer: SubwordTokenizer, config: AdaptationConfig) -> "Masker":
        """Takes the ids from a tokenizer.

        Raises:
            InputError: the vocabulary has no [MASK].
        """
        if tokenizer.mask_id == tokenizer.unk_id:
            raise InputError(
                "--teacher: the vocabulary of this checkpoint has no [MASK], which masked language "
                "modelling needs; name another checkpoint."
            )
        ordinary = np.array(tokenizer.ordinary_ids(), np.int32)
        return cls(config.mask_share, config.whole_word_masking, tokenizer.mask_id, ordinary)

    def slots(self, subwords: int) -> int:
        """Counts the subwords to guess, at least 1, in a block of a number of subwords."""
        return max(1, round(self.mask_share * (subwords - 2)))

    def mask(self, blocks: Blocks, random: np.random.Generator) -> Masked:
        """Masks blocks, but never their special pieces, to which [UNK] belongs.

        Args:
            blocks: blocks of the text.
            random: chooses the subwords; the same state gives the same masks.
        """
        starts = blocks.starts if self.whole_word_masking else np.ones_like(blocks.starts)
        allowed = np.isin(blocks.ids, self.ordinary_ids)
        slots = self.slots(blocks.ids.shape[1])
        chosen = _choose(np.cumsum(starts, axis=1) - 1, allowed, slots, random)
        # Chosen subwords come first; both groups stay in the order of the text.
        positions = np.argsort(~chosen, axis=1, kind="stable")[:, :slots]
        return Masked(
            np.where(chosen, self._disguise(blocks.ids, random), blocks.ids),
            positions.astype(np.int32),
            np.take_along_axis(blocks.ids, positions, axis=1),
            np.take_along_axis(chosen, positions, axis=1).astype(np.float32),
        )

    def _disguise(self, ids: np.ndarray, random: np.random.Generator) -> np.ndarray:
        draw = random.random(ids.shape)
        others = random.choice(self.ordinary_ids, ids.shape)
        replaced = np.where(draw < _MASKED + _REPLACED, others, ids)
        return np.where(draw < _MASKED, np.int32(self.mask_id), replaced)


def _choose(
    words: np.ndarray, allowed: np.ndarray, slots: int, random: np.random.Generator
) -> np.ndarray:
    """Chooses words at random as long as they fit into the slots.

    Args:
        words: int (blocks, subwords), number of the word that a subword belongs to.
        allowed: bool (blocks, subwords); a word can be chosen if all its subwords are allowed.
        slots: largest number of subwords to choose in a block.
        random: chooses the words.

    Returns:
        bool (blocks, subwords).
    """
    shape = words.shape
    rows = np.arange(shape[0])
    flat = (words + rows[:, None] * shape[1]).ravel()
    sizes = np.bincount(flat, minlength=words.size).reshape(shape)
    barred = np.bincount(flat, ~allowed.ravel(), minlength=words.size).reshape(shape) > 0
    # A word that can never be chosen comes last.
    never = barred | (sizes == 0) | (sizes > slots)
    order = np.argsort(np.where(never, 2.0, random.random(shape)), axis=1)
    chosen = np.zeros(shape, bool)
    left = np.full(shape[0], slots)
    for word in order[:, : (~never).sum(axis=1).max()].T:
        fits = ~never[rows, word] & (sizes[rows, word] <= left)
        chosen[rows, word] = fits
        left -= sizes[rows, word] * fits
        if not left.any():
            break
    return np.take_along_axis(chosen, words, axis=1)


@dataclass(frozen=True)
class MaskedBatches:
    """Blocks to train on, which get new masks in every epoch.

    An epoch, a pass over all blocks, can take hours. It is cut into rounds of equal length. The
    model is scored and saved after each round.

    Attributes:
        blocks: the blocks of the text.
        masker: chooses the masks.
        round_steps: largest number of batches of a round; 0 makes each epoch one round.
    """

    blocks: Blocks
    masker: Masker
    round_steps: int

    def epoch_steps(self, batch_size: int) -> int:
        """Number of batches of an epoch."""
        return -(-len(self.blocks) // batch_size)

    def rounds(self, batch_size: int) -> int:
        """Number of rounds of an epoch."""
        steps = self.epoch_steps(batch_size)
        return math.ceil(steps / self.round_steps) if self.round_steps else 1

    def steps(self, batch_size: int) -> int:
        """Number of batches of a round."""
        return -(-self.epoch_steps(batch_size) // self.rounds(batch_size))

    def epochs(
        self,
        batch_size: int,
        *,
        seed: int,
        first: int,
        end: int,
        skip: int = 0,
        shares: Shares = WHOLE,
    ) -> tf.data.Dataset:
        """Makes the batches of the rounds `first` to `end` - 1, without the first `skip` batches.

        Of each batch there are the shares of the replicas of this process, one after the other.

        A batch and its masks depend on the seed and the number of the batch alone, so that a
        resumed training has the batches that it would have had. Where rounds of equal length do not
        divide the epochs, the last round reaches a few batches into another epoch.
        """
        steps = self.steps(batch_size)

        def batches() -> Iterator[Batch]:
            numbers = range(first * steps + skip, end * steps)
            return self._batches(batch_size, seed, numbers, shares)

        return tf.data.Dataset.from_generator(batches, output_signature=_SPECS).prefetch(2)

    def _batches(
        self, batch_size: int, seed: int, numbers: range, shares: Shares
    ) -> Iterator[Batch]:
        epoch, order = -1, []
        lengths = np.full(len(self.blocks), self.blocks.ids.shape[1])
        for number in numbers:
            its_epoch, place = divmod(number, self.epoch_steps(batch_size))
            if its_epoch != epoch:
                epoch = its_epoch
                order = shuffled_batches(lengths, batch_size, seed=seed, epoch=epoch)
            random = np.random.default_rng([seed, epoch, 1 + place])
            masked = self.masker.mask(self.blocks.take(order[place]), random)
            for share in zip(*map(shares.of, masked), strict=True):
                yield _batch(Masked(*share))


def held_out_batches(
    blocks: Blocks, masker: Masker, batch_size: int, *, seed: int
) -> tf.data.Dataset:
    """Makes batches of all blocks in order, with masks that depend on the seed alone."""
    masked = masker.mask(blocks, np.random.default_rng([seed, _HELD_OUT]))
    return tf.data.Dataset.from_tensor_slices(_batch(masked)).batch(batch_size)


def _batch(masked: Masked) -> Batch:
    features = {"subword_ids": masked.ids, "masked_positions": masked.positions}
    return features, {"masked_ids": masked.originals}, masked.weights
