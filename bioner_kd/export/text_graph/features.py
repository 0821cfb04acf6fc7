"""Words become ids, as `bioner_kd.encoding.word_features` has it."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.word_features import FIRST_ENTRY, LONGEST_SHAPE_RUN, UNKNOWN, WordFeatures
from bioner_kd.export.text_graph.character_sets import find_sorted
from bioner_kd.export.text_graph.characters import encode, previous


class FeatureGraph(tf.Module):
    """A student's word tables as operations."""

    def __init__(self, features: WordFeatures) -> None:
        super().__init__()
        self._config = features.config
        self._folding = _Folding(features.folding)
        self._tables = {
            name: _string_table(entries)
            for name, entries in features.tables.items()
            if name != "char"
        }
        self._characters = _CharacterTable(features.tables.get("char", ()))

    def __call__(self, words: tf.RaggedTensor) -> dict[str, tf.Tensor]:
        """Features of words.

        Args:
            words: int32 (words, (characters)).

        Returns:
            int32 "word_ids" (words,) and so on, "char_ids" (words, max_chars).
        """
        folded = self._folding.fold(words)
        form = folded.with_values(_lower_without_digits(folded.values))
        written = {"shape": _shapes(folded)}
        written["word"] = written["vector"] = form
        written["prefix"] = _kept(form, _places(form) < self._config.prefix_length)
        written["suffix"] = _kept(form, _places_from_end(form) <= self._config.suffix_length)
        strings = {id(rows): encode(rows) for rows in written.values()}
        ids = {
            f"{name}_ids": table.lookup(strings[id(written[name])])
            for name, table in self._tables.items()
        }
        if "char" in self._config.features:
            ids["char_ids"] = self._characters.lookup(folded, self._config.max_chars)
        return ids


class _Folding:
    """Replacement of single characters by any number of characters."""

    def __init__(self, folding: Mapping[str, str]) -> None:
        entries = sorted(folding.items())
        self._keys = np.array([ord(character) for character, _ in entries], np.int32)
        texts = [text for _, text in entries]
        self._lengths = np.array([len(text) for text in texts], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._values = np.array([ord(c) for text in texts for c in text], np.int32)

    def fold(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        if not len(self._values):
            return words
        found, entry = find_sorted(self._keys, words.values)
        lengths = tf.where(found, tf.gather(self._lengths, entry), 1)
        ends = tf.cumsum(lengths)
        owner = tf.repeat(tf.range(tf.size(lengths, tf.int64)), lengths)
        within = tf.range(tf.size(owner, tf.int64)) - tf.gather(ends - lengths, owner)
        found = tf.gather(found, owner)
        place = tf.gather(tf.gather(self._starts, entry), owner) + within
        replaced = tf.gather(self._values, tf.where(found, place, 0))
        values = tf.where(found, replaced, tf.gather(words.values, owner))
        splits = tf.gather(tf.concat([[0], ends], axis=0), words.row_splits)
        return tf.RaggedTensor.from_row_splits(values, splits, validate=False)


class _CharacterTable:
    """Ids of the first and last characters of words."""

    def __init__(self, entries: Sequence[str]) -> None:
        ids = {
            ord(entry): number for number, entry in enumerate(entries, FIRST_ENTRY) if len(entry) == 1
        }
        # Nothing is looked up below 0, where a table without entries has one.
        pairs = sorted(ids.items()) or [(-1, UNKNOWN)]
        self._keys, self._ids = np.array(pairs, np.int32).T

    def lookup(self, words: tf.RaggedTensor, limit: int) -> tf.Tensor:
        head = (limit + 1) // 2
        # A word of the limit's length or less is within both.
        near_end = _places_from_end(words) <= limit - head
        short = tf.gather(words.row_lengths(), words.value_rowids()) <= limit
        clipped = _kept(words, short | near_end | (_places(words) < head))
        found, entry = find_sorted(self._keys, clipped.values)
        ids = tf.where(found, tf.gather(self._ids, entry), UNKNOWN)
        return clipped.with_values(ids).to_tensor(0, shape=[None, limit])


def _string_table(entries: Sequence[str]) -> tf.lookup.StaticHashTable:
    # The last of equal entries counts, as in Python. Lone surrogates, which no text can have, are
    # written so that they match nothing.
    ids = {entry: number for number, entry in enumerate(entries, FIRST_ENTRY)} or {"\ud800": 0}
    keys = [entry.encode("utf-8", "surrogatepass") for entry in ids]
    values = tf.constant(list(ids.values()), tf.int32)
    initializer = tf.lookup.KeyValueTensorInitializer(tf.constant(keys), values)
    return tf.lookup.StaticHashTable(initializer, UNKNOWN)


def _is_between(values: tf.Tensor, first: str, last: str) -> tf.Tensor:
    return (values >= ord(first)) & (values <= ord(last))


def _lower_without_digits(values: tf.Tensor) -> tf.Tensor:
    lower = tf.where(_is_between(values, "A", "Z"), values + 32, values)
    return tf.where(_is_between(values, "0", "9"), ord("0"), lower)


def _shapes(words: tf.RaggedTensor) -> tf.RaggedTensor:
    values = words.values
    kinds = tf.where(_is_between(values, "A", "Z"), ord("X"), values)
    kinds = tf.where(_is_between(values, "a", "z"), ord("x"), kinds)
    kinds = tf.where(_is_between(values, "0", "9"), ord("d"), kinds)
    goes_on = (kinds == previous(kinds)) & (_places(words) > 0)
    longer = [goes_on, *(previous(goes_on, by) for by in range(1, LONGEST_SHAPE_RUN))]
    return _kept(words.with_values(kinds), ~tf.reduce_all(longer, axis=0))


def _places(words: tf.RaggedTensor) -> tf.Tensor:
    """Place of each character in its word, from 0."""
    starts = tf.gather(words.row_starts(), words.value_rowids())
    return tf.range(tf.size(starts, tf.int64)) - starts


def _places_from_end(words: tf.RaggedTensor) -> tf.Tensor:
    """Place of each character in its word, seen from its end, from 1."""
    ends = tf.gather(words.row_limits(), words.value_rowids())
    return ends - tf.range(tf.size(ends, tf.int64))


def _kept(words: tf.RaggedTensor, keep: tf.Tensor) -> tf.RaggedTensor:
    """Words with only some of their characters."""
    so_far = tf.concat([[0], tf.cumsum(tf.cast(keep, tf.int64))], axis=0)
    values = tf.boolean_mask(words.values, keep)
    splits = tf.gather(so_far, words.row_splits)
    return tf.RaggedTensor.from_row_splits(values, splits, validate=False)
