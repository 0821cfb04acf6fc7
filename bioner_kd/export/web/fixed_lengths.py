"""A .tflite file as the web page reads it: sentences padded to the lengths of its signatures."""

from collections.abc import Mapping, Sequence

import numpy as np

from bioner_kd.tagging.models.layout import LOGITS, length_signature
from bioner_kd.tagging.models.tflite import open_interpreter
from bioner_kd.tagging.models.word_model import Features, number_of_words, read_in_pieces


class FixedLengthModel:
    """A student's .tflite file, read through its signatures of fixed length."""

    # One thread for each thread that calls it.
    own_threads = False

    def __init__(self, content: bytes, lengths: Sequence[int]) -> None:
        """Opens it.

        Args:
            content: bytes of a .tflite file.
            lengths: those of its signatures.
        """
        self.lengths = tuple(sorted(lengths))
        self._interpreter = open_interpreter(content)
        self._runners = {
            length: self._interpreter.get_signature_runner(length_signature(length))
            for length in lengths
        }

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of a sentence, as `WordModel` says."""
        return self.batch_logits([features])[0]

    def batch_logits(self, sentences: Sequence[Features]) -> list[np.ndarray]:
        """Logits of several sentences, as `WordModel` says."""
        return read_in_pieces(lambda some: list(map(self._read, some)), sentences, self.lengths[-1])

    def _read(self, features: Features) -> np.ndarray:
        words = number_of_words(features)
        length = next(length for length in self.lengths if length >= words)
        inputs = {
            name: np.zeros((1, length, *ids.shape[1:]), ids.dtype) for name, ids in features.items()
        }
        for name, ids in features.items():
            inputs[name][0, :words] = ids
        return self._runners[length](**inputs)[LOGITS][0, :words].copy()
