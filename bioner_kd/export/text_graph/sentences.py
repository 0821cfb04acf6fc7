"""Where texts are cut into sentences, as in `bioner_kd.text.sentence_splitter`.

That rule reads from left to right, but each cut depends only on the characters around it, so all
cuts are found at once. An earlier cut can only hide white space from a later cut, and no word has
white space in it.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.characters import following
from bioner_kd.text.sentence_ends import SentenceEnds

_LINE_FEED, _RETURN, _FULL_STOP = ord("\n"), ord("\r"), ord(".")
# An abbreviation becomes a number in base 32; int64 has room for 12 letters.
_MOST_LETTERS = 12


def _number(word: str) -> int:
    return sum((ord(letter) & 31) * 32**place for place, letter in enumerate(reversed(word)))


def find_cuts(
    code_points: tf.Tensor, sets: Mapping[str, tf.Tensor], rule: SentenceEnds
) -> tf.Tensor:
    """Finds the ends of sentences.

    Args:
        code_points: int32 (characters,), NUL at both ends.
        sets: bool (characters,) for each set of the rule.
        rule: of the student.

    Returns:
        int64 (cuts,), indices of characters before which there is a cut, in no order. There can be
        several cuts between two words. Some are not in Python, where a blank line cuts there.
    """
    not_white = tf.where(~sets["white"])[:, 0]
    ends = _ends_behind_stops(code_points, sets, not_white, rule)
    return tf.concat([_ends_of_blank_lines(code_points, not_white), ends], axis=0)


def _ends_of_blank_lines(code_points: tf.Tensor, not_white: tf.Tensor) -> tf.Tensor:
    carriage = (code_points == _RETURN) & (following(code_points) != _LINE_FEED)
    breaks = tf.cumsum(tf.cast((code_points == _LINE_FEED) | carriage, tf.int32))
    so_far = tf.gather(breaks, not_white)
    # Between two characters that are not white there is one run of white space.
    return tf.boolean_mask(not_white[1:], so_far[1:] - so_far[:-1] >= 2)


def _ends_behind_stops(
    code_points: tf.Tensor,
    sets: Mapping[str, tf.Tensor],
    not_white: tf.Tensor,
    rule: SentenceEnds,
) -> tf.Tensor:
    stops = tf.where(sets["stops"])[:, 0]
    ends = _next(tf.where(~sets["closing"])[:, 0], stops + 1)
    behind = _next(not_white, ends)
    first = _next(tf.where(~sets["opening"])[:, 0], behind)
    cuts = (behind > ends) & tf.gather(sets["first"], first)
    stops, ends = tf.boolean_mask(stops, cuts), tf.boolean_mask(ends, cuts)
    full_stop = tf.gather(code_points, stops) == _FULL_STOP
    abbreviated = _abbreviated(code_points, sets["inner"], stops, rule)
    return tf.boolean_mask(ends, ~(full_stop & abbreviated))


def _next(places: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """The first of the sorted places at or after each start; the last place is after all."""
    return tf.gather(places, tf.searchsorted(places, start))


def _abbreviated(
    code_points: tf.Tensor, inner: tf.Tensor, stops: tf.Tensor, rule: SentenceEnds
) -> tf.Tensor:
    """Whether the word before each stop is an abbreviation."""
    longest = rule.longest_abbreviation
    places = stops[:, tf.newaxis] + np.arange(-longest, 0)
    window = tf.gather(code_points, tf.maximum(places, 0))
    lower = window | 0x20
    letter = (lower >= ord("a")) & (lower <= ord("z"))
    # 1 for the run of letters and full stops right before the stop.
    run = tf.cast(letter | (window == _FULL_STOP), tf.int64)
    run = tf.math.cumprod(run, axis=1, reverse=True)
    length = tf.reduce_sum(run, axis=1)
    # The character before a run that fills the window is not read.
    before = tf.gather(inner, tf.maximum(stops - length - 1, 0)) & (length < longest)
    alone = (length > 0) & ~before
    single_letters = (length % 2 == 1) & _alternates(letter, run)
    powers = [32**place if place < _MOST_LETTERS else 0 for place in range(longest)]
    digits = tf.cast(lower & 31, tf.int64) * run
    number = tf.reduce_sum(digits * np.array(powers[::-1], np.int64), axis=1)
    known = np.array([_number(word) for word in sorted(rule.abbreviations)], np.int64)
    spelled = tf.reduce_all(letter | (run == 0), axis=1) & (length <= _MOST_LETTERS)
    listed = spelled & tf.reduce_any(number[:, tf.newaxis] == known, axis=1)
    return alone & (single_letters | listed)


def _alternates(letter: tf.Tensor, run: tf.Tensor) -> tf.Tensor:
    """Whether a run, read from its end, is a letter, a full stop, a letter and so on."""
    wanted = np.arange(run.shape[1])[::-1] % 2 == 0
    return tf.reduce_all((letter == wanted) | (run == 0), axis=1)
