"""Where lines and cells cut texts, as in `bioner_kd.text.line_splitter`, all texts at once."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.characters import following, previous
from bioner_kd.text.line_rule import LineRule

_LINE_FEED, _RETURN, _FULL_STOP = ord("\n"), ord("\r"), ord(".")
_MOST_DIGITS, _MOST_LETTERS = 3, 6


class LineCuts(NamedTuple):
    """What lines do to texts.

    Attributes:
        cuts: int64 (cuts,), indices of characters before which there is a cut, in no order.
        unread: bool (characters,), marks and borders of cells, which belong to no word.
        dropped: bool (characters,), hyphens and white space at which wrapped words are joined.
    """

    cuts: tf.Tensor
    unread: tf.Tensor
    dropped: tf.Tensor


class _Characters:
    """The characters of all texts, and where those of a kind are."""

    def __init__(self, code_points: tf.Tensor, sets: Mapping[str, tf.Tensor], edges: tf.Tensor):
        self.code_points, self.sets, self.edges = code_points, sets, edges
        self.gap = sets["white"] | edges
        self.last = tf.size(code_points, tf.int64) - 1

    def at(self, values: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
        """Values at places, of which those behind the end have that of the last character."""
        return tf.gather(values, tf.minimum(places, self.last))

    def next(self, wanted: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
        """The first character at or after each place that is wanted, as the last one must be."""
        found = tf.where(wanted)[:, 0]
        return tf.gather(found, tf.searchsorted(found, places))


class _Lines(NamedTuple):
    """The lines that are not blank, int64 (lines,) each, in order.

    `joined` is bool (lines,): a line break alone is between the line and the next one.
    """

    starts: tf.Tensor
    firsts: tf.Tensor
    ends: tf.Tensor
    joined: tf.Tensor


def cut_lines(
    code_points: tf.Tensor,
    sets: Mapping[str, tf.Tensor],
    edges: tf.Tensor,
    rule: LineRule,
    are_known: Callable[[tf.RaggedTensor], tf.Tensor],
) -> LineCuts:
    """Finds where lines and cells end sentences.

    Args:
        code_points: int32 (characters,), NUL at both ends of each text.
        sets: bool (characters,) for each set of the rules of words, sentences and lines.
        edges: bool (characters,), the NULs at both ends of each text.
        rule: of the student.
        are_known: whether the student's tables have words, int32 (words, (characters)).
    """
    characters = _Characters(code_points, sets, edges)
    lines = _find_lines(characters)
    mark_ends = _ends_of_marks(characters, lines, rule)
    seen = characters.next(~sets["white"], mark_ends)
    begins = tf.where(mark_ends > lines.firsts, tf.minimum(seen, lines.ends), lines.firsts)
    inside = _inside(begins, lines.ends, code_points)
    alone = previous(characters.gap) & following(characters.gap)
    borders = inside & (sets["tabs"] | (sets["cells"] & alone))
    counts = tf.cumsum(tf.cast(borders, tf.int64), exclusive=True)
    cells = characters.at(counts, lines.ends) > characters.at(counts, begins)
    free = lines.joined & ~cells & ~following(cells | (mark_ends > lines.firsts))
    wrapped = _wrapped(characters, lines, free)
    joined = _joined(characters, lines, wrapped, rule, are_known)
    cut = _cut_behind(characters, lines, free, wrapped, rule)
    cuts = tf.concat([tf.boolean_mask(lines.ends, cut), tf.where(borders)[:, 0]], axis=0)
    unread = borders | _inside(lines.firsts, mark_ends, code_points)
    starts = tf.boolean_mask(lines.ends - 1, joined)
    dropped = _inside(starts, tf.boolean_mask(following(lines.firsts), joined), code_points)
    return LineCuts(cuts, unread, dropped)


def _find_lines(characters: _Characters) -> _Lines:
    code_points, sets = characters.code_points, characters.sets
    before_feed = (code_points == _RETURN) & (following(code_points) == _LINE_FEED)
    ends_line = (sets["breaks"] & ~before_feed) | characters.edges
    line = tf.cumsum(tf.cast(ends_line, tf.int64), exclusive=True)
    visible = tf.where(~characters.gap)[:, 0]
    numbers, _, counts = tf.unique_with_counts(tf.gather(line, visible), out_idx=tf.int64)
    behind = tf.cumsum(counts)
    breaks = tf.where(ends_line)[:, 0]
    # Line 0 is the NUL before the first text.
    starts = tf.gather(breaks, numbers - 1) + 1
    one_break = following(numbers) - numbers == 1
    joined = one_break & ~tf.gather(characters.edges, tf.gather(breaks, numbers))
    firsts = tf.gather(visible, behind - counts)
    return _Lines(starts, firsts, tf.gather(visible, behind - 1) + 1, joined)


def _ends_of_marks(characters: _Characters, lines: _Lines, rule: LineRule) -> tf.Tensor:
    """Where the mark of each line ends; the first character of a line without one."""
    sets, at = characters.sets, characters.at
    run = characters.next(~sets["marks"], lines.firsts)
    bullet = (run > lines.firsts) & at(characters.gap, run)
    opened = at(sets["openers"], lines.firsts)
    start = lines.firsts + tf.cast(opened, tf.int64)
    digits, letters = _digits(characters, start), _letters(characters, start, rule)
    length = tf.maximum(digits, letters)
    last = start + length
    closed = at(sets["closers"], last)
    closed |= ~opened & (digits > 0) & (at(characters.code_points, last) == _FULL_STOP)
    space = at(sets["white"] & ~sets["breaks"], last + 1)
    listed = (length > 0) & closed & space
    return tf.where(bullet, run, tf.where(listed, last + 1, lines.firsts))


def _digits(characters: _Characters, start: tf.Tensor) -> tf.Tensor:
    window = _window(characters, start, _MOST_DIGITS)
    found = tf.cast((window >= ord("0")) & (window <= ord("9")), tf.int64)
    return tf.reduce_sum(tf.math.cumprod(found, axis=1), axis=1)


def _letters(characters: _Characters, start: tf.Tensor, rule: LineRule) -> tf.Tensor:
    """Number of letters of a letter or numeral, 0 where there is none."""
    lower = _window(characters, start, _MOST_LETTERS + 1) | 0x20
    found = tf.cast((lower >= ord("a")) & (lower <= ord("z")), tf.int64)
    run = tf.math.cumprod(found, axis=1)
    length = tf.reduce_sum(run, axis=1)
    powers = np.array([32**place for place in range(_MOST_LETTERS + 1)], np.int64)
    number = tf.reduce_sum(tf.cast(lower & 31, tf.int64) * run * powers, axis=1)
    known = [sum((ord(c) & 31) * 32**n for n, c in enumerate(word)) for word in rule.numerals]
    listed = tf.reduce_any(number[:, tf.newaxis] == np.array(sorted(known), np.int64), axis=1)
    return tf.where(listed | (length == 1), length, 0)


def _window(characters: _Characters, start: tf.Tensor, width: int) -> tf.Tensor:
    places = start[:, tf.newaxis] + np.arange(width)
    # The last character is a NUL, and no text's: nothing that stands behind it is read.
    return characters.at(characters.code_points, places)


def _inside(starts: tf.Tensor, ends: tf.Tensor, code_points: tf.Tensor) -> tf.Tensor:
    """Whether each character is in one of some ranges, which share none."""
    size = tf.size(code_points, tf.int64)[tf.newaxis] + 1
    ones = tf.ones_like(starts, tf.int32)
    steps = tf.scatter_nd(starts[:, tf.newaxis], ones, size)
    steps -= tf.scatter_nd(ends[:, tf.newaxis], ones, size)
    return tf.cumsum(steps)[:-1] > 0


def _wrapped(characters: _Characters, lines: _Lines, free: tf.Tensor) -> tf.Tensor:
    """Whether a word is wrapped at the free break behind each line, bool (lines,)."""
    sets, hyphens = characters.sets, lines.ends - 1
    found = free & tf.gather(sets["hyphens"], hyphens)
    found &= tf.gather(sets["word"], tf.maximum(hyphens - 1, 0))
    return found & tf.gather(sets["word"], following(lines.firsts))


def _joined(
    characters: _Characters,
    lines: _Lines,
    wrapped: tf.Tensor,
    rule: LineRule,
    are_known: Callable[[tf.RaggedTensor], tf.Tensor],
) -> tf.Tensor:
    """Whether the wrapped word behind each line is joined, bool (lines,)."""
    word, code_points = characters.sets["word"], characters.code_points
    hyphens, rests = lines.ends - 1, following(lines.firsts)
    others = tf.where(~word)[:, 0]
    number = tf.searchsorted(others, hyphens, out_type=tf.int64)
    firsts = tf.gather(others, tf.maximum(number - 1, 0)) + 1
    ends = characters.next(~word, rests)
    short = tf.maximum(hyphens - firsts, ends - rests) <= rule.longest_part
    places = tf.where(wrapped & short)

    def parts(starts: tf.Tensor, ends: tf.Tensor) -> tf.RaggedTensor:
        some = (tf.gather_nd(values, places) for values in (starts, ends))
        return tf.ragged.map_flat_values(
            lambda found: tf.gather(code_points, found), tf.ragged.range(*some)
        )

    first, rest = parts(firsts, hyphens), parts(rests, ends)
    known = are_known(tf.concat([first, rest], axis=1)) & ~(are_known(first) & are_known(rest))
    return tf.scatter_nd(places, tf.cast(known, tf.int32), tf.shape(wrapped, tf.int64)) > 0


def _cut_behind(
    characters: _Characters, lines: _Lines, free: tf.Tensor, wrapped: tf.Tensor, rule: LineRule
) -> tf.Tensor:
    """Whether a sentence ends behind each line, bool (lines,).

    Args:
        characters: of all texts.
        lines: of all texts.
        free: bool (lines,), whether the break behind a line is free.
        wrapped: bool (lines,), whether a word is wrapped there.
        rule: of the student.
    """
    block = _blocks(lines, rule)
    decided, free = ~free, free & ~wrapped
    lengths = lines.ends - lines.starts
    words = characters.next(characters.gap, lines.firsts) - lines.firsts
    with_next = lengths + 1 + following(words)
    widest = tf.gather(tf.math.segment_max(lengths, block), block)

    def number(wanted: tf.Tensor) -> tf.Tensor:
        return tf.gather(tf.math.segment_sum(tf.cast(wanted, tf.int64), block), block)

    short = 100 * with_next <= rule.short * widest
    stopped = tf.gather(characters.sets["stops"], lines.ends - 1)
    share = tf.where(number(stopped) > 0, rule.prose_share, rule.list_share)
    share = tf.cast(share, tf.int64)
    is_list = 100 * number(short & free & ~stopped) > share * number(free & ~stopped)
    columns = (number(tf.ones_like(free)) >= rule.fewest) & (widest >= rule.narrowest)
    columns &= number(free & (with_next <= widest)) == 0
    return decided | (free & tf.where(widest >= rule.narrow, is_list | short, ~columns))


def _blocks(lines: _Lines, rule: LineRule) -> tf.Tensor:
    """Number of the block of each line, ascending."""
    opens = ~previous(lines.joined)
    place = tf.range(tf.size(opens, tf.int64))
    first = tf.where(opens)[:, 0]
    paragraph = tf.cumsum(tf.cast(opens, tf.int64)) - 1
    opens |= (place - tf.gather(first, paragraph)) % rule.block == 0
    return tf.cumsum(tf.cast(opens, tf.int64)) - 1
