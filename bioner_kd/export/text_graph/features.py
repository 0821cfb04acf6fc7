"""Words become ids, as in `bioner_kd.tagging.word_features`."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.characters import encode, find_sorted, previous
from bioner_kd.tagging.word_features import FIRST_ENTRY, UNKNOWN, WordFeatures
from bioner_kd.tagging.word_form import LONGEST_SHAPE_RUN


class _Words:
    """The characters of all words in one tensor, int32, and the start of each word, int64."""

    def __init__(self, values: tf.Tensor, splits: tf.Tensor) -> None:
        self.values, self.splits = values, splits
        self.ragged = tf.RaggedTensor.from_row_splits(values, splits, validate=False)

    @cached_property
    def _owners(self) -> tf.Tensor:
        return self.ragged.value_rowids()

    @cached_property
    def places(self) -> tf.Tensor:
        """Place of each character in its word, counted from 0."""
        starts = tf.gather(self.splits, self._owners)
        return tf.range(tf.size(starts, tf.int64)) - starts

    @cached_property
    def places_from_end(self) -> tf.Tensor:
        """Place of each character before the end of its word, counted from 1."""
        ends = tf.gather(self.splits, self._owners + 1)
        return ends - tf.range(tf.size(ends, tf.int64))

    def kept(self, values: tf.Tensor, keep: tf.Tensor) -> tf.RaggedTensor:
        """The words with other characters, of which only some are kept."""
        so_far = tf.concat([[0], tf.cumsum(tf.cast(keep, tf.int64))], axis=0)
        splits = tf.gather(so_far, self.splits)
        return tf.RaggedTensor.from_row_splits(
            tf.boolean_mask(values, keep), splits, validate=False
        )


class FeatureGraph(tf.Module):
    """The word tables of a student as operations."""

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
        """Computes the features of words.

        Args:
            words: int32 (words, (characters)).

        Returns:
            int32 "word_ids" (words,), "char_ids" (words, max_chars) and so on, by name.
        """
        folded = self._folding.fold(_Words(words.values, words.row_splits))
        strings = self._strings(folded)
        # Tables give -1 for an unknown entry.
        ids = {
            f"{name}_ids": table.lookup(strings[name]) + FIRST_ENTRY
            for name, table in self._tables.items()
        }
        if "char" in self._config.features:
            ids["char_ids"] = self._characters.lookup(folded, self._config.max_chars)
        return ids

    def _strings(self, folded: _Words) -> dict[str, tf.Tensor]:
        config, values = self._config, _lower_without_digits(folded.values)
        form = encode(folded.ragged.with_values(values))
        of_form = {
            "prefix": folded.places < config.prefix_length,
            "suffix": folded.places_from_end <= config.suffix_length,
        }
        parts = {
            name: encode(folded.kept(values, keep))
            for name, keep in of_form.items()
            if name in config.features
        }
        return {"word": form, "vector": form, "shape": encode(_shapes(folded)), **parts}


class _Folding:
    """Replacement of single characters by any number of characters."""

    def __init__(self, folding: Mapping[str, str]) -> None:
        entries = sorted(folding.items())
        self._keys = np.array([ord(character) for character, _ in entries], np.int32)
        texts = [text for _, text in entries]
        self._lengths = np.array([len(text) for text in texts], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        # At least one value, which is read for characters without an entry.
        self._values = np.array([ord(c) for text in texts for c in text] or [0], np.int32)

    def fold(self, words: _Words) -> _Words:
        if not len(self._keys):
            return words
        found, entry = find_sorted(self._keys, words.values)
        lengths = tf.where(found, tf.gather(self._lengths, entry), 1)
        ends = tf.cumsum(lengths)
        # Index of the first character of each replacement, minus its index in the result.
        ahead = tf.gather(self._starts, entry) - (ends - lengths)
        owner = tf.repeat(tf.range(tf.size(lengths, tf.int64)), lengths)
        place = tf.gather(ahead, owner) + tf.range(tf.size(owner, tf.int64))
        found = tf.gather(found, owner)
        replaced = tf.gather(self._values, tf.where(found, place, 0))
        values = tf.where(found, replaced, tf.gather(words.values, owner))
        return _Words(values, tf.gather(tf.concat([[0], ends], axis=0), words.splits))


class _CharacterTable:
    """Ids of the first and last characters of words."""

    def __init__(self, entries: Sequence[str]) -> None:
        ids = {
            ord(entry): number
            for number, entry in enumerate(entries, FIRST_ENTRY)
            if len(entry) == 1
        }
        # A table without entries has one below 0, which no character matches.
        pairs = sorted(ids.items()) or [(-1, UNKNOWN)]
        self._keys, self._ids = np.array(pairs, np.int32).T

    def lookup(self, words: _Words, limit: int) -> tf.Tensor:
        head = (limit + 1) // 2
        length = words.places + words.places_from_end
        near_end = words.places_from_end <= limit - head
        keep = (length <= limit) | near_end | (words.places < head)
        clipped = words.kept(words.values, keep)
        found, entry = find_sorted(self._keys, clipped.values)
        ids = tf.where(found, tf.gather(self._ids, entry), UNKNOWN)
        return clipped.with_values(ids).to_tensor(0, shape=[None, limit])


class _Numbered(tf.lookup.KeyValueTensorInitializer):
    """Numbers strings from 0, without saving a list of the numbers."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        super().__init__(tf.constant(keys), tf.range(len(keys)))
        self._strings = tf.constant(keys)

    def initialize(self, table: Any) -> Any:
        numbers = tf.range(tf.size(self._strings))
        return tf.raw_ops.LookupTableImportV2(
            table_handle=table.resource_handle, keys=self._strings, values=numbers
        )


def _string_table(entries: Sequence[str]) -> tf.lookup.StaticHashTable:
    # Lone surrogates, which no text has, become bytes that match nothing.
    keys = [entry.encode("utf-8", "surrogatepass") for entry in entries or ["\ud800"]]
    return tf.lookup.StaticHashTable(_Numbered(keys), UNKNOWN - FIRST_ENTRY)


def _is_between(values: tf.Tensor, first: str, last: str) -> tf.Tensor:
    return (values >= ord(first)) & (values <= ord(last))


def _lower_without_digits(values: tf.Tensor) -> tf.Tensor:
    lower = tf.where(_is_between(values, "A", "Z"), values + 32, values)
    return tf.where(_is_between(values, "0", "9"), ord("0"), lower)


def _shapes(words: _Words) -> tf.RaggedTensor:
    kinds = tf.where(_is_between(words.values, "A", "Z"), ord("X"), words.values)
    kinds = tf.where(_is_between(words.values, "a", "z"), ord("x"), kinds)
    kinds = tf.where(_is_between(words.values, "0", "9"), ord("d"), kinds)
    goes_on = (kinds == previous(kinds)) & (words.places > 0)
    longer = [goes_on, *(previous(goes_on, by) for by in range(1, LONGEST_SHAPE_RUN))]
    return words.kept(kinds, ~tf.reduce_all(longer, axis=0))
