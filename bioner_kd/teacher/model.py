"""The model of a teacher: a pretrained encoder and a classifier, with logits for each word."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.encoding.batches import one_graph
from bioner_kd.teacher.checkpoint.encoder_config import FAMILIES
from bioner_kd.teacher.config import DEFAULT_READING
from bioner_kd.teacher.parts import (
    Part,
    WindowRows,
    add_gradients,
    for_each_part,
    no_gradients,
)
from bioner_kd.training.losses import cross_entropy_per_word, scored_words
from bioner_kd.training.word_tagger import LOSS, WordTagger


class Teacher(WordTagger):
    """A token classifier of any family that reads each word at its first subword.

    A batch of windows is read in parts of at most `subword_budget` subwords. The sum of the parts'
    gradients is the gradient of the whole batch.

    Source:
        Lee et al. (2020), "BioBERT", Bioinformatics 36(4); Devlin et al. (2019), arXiv:1810.04805,
        section 5.3.
    """

    def __init__(
        self,
        classifier: keras.Model,
        *,
        pad_id: int,
        subword_budget: int = DEFAULT_READING.subword_budget,
        **options: Any,
    ) -> None:
        """Makes a word-level model of a token classifier.

        Args:
            classifier: a token classifier of transformers.
            pad_id: id of the padding piece, which attention leaves out.
            subword_budget: largest number of subwords that are read at once, padding included.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.classifier, self.pad_id = classifier, pad_id
        self.subword_budget = subword_budget

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Computes the logits of every word.

        Args:
            features: int32 "subword_ids" (batch, windows, subwords) and "word_positions" (batch,
                words), the position of each word's first subword in the windows of its sentence
                laid end to end.
            training: whether dropout acts.

        Returns:
            float32 (batch, words, tags).
        """

        def read(part: Part) -> tf.Tensor:
            return _at_words(self._outputs(part, training).logits, part)

        return self._of_all_words(read, self.classifier.config.num_labels, features)

    def with_hidden_state(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Computes the logits of every word and the last hidden state of its first subword.

        Args:
            features: as in `call`; dropout does not act.

        Returns:
            float32 (batch, words, tags + hidden size), the logits first.
        """

        def read(part: Part) -> tf.Tensor:
            outputs = self._outputs(part, training=False, output_hidden_states=True)
            both = [outputs.logits, outputs.hidden_states[-1]]
            return tf.concat([_at_words(values, part) for values in both], axis=-1)

        config = self.classifier.config
        return self._of_all_words(read, config.num_labels + config.hidden_size, features)

    def gradients(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], mask: tf.Tensor
    ) -> list[tf.Tensor]:
        """Computes the gradients of a batch, in the order of the trainable variables."""
        words = scored_words(mask)

        def step(part: Part, sums: list[tf.Tensor]) -> list[tf.Tensor]:
            # The words of a part are like the words of one sentence without padding.
            of_part = {
                name: tf.gather_nd(values, part.words)[None] for name, values in targets.items()
            }
            weights = tf.gather_nd(mask, part.words)[None]

            def read() -> tf.Tensor:
                return _at_words(self._outputs(part, training=True).logits, part)[None]

            found = self.part_gradients(read, {}, of_part, weights, words)
            return add_gradients(sums, found)

        sums = no_gradients(self.trainable_variables)
        return for_each_part(self._windows(features), mask, step, sums)

    def _of_all_words(
        self, read: Callable[[Part], tf.Tensor], width: int, features: Mapping[str, tf.Tensor]
    ) -> tf.Tensor:
        shape = tf.concat([tf.shape(features["word_positions"]), [width]], axis=0)

        def step(part: Part, values: list[tf.Tensor]) -> list[tf.Tensor]:
            return [tf.tensor_scatter_nd_update(values[0], part.words, read(part))]

        (values,) = for_each_part(self._windows(features), None, step, [tf.zeros(shape)])
        return tf.ensure_shape(values, [None, None, width])

    def _windows(self, features: Mapping[str, tf.Tensor]) -> WindowRows:
        return WindowRows.of(features, pad_id=self.pad_id, budget=self.subword_budget)

    def _outputs(self, part: Part, training: bool | None, **options: Any) -> Any:
        attended = tf.cast(tf.not_equal(part.ids, self.pad_id), tf.int32)
        read = self.classifier
        if not FAMILIES[self.classifier.config.model_type].needs_autograph:
            read = tf.autograph.experimental.do_not_convert(read)
        return read(input_ids=part.ids, attention_mask=attended, training=training, **options)

    def graph(
        self, *, hidden_state: bool = False
    ) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """Makes a graph of the prediction, for batches of any shape.

        Args:
            hidden_state: whether the graph returns what `with_hidden_state` returns, and not the
                logits alone.
        """
        signature = {
            "subword_ids": tf.TensorSpec([None, None, None], tf.int32),
            "word_positions": tf.TensorSpec([None, None], tf.int32),
        }

        def predict(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
            if hidden_state:
                return self.with_hidden_state(features)
            return self(features, training=False)

        return one_graph(predict, signature)

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Computes the cross-entropy of the annotated tags, in nats per word."""
        return {LOSS: cross_entropy_per_word(logits, targets["tag_ids"])}


def _at_words(values: tf.Tensor, part: Part) -> tf.Tensor:
    """Picks the rows of the words: (windows, subwords, values) to float32 (words, values)."""
    flat = tf.reshape(values, [-1, values.shape[-1]])
    return tf.cast(tf.gather(flat, part.places), tf.float32)
