"""What a model is to those who call it, whichever form it has."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np


class WordModel(Protocol):
    """A student that gives every word of a sentence a row of logits.

    Attributes:
        own_threads: whether it uses all cores by itself.
    """

    own_threads: bool

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Reads one sentence; nothing is carried over from one call to the next.

        Args:
            features: int32 "word_ids" (words,) and so on, "char_ids" (words, chars), as
                `WordFeatures.encode` gives them; at least one word.

        Returns:
            float32 (words, tags).
        """

    def batch_logits(self, sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        """Reads several sentences, of any lengths, faster than one after the other.

        Args:
            sentences: features of each, as `logits` takes them; there may be none.

        Returns:
            What `logits` gives for each, up to rounding, in the order of `sentences`.
        """
