"""Batches of sentences of similar length, and the predictions of a model on them.

A batch is `(features, targets, word_mask)`. All data sources and models of the package share this
contract.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.progress import track
from bioner_kd.tagging.word_features import WordFeatures
from bioner_kd.text.sentence import Sentence

# Sentences are sorted by length within a pool of this many batches. Padding then falls to a few
# percent, and the order of the batches and the sentences in each stay random.
_POOL_BATCHES = 50

Gather = Callable[[tf.Tensor], dict[str, tf.Tensor]]
Predict = Callable[[Mapping[str, tf.Tensor]], tf.Tensor]
Batch = tuple[dict[str, tf.Tensor], dict[str, tf.Tensor], tf.Tensor]


def round_up_length(length: tf.Tensor) -> tf.Tensor:
    """Rounds a length up, so that there are few shapes: TensorFlow plans the graph for each anew.

    Args:
        length: int scalar, the length of the longest row of a batch.

    Returns:
        int scalar, the next multiple of 8 up to 64 and of 32 above, at least 8.
    """
    step = tf.where(length <= 64, tf.constant(8, length.dtype), tf.constant(32, length.dtype))
    return tf.maximum((length + step - 1) // step, 1) * step


def pad(rows: tf.RaggedTensor) -> tf.Tensor:
    """Pads the rows of a batch with zeros to one rounded-up length: (batch, length, ...)."""
    length = round_up_length(rows.bounding_shape(axis=1))
    inner = tf.constant(rows.shape[2:].as_list(), tf.int64)
    return rows.to_tensor(0, shape=tf.concat([[-1, length], inner], axis=0))


def shuffled_batches(
    lengths: np.ndarray,
    batch_size: int,
    *,
    seed: int,
    epoch: int,
    optional: int = 0,
    drawn: int = 0,
) -> list[np.ndarray]:
    """Shuffles the sentences of an epoch into batches of similar length.

    The batches depend on the arguments alone, so that a resumed run goes on as if it had never been
    stopped.

    Args:
        lengths: int (sentences,).
        batch_size: number of sentences of a batch; the last batch may be smaller.
        seed: seed of the run.
        epoch: number of the epoch, from 0; each epoch has another order.
        optional: number of sentences, at the end, that are not in every epoch.
        drawn: number of these optional sentences that each epoch samples.

    Returns:
        An array of indices for each batch; no index is there twice.
    """
    random = np.random.default_rng([seed, epoch])
    always = len(lengths) - optional
    chosen = np.arange(always)
    if drawn:
        chosen = np.append(chosen, always + random.choice(optional, drawn, replace=False))
    order = random.permutation(chosen)
    pool = batch_size * _POOL_BATCHES
    pools = (order[start : start + pool] for start in range(0, len(order), pool))
    ordered = np.concatenate([part[np.argsort(lengths[part], kind="stable")] for part in pools])
    batches = [ordered[start : start + batch_size] for start in range(0, len(ordered), batch_size)]
    random.shuffle(batches)
    return batches


def sorted_batches(lengths: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Sorts the sentences by length into batches of indices, for prediction."""
    order = np.argsort(lengths, kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


@dataclass(frozen=True)
class Shares:
    """The shares of each batch that the replicas of this process read.

    Attributes:
        first: number of the first of these replicas.
        count: number of replicas of this process.
        replicas: number of replicas of all processes.
    """

    first: int = 0
    count: int = 1
    replicas: int = 1

    def of(self, rows: np.ndarray) -> list[np.ndarray]:
        """Cuts the rows of a batch, and returns those of each replica of this process, in order.

        Sentences of a batch are sorted by length; so each replica takes one in `replicas`.
        """
        own = range(self.first, self.first + self.count)
        return [rows[replica :: self.replicas] for replica in own]


WHOLE = Shares()


@dataclass(frozen=True)
class BatchSource:
    """Sentences in memory, from which padded batches are gathered.

    Attributes:
        lengths: int64 (sentences,), the lengths by which sentences are put into batches.
        words: int64 (sentences,), number of words of each sentence.
        features: functions from the indices of a batch to padded model inputs.
        targets: functions from the indices of a batch to padded targets; empty for unlabelled data.
        optional: number of sentences, at the end, that are not in every epoch.
        drawn: number of these optional sentences that each epoch samples.
    """

    lengths: np.ndarray
    words: np.ndarray
    features: tuple[Gather, ...]
    targets: tuple[Gather, ...] = ()
    optional: int = 0
    drawn: int = 0

    def steps(self, batch_size: int) -> int:
        """Number of batches of an epoch."""
        return -(-(len(self.lengths) - self.optional + self.drawn) // batch_size)

    def gather(self, indices: tf.Tensor) -> Batch:
        """Makes a padded batch.

        Args:
            indices: int64 (batch,), the sentences of the batch.

        Returns:
            Features by name, targets by name, and the float32 word mask (batch, words).
        """
        words = tf.gather(tf.constant(self.words), indices)
        mask = tf.sequence_mask(words, round_up_length(tf.reduce_max(words)), tf.float32)
        features = {name: value for part in self.features for name, value in part(indices).items()}
        targets = {name: value for part in self.targets for name, value in part(indices).items()}
        return features, targets, mask

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
        """Makes the shuffled batches of the epochs `first` to `end` - 1.

        The first `skip` batches, which a resumed run has seen already, are left out. Of each batch
        there are the shares of the replicas of this process, one after the other.
        """

        def order() -> Iterator[np.ndarray]:
            batches = itertools.chain.from_iterable(
                shuffled_batches(
                    self.lengths,
                    batch_size,
                    seed=seed,
                    epoch=epoch,
                    optional=self.optional,
                    drawn=self.drawn,
                )
                for epoch in range(first, end)
            )
            left = itertools.islice(batches, skip, None)
            return itertools.chain.from_iterable(map(shares.of, left))

        return self._dataset(order)

    def once(self, batch_size: int) -> tf.data.Dataset:
        """Makes the batches of `sorted_batches`: every sentence once, in order of length."""
        return self._dataset(lambda: iter(sorted_batches(self.lengths, batch_size)))

    def _dataset(self, order: Callable[[], Iterator[np.ndarray]]) -> tf.data.Dataset:
        indices = tf.data.Dataset.from_generator(
            order, output_signature=tf.TensorSpec([None], tf.int64)
        )
        return indices.map(self.gather, num_parallel_calls=2, deterministic=True).prefetch(2)


def student_features(sentences: Sequence[Sentence], tables: WordFeatures) -> Gather:
    """Makes the function that gathers a student's inputs.

    Args:
        sentences: the sentences in memory.
        tables: turn words into ids.

    Returns:
        A function from the indices of a batch to int32 inputs by name: "char_ids" (batch, words,
        chars), and (batch, words) for every other column of `tables`, such as "word_ids".
    """
    forms: dict[str, int] = {}
    ids = [
        [forms.setdefault(word, len(forms) + 1) for word in tables.spelled(s.words)]
        for s in sentences
    ]
    padding = np.zeros((1, tables.width), np.int32)
    matrix = tf.constant(np.concatenate([padding, tables.matrix(list(forms))]))
    rows = Ragged.from_lists(ids, np.int32).tensor()

    def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
        values = tf.gather(matrix, pad(tf.gather(rows, indices)))
        return {f"{name}_ids": values[..., column] for name, column in tables.columns.items()}

    return gather


def word_values(name: str, values: Ragged) -> Gather:
    """Makes the function that gathers a target per word, such as "tag_ids" (batch, words).

    The target is zero at padding.
    """
    rows = values.tensor()

    def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
        return {name: pad(tf.gather(rows, indices))}

    return gather


def sentence_values(name: str, values: np.ndarray) -> Gather:
    """Makes the function that gathers a target per sentence, float32 (batch,)."""
    numbers = tf.constant(values, tf.float32)
    return lambda indices: {name: tf.gather(numbers, indices)}


def one_graph(predict: Predict, inputs: Mapping[str, tf.TensorSpec]) -> Predict:
    """Turns a model's prediction into a graph that is traced once, for batches of any shape.

    Args:
        predict: from features to logits (batch, words, tags).
        inputs: the features by name; None in a shape stands for any number.
    """
    # TensorFlow counts tracings per code object, which all models share, and warns of the fifth as
    # if one model were traced anew. A partial has no code object, so each model is counted alone.
    return tf.function(functools.partial(predict), input_signature=[dict(inputs)])


def unsort(rows: Sequence[np.ndarray], batches: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Puts rows that are in the order of `batches` back into the order of the corpus."""
    restored: list[np.ndarray] = [np.empty(0)] * len(rows)
    for index, row in zip(itertools.chain.from_iterable(batches), rows, strict=True):
        restored[index] = row
    return restored


def predict_logits(
    model: Predict,
    source: BatchSource,
    batch_size: int,
    *,
    name: str = "",
) -> list[np.ndarray]:
    """Predicts the logits of all sentences.

    Args:
        model: from features to float32 logits (batch, words, tags), best as a graph.
        source: the sentences.
        batch_size: number of sentences of a batch.
        name: what a progress bar calls the sentences; no bar is shown without a name.

    Returns:
        float32 (words, tags) for each sentence, in the order of the corpus.
    """
    batches = sorted_batches(source.lengths, batch_size)
    rows: list[np.ndarray] = []
    pairs: Iterable = zip(batches, source.once(batch_size), strict=True)
    for indices, (features, _, _) in track(pairs, name, "batch", len(batches)) if name else pairs:
        logits = model(features).numpy()
        rows += [logits[row, : source.words[index]] for row, index in enumerate(indices)]
    return unsort(rows, batches)
