"""Batches of masked blocks, and the rounds that a long training is cut into."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.batches import Batch, shuffled_batches
from bioner_kd.teacher.adaptation.blocks import Blocks
from bioner_kd.teacher.adaptation.masking import Masked, Masker

# No epoch has this number, which fits the 32 bits of a seed's part.
_HELD_OUT = 2**32 - 1

_SPECS = (
    {
        "subword_ids": tf.TensorSpec([None, None], tf.int32),
        "masked_positions": tf.TensorSpec([None, None], tf.int32),
    },
    {"masked_ids": tf.TensorSpec([None, None], tf.int32)},
    tf.TensorSpec([None, None], tf.float32),
)


@dataclass(frozen=True)
class MaskedBatches:
    """Blocks to train on, masked anew each time that they are seen.

    An epoch, a pass over all blocks, can take hours. It is cut into rounds of equal length, after
    each of which the training is scored and saved.

    Attributes:
        blocks: the text.
        masker: draws the masks.
        round_steps: most steps of a round; 0 makes each epoch one round.
    """

    blocks: Blocks
    masker: Masker
    round_steps: int

    def epoch_steps(self, batch_size: int) -> int:
        """Batches of a pass over all blocks."""
        return -(-len(self.blocks) // batch_size)

    def rounds(self, batch_size: int) -> int:
        """Rounds of an epoch."""
        steps = self.epoch_steps(batch_size)
        return math.ceil(steps / self.round_steps) if self.round_steps else 1

    def steps(self, batch_size: int) -> int:
        """Batches of a round."""
        return -(-self.epoch_steps(batch_size) // self.rounds(batch_size))

    def epochs(
        self, batch_size: int, *, seed: int, first: int, end: int, skip: int = 0
    ) -> tf.data.Dataset:
        """The batches of the rounds `first` to `end` - 1, but for the first `skip` of them.

        A batch and its masks follow from the seed and its number alone, so that a resumed training
        sees what it would have seen. The last rounds reach a few batches into the next epoch where
        rounds of equal length do not divide the last one.
        """
        steps = self.steps(batch_size)

        def batches() -> Iterator[Batch]:
            return self._batches(batch_size, seed, range(first * steps + skip, end * steps))

        return tf.data.Dataset.from_generator(batches, output_signature=_SPECS).prefetch(2)

    def _batches(self, batch_size: int, seed: int, numbers: range) -> Iterator[Batch]:
        epoch, order = -1, []
        lengths = np.full(len(self.blocks), self.blocks.ids.shape[1])
        for number in numbers:
            its_epoch, place = divmod(number, self.epoch_steps(batch_size))
            if its_epoch != epoch:
                epoch = its_epoch
                order = shuffled_batches(lengths, batch_size, seed=seed, epoch=epoch)
            random = np.random.default_rng([seed, epoch, 1 + place])
            yield _batch(self.masker.mask(self.blocks.take(order[place]), random))


def held_out_batches(
    blocks: Blocks, masker: Masker, batch_size: int, *, seed: int
) -> tf.data.Dataset:
    """All blocks in order, with the same masks whenever the seed is the same."""
    masked = masker.mask(blocks, np.random.default_rng([seed, _HELD_OUT]))
    return tf.data.Dataset.from_tensor_slices(_batch(masked)).batch(batch_size)


def _batch(masked: Masked) -> Batch:
    features = {"subword_ids": masked.ids, "masked_positions": masked.positions}
    return features, {"masked_ids": masked.originals}, masked.weights
