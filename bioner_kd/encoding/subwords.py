"""The inputs of a teacher: subwords, and the position of each word's first subword."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.batches import Gather, pad, round_up_length
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.encoding.windows import WindowConfig, Windows, split_windows
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class SubwordSentences:
    """Sentences in memory as windows of subwords, from which a teacher's batches are gathered.

    Attributes:
        windows: the windows of each sentence.
        pad_id: id of [PAD].
    """

    windows: Sequence[Windows]
    pad_id: int

    @classmethod
    def from_sentences(
        cls,
        sentences: Sequence[Sentence],
        subwords: Callable[[str], list[int]],
        config: WindowConfig,
        *,
        cls_id: int,
        sep_id: int,
        pad_id: int,
    ) -> "SubwordSentences":
        """Cuts every sentence into windows.

        Args:
            sentences: the sentences.
            subwords: gives the ids of a word's subwords.
            config: how long sentences are cut.
            cls_id: id of [CLS].
            sep_id: id of [SEP].
            pad_id: id of [PAD].
        """
        split = [[subwords(word) for word in sentence.words] for sentence in sentences]
        windows = [split_windows(s, config, cls_id=cls_id, sep_id=sep_id) for s in split]
        return cls(windows, pad_id)

    @property
    def lengths(self) -> np.ndarray:
        """Number of subwords of each sentence in all its windows, int64 (sentences,)."""
        return np.array([sum(map(len, w.ids)) for w in self.windows], np.int64)

    @property
    def words(self) -> np.ndarray:
        """Number of words of each sentence, int64 (sentences,)."""
        return np.array([len(w.positions) for w in self.windows], np.int64)

    def gatherer(self) -> Gather:
        """Makes the function that gathers a teacher's inputs.

        Returns:
            A function from the indices of a batch to int32 "subword_ids" (batch, windows,
            subwords), padded with `pad_id`, and int32 "word_positions" (batch, words). A position
            counts subwords over all windows of its sentence laid end to end; it is 0 at padding.
        """
        counts = np.array([len(w.ids) for w in self.windows], np.int64)
        rows = Ragged.from_lists([ids for w in self.windows for ids in w.ids], np.int32).tensor()
        nested = tf.RaggedTensor.from_row_lengths(rows, counts)
        flat = np.array([p for w in self.windows for p in w.positions], np.int32).reshape(-1, 2)
        positions = Ragged(flat, self.words).tensor()
        # A teacher may have positions for no more than the longest window.
        longest = max((len(ids) for w in self.windows for ids in w.ids), default=0)

        def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
            picked = tf.gather(nested, indices)
            length = round_up_length(picked.bounding_shape(axis=2))
            length = tf.minimum(length, tf.constant(longest, tf.int64))
            shape = tf.stack([-1, picked.bounding_shape(axis=1), length])
            ids = picked.to_tensor(self.pad_id, shape=shape)
            places = pad(tf.gather(positions, indices))
            return {
                "subword_ids": ids,
                "word_positions": places[..., 0] * tf.shape(ids)[2] + places[..., 1],
            }

        return gather
