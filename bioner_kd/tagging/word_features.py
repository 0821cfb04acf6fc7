"""Words become numbers: the tables of the student, which travel with it.

Every rule here is a table or ASCII arithmetic, so that a runtime in another language gives the same
ids.
"""

import functools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.settings import Bound, Settings, at_least, at_most, setting
from bioner_kd.tagging.capitals import Capitals
from bioner_kd.tagging.word_form import (
    fold,
    folding_of,
    folding_table,
    inner_folding_table,
    word_form,
    word_shape,
)
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import MASK

PAD, UNKNOWN = 0, 1
FIRST_ENTRY = 2
# What is learnt with the student, and what a file of word vectors brings.
LEARNT, VECTOR = ("word", "prefix", "suffix", "shape", "char"), "vector"
FEATURES = ("word", VECTOR, *LEARNT[1:])
# Characters of a word that a student may read, so that a stranger's does not make a page of it.
MOST_CHARS = 1000
_CACHED_WORDS = 200_000


def _are_features(names: tuple[str, ...]) -> bool:
    distinct = set(names)
    return "word" in distinct <= set(FEATURES) and len(distinct) == len(names)


@dataclass(frozen=True)
class FeatureConfig(Settings):
    """What the student sees of a word: tables, each with an embedding of its own.

    A file of word vectors adds the feature "vector".
    """

    features: tuple[str, ...] = setting(
        LEARNT,
        f"What the student sees of a word, of {', '.join(LEARNT)}; 'word' is always needed.",
        bound=Bound(
            f"chosen from {','.join(LEARNT)}, each at most once, 'word' always", _are_features
        ),
    )
    prefix_length: int = setting(3, "Characters of a prefix.", bound=at_least(1))
    suffix_length: int = setting(3, "Characters of a suffix.", bound=at_least(1))
    max_chars: int = setting(
        16,
        "Characters of a word that the character CNN reads; head and tail of a longer word.",
        bound=at_least(2) & at_most(MOST_CHARS),
    )
    min_count: int = setting(
        2,
        "A word form seen less often in training is unknown; it may have a vector.",
        bound=at_least(1),
    )
    vocabulary_size: int = setting(
        50_000,
        "Vectors of --vectors that are kept: words of the training text first, then the first of "
        "the file; 0 keeps all. A word without one is known by its characters.",
        bound=at_least(0),
    )


def _count_words(sentences: Iterable[Sentence]) -> Counter[str]:
    counts = Counter(word for sentence in sentences for word in sentence.words)
    # A masked word has to be what any unknown word is.
    counts.pop(MASK, None)
    return counts


def _clip(characters: str, limit: int) -> str:
    if len(characters) <= limit:
        return characters
    head = (limit + 1) // 2
    return characters[:head] + characters[len(characters) - (limit - head) :]


