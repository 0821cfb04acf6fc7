"""Where texts are cut into sentences, as in `bioner_kd.text.sentence_splitter`.

That rule reads from left to right, but each cut at a stop depends only on the characters around it,
so all cuts are found at once. An earlier cut can only hide white space from a later cut, and no
word has white space in it. `bioner_kd.export.text_graph.lines` cuts at lines before.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.characters import following, previous
from bioner_kd.text.sentence_ends import SentenceEnds

_LINE_FEED, _RETURN, _FULL_STOP, _HYPHEN = ord("\n"), ord("\r"), ord("."), ord("-")
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
    if rule.lines is not None:
        return ends
    return tf.concat([_ends_of_blank_lines(code_points, not_white), ends], axis=0)


def cut_long(numbers: tf.Tensor, longest: int) -> tf.Tensor:
    """Cuts sentences that are longer than a number of words.

    Args:
        numbers: int64 (words,), number of the sentence of each word, ascending.
        longest: number of words; 0 for no limit.

    Returns:
        int64 (words,), such numbers of the shorter sentences.
    """
    if not longest:
        return numbers
    place = tf.range(tf.size(numbers, tf.int64))
    opens = (numbers != previous(numbers)) | (place == 0)
    first = tf.gather(tf.where(opens)[:, 0], tf.cumsum(tf.cast(opens, tf.int64)) - 1)
    return tf.cumsum(tf.cast(opens | ((place - first) % longest == 0), tf.int64)) - 1


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
    follows = tf.gather(code_points, tf.boolean_mask(first, cuts))
    abbreviated = _abbreviated(code_points, sets, stops, follows, rule)
    return tf.boolean_mask(ends, ~(full_stop & abbreviated))


def _next(places: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """The first of the sorted places at or after each start; the last place is after all."""
    return tf.gather(places, tf.searchsorted(places, start))


def _abbreviated(
    code_points: tf.Tensor,
    sets: Mapping[str, tf.Tensor],
    stops: tf.Tensor,
    follows: tf.Tensor,
    rule: SentenceEnds,
) -> tf.Tensor:
    """Whether the word before each stop is an abbreviation.

    Args:
        code_points: int32 (characters,).
        sets: bool (characters,) for each set of the rule.
        stops: int64 (stops,), where they are.
        follows: int32 (stops,), first character of what follows.
        rule: of the student.
    """
    longest, inner = rule.longest_abbreviation, sets["inner"]
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
    spelled = tf.reduce_all(letter | (run == 0), axis=1) & (length <= _MOST_LETTERS)
    second = tf.gather(code_points, tf.maximum(stops - length + 1, 0))
    small = _are_among(number, rule.small_abbreviations) & ~_is_capital(second)
    listed = spelled & (small | _are_among(number, rule.abbreviations))
    named = (length == 1) & _is_capital(tf.gather(code_points, tf.maximum(stops - 1, 0)))
    named &= ~((follows >= ord("0")) & (follows <= ord("9")))
    named &= _behind_letter_word(code_points, sets, stops, rule)
    return alone & tf.where(single_letters, ~named, listed)


def _are_among(numbers: tf.Tensor, words: Iterable[str]) -> tf.Tensor:
    known = np.array([_number(word) for word in sorted(words)], np.int64)
    return tf.reduce_any(numbers[:, tf.newaxis] == known, axis=1)


def _is_capital(code_points: tf.Tensor) -> tf.Tensor:
    return (code_points >= ord("A")) & (code_points <= ord("Z"))


def _behind_letter_word(
    code_points: tf.Tensor, sets: Mapping[str, tf.Tensor], stops: tf.Tensor, rule: SentenceEnds
) -> tf.Tensor:
    """Whether a letter word, and what may separate it, are before the letter before each stop."""

    def at(values: tf.Tensor, before: int) -> tf.Tensor:
        return tf.gather(values, tf.maximum(stops - before, 0))

    def word_ends(before: int) -> tf.Tensor:
        places = stops[:, tf.newaxis] - before + np.arange(-_MOST_LETTERS + 1, 1)
        lower = tf.gather(code_points, tf.maximum(places, 0)) | 0x20
        run = tf.cast((lower >= ord("a")) & (lower <= ord("z")), tf.int64)
        run = tf.math.cumprod(run, axis=1, reverse=True)
        powers = np.array([32**place for place in range(_MOST_LETTERS)][::-1], np.int64)
        number = tf.reduce_sum(tf.cast(lower & 31, tf.int64) * run * powers, axis=1)
        first = stops - before - tf.reduce_sum(run, axis=1)
        inside = tf.gather(sets["inner"], tf.maximum(first, 0))
        return _are_among(number, rule.letter_words) & ~inside

    white = at(sets["white"], 2)
    one = (white | (at(code_points, 2) == _HYPHEN)) & word_ends(3)
    return one | (white & at(sets["white"], 3) & word_ends(4))


def _alternates(letter: tf.Tensor, run: tf.Tensor) -> tf.Tensor:
    """Whether a run, read from its end, is a letter, a full stop, a letter and so on."""
    wanted = np.arange(run.shape[1])[::-1] % 2 == 0
    return tf.reduce_all((letter == wanted) | (run == 0), axis=1)
