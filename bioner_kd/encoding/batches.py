"""Length-bucketed batches: `(features, targets, word_mask)`, the contract of data and models."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.progress import track
from bioner_kd.tagging.word_features import WordFeatures
from bioner_kd.text.sentence import Sentence

# A batch's sentences are drawn from a pool of this many batches, sorted by length: padding falls to
# a few percent while which sentences meet in a batch, and in which order batches come, stays
# random.
_POOL_BATCHES = 50

Gather = Callable[[tf.Tensor], dict[str, tf.Tensor]]
Batch = tuple[dict[str, tf.Tensor], dict[str, tf.Tensor], tf.Tensor]


def round_up_length(length: tf.Tensor) -> tf.Tensor:
    """Padded length: few different shapes, since each new one costs the graph a new plan.

    Args:
        length: int scalar, the longest of a batch.

    Returns:
        int scalar, the next multiple of 8 up to 64 and of 32 above, at least 8.
    """
    step = tf.where(length <= 64, tf.constant(8, length.dtype), tf.constant(32, length.dtype))
    return tf.maximum((length + step - 1) // step, 1) * step


def pad(rows: tf.RaggedTensor) -> tf.Tensor:
    """Rows of a batch padded with zeros to one rounded-up length, (batch, length, ...)."""
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
    """Indices of one epoch's batches, sentences of similar length together.

    Args:
        lengths: int (sentences,).
        batch_size: sentences of a batch; the last batch may be smaller.
        seed: of the run.
        epoch: counted from 0; each epoch has an order of its own, so that a resumed run goes on as
            if never stopped.
        optional: number of sentences at the end that are not in every epoch.
        drawn: number of these that an epoch samples, other ones each time.

    Returns:
        Arrays of indices, each index once; a function of the arguments alone.
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
    """Indices of batches in order of length, for prediction."""
    order = np.argsort(lengths, kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


@dataclass(frozen=True)
class BatchSource:
    """Sentences in memory, from which padded batches are gathered.

    Attributes:
        lengths: int64 (sentences,), what batches are bucketed by.
        features: gatherers of model inputs: indices of a batch to padded tensors.
        targets: gatherers of targets; empty for text without annotation.
        words: int64 (sentences,), number of words of each sentence.
        optional: number of sentences at the end that are not in every epoch.
        drawn: number of these that an epoch samples, other ones each time.
    """

    lengths: np.ndarray
    words: np.ndarray
    features: tuple[Gather, ...]
    targets: tuple[Gather, ...] = ()
    optional: int = 0
    drawn: int = 0

    def steps(self, batch_size: int) -> int:
        """Batches of an epoch."""
        return -(-(len(self.lengths) - self.optional + self.drawn) // batch_size)

    def gather(self, indices: tf.Tensor) -> Batch:
        """One padded batch: int64 (batch,) indices to `(features, targets, float32 word_mask)`."""
        words = tf.gather(tf.constant(self.words), indices)
        mask = tf.sequence_mask(words, round_up_length(tf.reduce_max(words)), tf.float32)
        features = {name: value for part in self.features for name, value in part(indices).items()}
        targets = {name: value for part in self.targets for name, value in part(indices).items()}
        return features, targets, mask

    def epochs(
        self, batch_size: int, *, seed: int, first: int, end: int, skip: int = 0
    ) -> tf.data.Dataset:
        """Shuffled batches of the epochs `first` to `end` - 1, one after the other.

        The first `skip` batches, which a resumed run has seen, are left out.
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
            return itertools.islice(batches, skip, None)

        return self._dataset(order)

    def once(self, batch_size: int) -> tf.data.Dataset:
        """Every sentence once, in order of length: the batches of `sorted_batches`."""
        return self._dataset(lambda: iter(sorted_batches(self.lengths, batch_size)))

    def _dataset(self, order: Callable[[], Iterator[np.ndarray]]) -> tf.data.Dataset:
        indices = tf.data.Dataset.from_generator(
            order, output_signature=tf.TensorSpec([None], tf.int64)
        )
        return indices.map(self.gather, num_parallel_calls=2, deterministic=True).prefetch(2)


def student_features(sentences: Sequence[Sentence], tables: WordFeatures) -> Gather:
    """Gatherer of the student's inputs.

    Args:
        sentences: from which batches are gathered.
        tables: words to ids.

    Returns:
        Gatherer of int32 "word_ids" (batch, words) and so on, "char_ids" (batch, words, chars), as
        far as `tables` has them.
    """
    forms: dict[str, int] = {}
    ids = [[forms.setdefault(word, len(forms) + 1) for word in s.words] for s in sentences]
    padding = np.zeros((1, tables.width), np.int32)
    matrix = tf.constant(np.concatenate([padding, tables.matrix(list(forms))]))
    rows = Ragged.from_lists(ids, np.int32).tensor()

    def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
        values = tf.gather(matrix, pad(tf.gather(rows, indices)))
        return {f"{name}_ids": values[..., column] for name, column in tables.columns.items()}

    return gather


def word_values(name: str, values: Ragged) -> Gather:
    """Gatherer of a target with a row a word, such as "tag_ids" (batch, words), zero at padding."""
    rows = values.tensor()

    def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
        return {name: pad(tf.gather(rows, indices))}

    return gather


def sentence_values(name: str, values: np.ndarray) -> Gather:
    """Gatherer of a target with a number a sentence, float32 (batch,)."""
    numbers = tf.constant(values, tf.float32)
    return lambda indices: {name: tf.gather(numbers, indices)}


def unsort(rows: Sequence[np.ndarray], batches: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Rows that came in the order of `batches`, back in corpus order."""
    restored: list[np.ndarray] = [np.empty(0)] * len(rows)
    for index, row in zip(itertools.chain.from_iterable(batches), rows, strict=True):
        restored[index] = row
    return restored


def predict_logits(
    model: Callable[[Mapping[str, tf.Tensor]], tf.Tensor],
    source: BatchSource,
    batch_size: int,
    *,
    name: str = "",
) -> list[np.ndarray]:
    """Logits of every sentence in corpus order.

    Args:
        model: features to float32 logits (batch, words, tags), best as a tf.function.
        source: the sentences.
        batch_size: sentences of a batch.
        name: of the sentences, where it is to be told how far the work has come.

    Returns:
        float32 (words, tags) a sentence.
    """
    batches = sorted_batches(source.lengths, batch_size)
    rows: list[np.ndarray] = []
    pairs: Iterable = zip(batches, source.once(batch_size), strict=True)
    for indices, (features, _, _) in track(pairs, name, "batch", len(batches)) if name else pairs:
        logits = model(features).numpy()
        rows += [logits[row, : source.words[index]] for row, index in enumerate(indices)]
    return unsort(rows, batches)
