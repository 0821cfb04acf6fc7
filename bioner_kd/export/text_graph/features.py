"""Looks up the ids of words, as `bioner_kd.tagging.word_features` does."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.characters import encode, find_sorted, previous
from bioner_kd.tagging.capitals import HYPHEN, Capitals, lower_ascii
from bioner_kd.tagging.word_features import FIRST_ENTRY, UNKNOWN, WordFeatures
from bioner_kd.tagging.word_form import LONGEST_SHAPE_RUN


class _Words:
    """The characters of all words in one tensor, int32, and the start of each word, int64."""

    def __init__(self, values: tf.Tensor, splits: tf.Tensor) -> None:
        self.values, self.splits = values, splits
        self.ragged = tf.RaggedTensor.from_row_splits(values, splits, validate=False)

    @cached_property
    def owners(self) -> tf.Tensor:
        return self.ragged.value_rowids()

    @cached_property
    def places(self) -> tf.Tensor:
        """Place of each character in its word, counted from 0."""
        starts = tf.gather(self.splits, self.owners)
        return tf.range(tf.size(starts, tf.int64)) - starts

    @cached_property
    def places_from_end(self) -> tf.Tensor:
        """Place of each character before the end of its word, counted from 1."""
        ends = tf.gather(self.splits, self.owners + 1)
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
        self._folding = _Folding(features.folding, features.inner_folding)
        self._capitals = _CapitalsGraph(features.capitals) if features.capitals else None
        self._tables = {
            name: _string_table(entries)
            for name, entries in features.tables.items()
            if name != "char"
        }
        self._characters = _CharacterTable(features.tables.get("char", ()))

    def __call__(
        self, words: tf.RaggedTensor, sentences: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        """Computes the features of words.

        Args:
            words: int32 (words, (characters)).
            sentences: int32 (words,), number of the sentence of each word, ascending; None means
                one sentence.

        Returns:
            int32 "word_ids" (words,), "char_ids" (words, max_chars) and so on, by name.
        """
        read = _Words(words.values, words.row_splits)
        if self._capitals:
            if sentences is None:
                sentences = tf.zeros([words.nrows()], tf.int32)
            read = self._capitals.read(read, sentences, self._are_known)
        folded = self._folding.fold(read)
        strings = self._strings(folded)
        # Tables give -1 for an unknown entry.
        ids = {
            f"{name}_ids": table.lookup(strings[name]) + FIRST_ENTRY
            for name, table in self._tables.items()
        }
        if "char" in self._config.features:
            ids["char_ids"] = self._characters.lookup(folded, self._config.max_chars)
        return ids

    def are_known(self, words: tf.RaggedTensor) -> tf.Tensor:
        """Whether a table of words has each of some words, int32 (words, (characters))."""
        return self._are_known(_Words(words.values, words.row_splits))

    def _are_known(self, words: _Words) -> tf.Tensor:
        folded = self._folding.fold(words)
        form = encode(folded.ragged.with_values(_lower_without_digits(folded.values)))
        tables = [self._tables[name] for name in ("word", "vector") if name in self._tables]
        return tf.reduce_any([table.lookup(form) >= 0 for table in tables], axis=0)

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


class _CapitalsGraph(tf.Module):
    """`bioner_kd.tagging.capitals.Capitals` as operations."""

    def __init__(self, rule: Capitals) -> None:
        super().__init__()
        self._rule = rule
        spellings = {lower_ascii(word): word for word in rule.spellings}
        self._table = _string_table(list(spellings))
        # A spelling is as long as its lower case. At least one value, which no word reads.
        lengths = [len(word) for word in spellings.values()] or [0]
        self._starts = np.cumsum(lengths, dtype=np.int64) - lengths
        self._values = np.array([ord(c) for c in "".join(spellings.values())] or [0], np.int32)

    def read(
        self, words: _Words, sentences: tf.Tensor, are_known: Callable[[_Words], tf.Tensor]
    ) -> _Words:
        chosen = self._in_capitals(words, sentences) & ~self._beside_hyphen(words, sentences)
        values = words.values
        upper = _is_between(values, "A", "Z")
        lower = _Words(tf.where(upper, values + 32, values), words.splits)
        # Tables give -1 for an unknown entry.
        entry = self._table.lookup(encode(lower.ragged))
        many = self._letters(words) >= self._rule.unknown_letters
        in_lower = chosen & (many | are_known(lower))
        owners = words.owners
        read = tf.where(tf.gather(in_lower, owners), lower.values, values)
        spelled = tf.gather(chosen & (entry >= 0), owners)
        starts = tf.gather(self._starts, tf.gather(tf.maximum(entry, 0), owners))
        usual = tf.gather(self._values, tf.where(spelled, starts + words.places, 0))
        return _Words(tf.where(spelled, usual, read), words.splits)

    def _letters(self, words: _Words) -> tf.Tensor:
        upper = tf.cast(_is_between(words.values, "A", "Z"), tf.int32)
        return tf.reduce_sum(words.ragged.with_values(upper), axis=1)

    def _in_capitals(self, words: _Words, sentences: tf.Tensor) -> tf.Tensor:
        lower = tf.cast(_is_between(words.values, "a", "z"), tf.int32)
        any_lower = tf.reduce_sum(words.ragged.with_values(lower), axis=1)
        of_lower = tf.math.segment_max(any_lower, sentences)
        longest = tf.math.segment_max(self._letters(words), sentences)
        found = (of_lower == 0) & (longest >= self._rule.min_letters)
        return tf.gather(found, sentences)

    def _beside_hyphen(self, words: _Words, sentences: tf.Tensor) -> tf.Tensor:
        single = words.ragged.row_lengths() == 1
        hyphen = encode(words.ragged) == HYPHEN
        no = tf.zeros([1], tf.bool)
        same = sentences[1:] == sentences[:-1]
        before = tf.concat([no, hyphen[:-1] & same], axis=0)[: tf.size(sentences)]
        after = tf.concat([hyphen[1:] & same, no], axis=0)[: tf.size(sentences)]
        return single & (before | after)


# Added to the code point of a character that stands between two letters a to z.
_INNER = 0x200000


class _Folding:
    """Replacement of single characters by any number of characters."""

    def __init__(self, folding: Mapping[str, str], inner: Mapping[str, str]) -> None:
        self._inner = np.array(sorted(map(ord, inner)), np.int32)
        codes = {ord(c): text for c, text in folding.items()}
        entries = sorted((codes | {ord(c) + _INNER: text for c, text in inner.items()}).items())
        self._keys = np.array([code for code, _ in entries], np.int32)
        texts = [text for _, text in entries]
        self._lengths = np.array([len(text) for text in texts], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        # At least one value, which is read for characters without an entry.
        self._values = np.array([ord(c) for text in texts for c in text] or [0], np.int32)

    def fold(self, words: _Words) -> _Words:
        if not len(self._keys):
            return words
        found, entry = find_sorted(self._keys, self._marked(words))
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

    def _marked(self, words: _Words) -> tf.Tensor:
        if not len(self._inner):
            return words.values
        lower = _is_between(words.values, "a", "z")
        before = previous(lower) & (words.places > 0)
        after = tf.concat([lower[1:], tf.zeros([1], tf.bool)], axis=0)[: tf.size(lower)]
        inner, _ = find_sorted(self._inner, words.values)
        inner &= before & after & (words.places_from_end > 1)
        return tf.where(inner, words.values + _INNER, words.values)


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
