"""Decodes bytes to characters, cuts characters into words, and encodes words as strings.

TensorFlow's own decoder reads the 66 noncharacters of Unicode as damage, and leaves open how much
of a damaged sequence one U+FFFD stands for. `decode` does what `bytes.decode(errors="replace")`
does in Python: a U+FFFD for each longest part that might have begun a character, else for a byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

_REPLACEMENT = 0xFFFD
# U+FFFE and U+FFFF of each plane, then U+FDD0 to U+FDEF: what TensorFlow does not encode.
_PLANE_ENDS = [plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)]
_NONCHARACTERS = [*_PLANE_ENDS, *range(0xFDD0, 0xFDF0)]
_CODE_POINTS = 0x110000


class Characters(NamedTuple):
    """The characters of a batch of texts, one text after the other.

    A NUL stands before the first text and after each text, so that the characters around a
    character can be read without a check for the end of its text.

    Attributes:
        code_points: int32 (characters,).
        starts: int64 (texts,), index of the first character of each text.
    """

    code_points: tf.Tensor
    starts: tf.Tensor

    def kept(self, keep: tf.Tensor) -> "Characters":
        """Some of the characters; bool (characters,), which has the NULs at both ends."""
        places = tf.cumsum(tf.cast(keep, tf.int64), exclusive=True)
        return Characters(tf.boolean_mask(self.code_points, keep), tf.gather(places, self.starts))

    def edges(self) -> tf.Tensor:
        """The NULs that stand around texts, bool (characters,)."""
        size = tf.size(self.code_points, tf.int64)
        places = tf.concat([self.starts - 1, [size - 1]], axis=0)
        ones = tf.ones_like(places, tf.int32)
        return tf.scatter_nd(places[:, tf.newaxis], ones, size[tf.newaxis]) > 0


def decode(texts: tf.Tensor) -> Characters:
    """Reads texts as UTF-8, with U+FFFD for bytes that are no UTF-8.

    Args:
        texts: string (texts,).
    """
    joined = tf.strings.join(["\0", tf.strings.reduce_join(tf.strings.join([texts, "\0"]))])
    data = tf.cast(tf.io.decode_raw(joined, tf.uint8), tf.int32)
    code_points, lengths = _read_at_each_byte(data)
    # Bytes within a sequence never start one, so looking back three bytes finds all of them.
    inside = tf.reduce_any([previous(lengths, by) > by for by in (1, 2, 3)], axis=0)
    first_bytes = tf.where(~inside)[:, 0]
    text_bytes = tf.cast(tf.strings.length(texts), tf.int64) + 1
    starts = tf.searchsorted(first_bytes, tf.cumsum(text_bytes, exclusive=True) + 1)
    return Characters(tf.gather(code_points, first_bytes), tf.cast(starts, tf.int64))


def _read_at_each_byte(data: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Character and number of bytes of the sequence that would start at each byte."""
    second, third, fourth = (following(data, by) for by in (1, 2, 3))
    wanted = _sequence_length(data)
    low = tf.where(data == 0xE0, 0xA0, tf.where(data == 0xF0, 0x90, 0x80))
    high = tf.where(data == 0xED, 0x9F, tf.where(data == 0xF4, 0x8F, 0xBF))
    two = (wanted >= 2) & (second >= low) & (second <= high)
    three = two & (wanted >= 3) & _continues(third)
    four = three & (wanted == 4) & _continues(fourth)
    lengths = 1 + sum(tf.cast(more, tf.int32) for more in (two, three, four))
    # A byte that continues a sequence adds its last six bits.
    of_two = (data & 0x1F) * 64 + (second & 0x3F)
    of_three = ((data & 0x0F) * 64 + (second & 0x3F)) * 64 + (third & 0x3F)
    of_four = (((data & 7) * 64 + (second & 0x3F)) * 64 + (third & 0x3F)) * 64 + (fourth & 0x3F)
    longer = tf.where(wanted == 2, of_two, tf.where(wanted == 3, of_three, of_four))
    character = tf.where(wanted == 1, data, longer)
    return tf.where(lengths == wanted, character, _REPLACEMENT), lengths


def _sequence_length(first: tf.Tensor) -> tf.Tensor:
    """Number of bytes of the sequence that a byte begins; 0 if it can begin none."""
    lengths = [(0xC2, 2), (0xE0, 3), (0xF0, 4), (0xF5, 0)]
    found = tf.where(first < 0x80, 1, 0)
    for lowest, length in lengths:
        found = tf.where(first >= lowest, length, found)
    return found