@dataclass(frozen=True)
class WordFeatures:
    """Tables from words to ids; id 0 is padding, id 1 anything that training did not show.

    Attributes:
        config: which features there are.
        tables: entries of each feature in the order of their ids, which start at 2.
        folding: replacement of single characters, applied first.
        inner_folding: replacement of characters between two letters a to z, instead of `folding`.
        capitals: how sentences in capitals are read; None reads them as they are.
    """

    config: FeatureConfig
    tables: Mapping[str, tuple[str, ...]]
    folding: Mapping[str, str] = field(default_factory=folding_table)
    inner_folding: Mapping[str, str] = field(default_factory=inner_folding_table)
    capitals: Capitals | None = None

    @classmethod
    def from_sentences(
        cls,
        sentences: Iterable[Sentence],
        config: FeatureConfig,
        vector_forms: Collection[str] = (),
        transfer: Iterable[Sentence] = (),
    ) -> "WordFeatures":
        """Collects the tables from training text, the most frequent entries first.

        Args:
            sentences: the training split.
            config: which features there are.
            vector_forms: word forms that have a vector, the most frequent ones first. The most
                useful ones are those that the training text has, then the first of the rest.
            transfer: the training text without annotation. Its forms have embeddings of their own
                where there are no vectors; where there are, they would only repeat what vectors
                say, and make the student large.

        Raises:
            InputError: there is no word.
        """
        sentences = list(sentences)
        empty = cls(config, dict.fromkeys(config.features, ()))
        seen: dict[str, Counter[str]] = {name: Counter() for name in config.features}
        annotated = _count_words(sentences)
        if not annotated:
            raise InputError("The training text has no word; check the corpus that --corpus names.")
        empty._count_entries(annotated, seen)
        of_words = seen["word"].copy()
        empty._count_entries(_count_words(transfer), seen)
        if vector_forms:
            seen["word"] = of_words
        minimum = {"word": config.min_count}
        tables = {
            name: tuple(
                entry
                for entry, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))
                if count >= minimum.get(name, 1)
            )
            for name, counter in seen.items()
        }
        if VECTOR in tables:
            with_vector = frozenset(vector_forms)
            seen_forms = [form for form in tables[VECTOR] if form in with_vector]
            useful = dict.fromkeys([*seen_forms, *vector_forms])
            tables[VECTOR] = tuple(useful)[: config.vocabulary_size or None]
        return with_spellings(cls(config, tables), sentences)

    def _count_entries(self, words: Counter[str], seen: Mapping[str, Counter[str]]) -> None:
        for word, count in words.items():
            for name, entries in self.entries(word).items():
                for entry in entries:
                    seen[name][entry] += count

    def entries(self, word: str) -> dict[str, tuple[str, ...]]:
        """Table entries of a word, in the order of `FEATURES`; "char" has one a character."""
        folded = fold(word, self.folding, self.inner_folding)
        form = word_form(folded)
        every = {
            "word": (form,),
            VECTOR: (form,),
            "prefix": (form[: self.config.prefix_length],),
            "suffix": (form[-self.config.suffix_length :],),
            "shape": (word_shape(folded),),
            "char": tuple(_clip(folded, self.config.max_chars)),
        }
        return {name: every[name] for name in FEATURES if name in self.config.features}

    @functools.cached_property
    def _ids(self) -> dict[str, dict[str, int]]:
        return {
            name: {entry: number for number, entry in enumerate(table, FIRST_ENTRY)}
            for name, table in self.tables.items()
        }

    @functools.cached_property
    def _rows(self) -> dict[str, tuple[int, ...]]:
        return {}

    def _row(self, word: str) -> tuple[int, ...]:
        row = self._rows.get(word)
        if row is None:
            entries = self.entries(word)
            row = tuple(
                self._ids[name].get(entry, UNKNOWN) for name in entries for entry in entries[name]
            )
            row += (PAD,) * (self.width - len(row))
            if len(self._rows) >= _CACHED_WORDS:
                self._rows.clear()
            self._rows[word] = row
        return row

    @property
    def width(self) -> int:
        """Ids of a word: one a feature, `max_chars` for "char"."""
        return sum(self.config.max_chars if name == "char" else 1 for name in self.config.features)

    @property
    def columns(self) -> dict[str, slice | int]:
        """Column, or columns, of each feature in the matrix of `matrix`."""
        columns: dict[str, slice | int] = {}
        start = 0
        for name in FEATURES:
            if name in self.config.features:
                width = self.config.max_chars if name == "char" else 1
                columns[name] = slice(start, start + width) if name == "char" else start
                start += width
        return columns

    def spelled(self, words: Sequence[str]) -> Sequence[str]:
        """The words of a sentence as they are read: one in capitals in usual spelling."""
        return words if self.capitals is None else self.capitals.read(words, self.is_known)

    def is_known(self, word: str) -> bool:
        """Whether a table of words has the form of a word."""
        form = word_form(fold(word, self.folding, self.inner_folding))
        return any(form in self._ids.get(name, ()) for name in ("word", VECTOR))

    def matrix(self, words: Sequence[str]) -> np.ndarray:
        """All ids of words as int32 (words, width)."""
        rows = [self._row(word) for word in words]
        return np.array(rows, np.int32).reshape(len(rows), self.width)

    def encode(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        """Student features: int32 "word_ids" (words,) and so on, "char_ids" (words, max_chars)."""
        matrix = self.matrix(self.spelled(words))
        return {f"{name}_ids": matrix[:, column] for name, column in self.columns.items()}

    def sizes(self) -> dict[str, int]:
        """Rows that each embedding needs, padding and unknown included."""
        return {name: len(table) + FIRST_ENTRY for name, table in self.tables.items()}

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads, of lists, strings and numbers."""
        config = {**vars(self.config), "features": list(self.config.features)}
        tables = {name: list(table) for name, table in self.tables.items()}
        data = {"config": config, "tables": tables, "folding": dict(self.folding)}
        if self.inner_folding:
            data["inner_folding"] = dict(self.inner_folding)
        if self.capitals is not None:
            data["capitals"] = self.capitals.to_json()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "WordFeatures":
        """Reads what `to_json` gave.

        Raises:
            InputError: a part is missing or is not what it should be.
        """
        try:
            config = FeatureConfig(**settings_of(data["config"]))
            tables = {name: texts_of(data["tables"][name], name) for name in config.features}
            folding, inner = folding_of(data["folding"]), folding_of(data.get("inner_folding", {}))
            capitals = Capitals.from_json(data["capitals"]) if "capitals" in data else None
            return cls(config, tables, folding, inner, capitals)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"The word tables are incomplete or damaged ({one_line(error)}); export "
                "the student again."
            ) from error


def with_spellings(features: WordFeatures, sentences: Iterable[Sentence]) -> WordFeatures:
    """Word features that read sentences in capitals by the spellings of other sentences."""
    return replace(features, capitals=Capitals.from_sentences(sentences))


def texts_of(values: object, name: str) -> tuple[str, ...]:
    """Strings of a list; ValueError where it is anything else.

    Args:
        values: what should be a list of strings.
        name: what they are, for the message.
    """
    if not isinstance(values, list | tuple) or not set(map(type, values)) <= {str}:
        raise ValueError(f"{shown(name)} is no list of strings")
    return tuple(values)


def settings_of(settings: object) -> dict[str, Any]:
    """Settings of word features: a list of strings and whole numbers; else ValueError."""
    if not isinstance(settings, dict):
        raise ValueError("'config' is no JSON object")
    numbers = {name: value for name, value in settings.items() if name != "features"}
    for name, value in numbers.items():
        if type(value) is not int:
            raise ValueError(f"{shown(name)} is no whole number")
    return {**numbers, "features": texts_of(settings["features"], "features")}
