"""The protocol of a model that gives logits for the words of sentences.

Teachers, students and averages of several are a `SentenceModel`. What labelling needs besides is in
`TeachingModel`, and in the optional `HiddenStates`.

`bioner_kd.tagging.models.word_model.WordModel` remains a protocol of its own. It is an exported
student, which takes features and not sentences, and it belongs to the base install, without the
training packages.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from bioner_kd.tagging.decoding import Decoder
from bioner_kd.text.sentence import Sentence


class SentenceModel(Protocol):
    """A trained model of word-level logits: a teacher, a student, or the average of several."""

    @property
    def decoder(self) -> Decoder:
        """Turns the logits into tags; has the tag set of their last axis."""

    @property
    def parameters(self) -> int:
        """Number of weights."""

    @property
    def size(self) -> int:
        """Number of bytes on disk."""

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int, *, name: str = ""
    ) -> list[np.ndarray]:
        """Computes the word-level logits of sentences.

        Args:
            sentences: with or without tags.
            batch_size: number of sentences of a batch.
            name: what a progress bar calls the sentences; no bar is shown without a name.

        Returns:
            float32 (words, tags) for each sentence, in order.
        """


class TeachingModel(SentenceModel, Protocol):
    """A model whose logits are soft targets, which a cache keeps.

    A student from disk is no such model, since the logits of one with a CRF are no distribution:
    `StudentTeacher` makes soft targets of them.
    """

    @property
    def fingerprint(self) -> dict[str, object]:
        """What the logits depend on, by name, as JSON values."""


@runtime_checkable
class HiddenStates(Protocol):
    """The optional part of a teaching model: a single encoder has hidden states to learn too."""

    def logits_and_hidden_states(
        self, sentences: Sequence[Sentence], batch_size: int
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Computes float32 (words, tags) and (words, hidden size) for each sentence, in order."""
