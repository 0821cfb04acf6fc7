"""Characters become words and their places, as `bioner_kd.text.tokenizer` has it."""

from typing import NamedTuple

import tensorflow as tf

from bioner_kd.export.text_graph.characters import Characters, following, previous


class Words(NamedTuple):
    """The words of a batch of texts, one text after the other.

    Attributes:
        characters: int32 (words, (characters)), the code points of each.
        firsts: int64 (words,), the place of its first character among those of all texts.
        texts: int64 (words,), the number of its text.
        starts: int64 (words,), its first character, counted in its text.
        ends: int64 (words,), the character after its last.
    """

    characters: tf.RaggedTensor
    firsts: tf.Tensor
    texts: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor


def find_words(characters: Characters, in_word: tf.Tensor, separates: tf.Tensor) -> Words:
    """Cuts texts into words.

    Args:
        characters: of the texts.
        in_word: bool (characters,), whether each goes on with the word that it stands in.
        separates: bool (characters,), whether it belongs to no word. Others are words themselves.
    """
    single = ~in_word & ~separates
    firsts = tf.where(single | in_word & ~previous(in_word))[:, 0]
    lasts = tf.where(single | in_word & ~following(in_word))[:, 0]
    lengths = lasts - firsts + 1
    code_points = tf.boolean_mask(characters.code_points, ~separates)
    texts = tf.searchsorted(characters.starts, firsts, side="right", out_type=tf.int64) - 1
    starts = firsts - tf.gather(characters.starts, texts)
    return Words(
        tf.RaggedTensor.from_row_lengths(code_points, lengths, validate=False),
        firsts,
        texts,
        starts,
        starts + lengths,
    )