def _continues(data: tf.Tensor) -> tf.Tensor:
    return data & 0xC0 == 0x80


def following(values: tf.Tensor, by: int = 1) -> tf.Tensor:
    """The value `by` places after each value; zeros after the last one."""
    return tf.pad(values, [[0, by]])[by:]


def previous(values: tf.Tensor, by: int = 1) -> tf.Tensor:
    """The value `by` places before each value; zeros before the first one."""
    return tf.pad(values, [[by, 0]])[: tf.size(values)]


def encode(rows: tf.RaggedTensor) -> tf.Tensor:
    """Encodes characters as strings.

    Args:
        rows: int32 (strings, (characters)); a noncharacter is alone in its row, as in a word.

    Returns:
        string (strings,), in UTF-8.
    """
    strings = tf.strings.unicode_encode(rows, "UTF-8")
    first = tf.gather(tf.pad(rows.values, [[0, 1]]), rows.row_starts())
    ends_plane = first & 0xFFFE == 0xFFFE
    in_block = (first >= 0xFDD0) & (first < 0xFDF0)
    number = tf.where(
        in_block, first - 0xFDD0 + len(_PLANE_ENDS), first // 0x10000 * 2 + (first & 1)
    )
    known = tf.constant([chr(code_point).encode() for code_point in _NONCHARACTERS])
    odd = (ends_plane | in_block) & (rows.row_lengths() > 0)
    return tf.where(odd, tf.gather(known, tf.where(odd, number, 0)), strings)


class CharacterSets:
    """Several sets of characters in one table, which has the code points at which sets change.

    A table of all code points would take a megabyte.
    """

    def __init__(self, sets: Mapping[str, Iterable[Sequence[int]]]) -> None:
        """Makes the table.

        Args:
            sets: first and last code point of each range of each set, by name; at most 31 sets.
        """
        masks = np.zeros(_CODE_POINTS, np.int32)
        self._bits = {name: 1 << number for number, name in enumerate(sets)}
        for name, ranges in sets.items():
            for first, last in ranges:
                masks[first : last + 1] |= self._bits[name]
        self._starts = np.flatnonzero(np.diff(masks, prepend=-1)).astype(np.int32)
        self._masks = masks[self._starts]

    def find(self, code_points: tf.Tensor) -> dict[str, tf.Tensor]:
        """Whether each character is in each set, by name; bool of the shape of `code_points`."""
        # One constant, because an array would be saved once for each operation that reads it.
        place = tf.searchsorted(tf.constant(self._starts), code_points, side="right") - 1
        masks = tf.gather(self._masks, place)
        return {name: masks & bit != 0 for name, bit in self._bits.items()}


def find_sorted(keys: np.ndarray, code_points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Looks characters up in a sorted table.

    Args:
        keys: int32 (entries,), sorted, at least one.
        code_points: int32 (characters,).

    Returns:
        Whether each character has an entry, bool (characters,), and the index of its entry in
        `keys`, int32 (characters,), 0 without an entry.
    """
    entries = tf.constant(keys)
    place = tf.minimum(tf.searchsorted(entries, code_points), len(keys) - 1)
    found = tf.gather(entries, place) == code_points
    return found, tf.where(found, place, 0)


class Words(NamedTuple):
    """The words of a batch of texts, one text after the other.

    Attributes:
        characters: int32 (words, (characters)), code points of each word.
        firsts: int64 (words,), index of the first character among the characters of all texts.
        texts: int64 (words,), number of the text.
        starts: int64 (words,), index of the first character in the text.
        ends: int64 (words,), index in the text of the character after the last.
    """

    characters: tf.RaggedTensor
    firsts: tf.Tensor
    texts: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor

    def among(self, every: Characters, kept: tf.Tensor) -> "Words":
        """The same words, whose places count all characters and not only some of them.

        Args:
            every: all characters.
            kept: bool (characters,), those among which the words were found.
        """
        places = tf.where(kept)[:, 0]
        before = tf.gather(every.starts, self.texts)
        lasts = self.firsts + self.characters.row_lengths() - 1
        return self._replace(
            starts=tf.gather(places, self.firsts) - before,
            ends=tf.gather(places, lasts) + 1 - before,
        )


def find_words(characters: Characters, in_word: tf.Tensor, separates: tf.Tensor) -> Words:
    """Cuts texts into words, as `bioner_kd.text.tokenizer` does.

    Args:
        characters: of the texts.
        in_word: bool (characters,), whether each character continues a word.
        separates: bool (characters,), whether each character belongs to no word. A character that
            is neither is a word by itself.
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
