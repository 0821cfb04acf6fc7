"""Sentences of any lengths go through a function of padded batches of bounded size."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

# What a batch is made of, and its rows' lengths int64 (rows,), to tensors (rows, longest, …).
Call = Callable[[Mapping[str, tf.Tensor], tf.Tensor], Sequence[tf.Tensor]]


class Spans(NamedTuple):
    """Words that are read together, counted over all sentences; int64 (spans,) each.

    Attributes:
        starts: first word that is read.
        ends: word after the last that is read; at least one is.
        firsts: first word whose result counts. Each word counts in one span.
        lasts: word after the last whose result counts.
    """

    starts: tf.Tensor
    ends: tf.Tensor
    firsts: tf.Tensor
    lasts: tf.Tensor


def whole_sentences(lengths: tf.Tensor) -> Spans:
    """Each sentence is read at once; `lengths` is int64 (sentences,)."""
    ends = tf.cumsum(lengths)
    return Spans(ends - lengths, ends, ends - lengths, ends)


def pieces(lengths: tf.Tensor, longest: int) -> Spans:
    """Long sentences are read as `bioner_kd.tagging.models.word_model.cut_in_pieces` cuts them.

    Args:
        lengths: int64 (sentences,).
        longest: most words of a piece.
    """
    stride = longest - longest // 4
    over = tf.maximum(lengths - longest, 0)
    numbers = (over + stride - 1) // stride + 1
    sentence = tf.repeat(tf.range(tf.size(numbers)), numbers)
    number = tf.range(tf.size(sentence, tf.int64))
    number -= tf.gather(tf.cumsum(numbers, exclusive=True), sentence)
    over, length = tf.gather(over, sentence), tf.gather(lengths, sentence)

    def start(number: tf.Tensor) -> tf.Tensor:
        return tf.minimum(number * stride, over)

    def joint(number: tf.Tensor) -> tf.Tensor:
        return (start(number) + longest + start(number + 1)) // 2

    ends = tf.minimum(start(number) + longest, length)
    firsts = tf.where(number > 0, joint(number - 1), 0)
    lasts = tf.where(ends == length, length, joint(number))
    offset = tf.gather(tf.cumsum(lengths, exclusive=True), sentence)
    return Spans(*(offset + places for places in (start(number), ends, firsts, lasts)))


def call_in_batches(
    call: Call,
    values: Mapping[str, tf.Tensor],
    spans: Spans,
    results: Sequence[tf.Tensor],
    most_words: int,
) -> list[tf.Tensor]:
    """Calls a function on spans, the longest ones first, so that a batch is of like lengths.

    Args:
        call: what reads a batch.
        values: of all words, (words, …) by name.
        spans: what is read.
        results: of all words, (words, …), of the types that `call` gives; what is in them is
            replaced.
        most_words: words of a batch, padding included. A longer span is a batch of its own.

    Returns:
        What `call` gave for each word.
    """
    lengths = spans.ends - spans.starts
    order = tf.argsort(lengths, direction="DESCENDING", stable=True)

    def body(done: tf.Tensor, *so_far: tf.Tensor) -> tuple[tf.Tensor, ...]:
        longest = tf.gather(lengths, order[done])
        rows = tf.maximum(most_words // tf.cast(longest, tf.int32), 1)
        chosen = order[done : done + rows]
        places = tf.gather(spans.starts, chosen)[:, tf.newaxis] + tf.range(longest)
        present = tf.sequence_mask(tf.gather(lengths, chosen), longest)
        batch = {name: _padded(all_words, places, present) for name, all_words in values.items()}
        found = call(batch, tf.gather(lengths, chosen))
        counts = places >= tf.gather(spans.firsts, chosen)[:, tf.newaxis]
        counts &= places < tf.gather(spans.lasts, chosen)[:, tf.newaxis]
        where = tf.boolean_mask(places, counts)[:, tf.newaxis]
        pairs = zip(so_far, found, strict=True)
        return done + rows, *(
            tf.tensor_scatter_nd_update(before, where, tf.boolean_mask(new, counts))
            for before, new in pairs
        )

    loop: Any = tf.while_loop(
        lambda done, *_: done < tf.size(lengths),
        body,
        (0, *results),
        # A batch at a time: each may take a good part of the memory.
        parallel_iterations=1,
    )
    return list(loop[1:])


def _padded(values: tf.Tensor, places: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    rows = tf.gather(values, tf.where(present, places, 0))
    shape = tf.concat([tf.shape(present), tf.ones([tf.rank(values) - 1], tf.int32)], axis=0)
    return tf.where(tf.reshape(present, shape), rows, tf.zeros([], values.dtype))
