"""Words become numbers: the tables of the student, which travel with it.

Every rule here is a table or ASCII arithmetic, so that a runtime in another language gives the same
ids.
"""

import functools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bioner_kd.errors import InputError, UsageError, at_least, check_bounds, one_line, shown
from bioner_kd.tagging.word_form import fold, folding_of, folding_table, word_form, word_shape
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


@dataclass(frozen=True)
class FeatureConfig:
    """What the student sees of a word.

    Attributes:
        features: subset of `FEATURES`, "word" included; each is a table with an embedding of its
            own. "vector" comes with a file of word vectors.
        prefix_length: characters of a prefix.
        suffix_length: characters of a suffix.
        max_chars: characters of a word that the character CNN reads; of a longer word, the head and
            the tail.
        min_count: a form seen less often in training is unknown; it may still have a vector.
        vocabulary_size: word vectors that are kept, those of the most useful words; 0 keeps all.
    """

    features: tuple[str, ...] = LEARNT
    prefix_length: int = 3
    suffix_length: int = 3
    max_chars: int = 16
    min_count: int = 2
    vocabulary_size: int = 50_000

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a feature is unknown or repeated, "word" is missing, or a number is out of
                its bounds.
        """
        unknown = sorted(set(self.features) - set(FEATURES))
        if unknown or len(set(self.features)) != len(self.features) or "word" not in self.features:
            raise UsageError(
                f"--features={one_line(','.join(self.features))}: choose from {','.join(LEARNT)}, "
                "each at most once, 'word' always."
            )
        rules = {
            **at_least(self, 1, "prefix_length", "suffix_length", "min_count"),
            "max_chars": (2 <= self.max_chars <= MOST_CHARS, f"from 2 to {MOST_CHARS}"),
            **at_least(self, 0, "vocabulary_size"),
        }
        check_bounds(self, rules)


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
    """

    config: FeatureConfig
    tables: Mapping[str, tuple[str, ...]]
    folding: Mapping[str, str] = field(default_factory=folding_table)

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
        return cls(config, tables)

    def _count_entries(self, words: Counter[str], seen: Mapping[str, Counter[str]]) -> None:
        for word, count in words.items():
            for name, entries in self.entries(word).items():
                for entry in entries:
                    seen[name][entry] += count

    def entries(self, word: str) -> dict[str, tuple[str, ...]]:
        """Table entries of a word, in the order of `FEATURES`; "char" has one a character."""
        folded = fold(word, self.folding)
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

    def matrix(self, words: Sequence[str]) -> np.ndarray:
        """All ids of words as int32 (words, width)."""
        rows = [self._row(word) for word in words]
        return np.array(rows, np.int32).reshape(len(rows), self.width)

    def encode(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        """Student features: int32 "word_ids" (words,) and so on, "char_ids" (words, max_chars)."""
        matrix = self.matrix(words)
        return {f"{name}_ids": matrix[:, column] for name, column in self.columns.items()}

    def sizes(self) -> dict[str, int]:
        """Rows that each embedding needs, padding and unknown included."""
        return {name: len(table) + FIRST_ENTRY for name, table in self.tables.items()}

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads, of lists, strings and numbers."""
        config = {**vars(self.config), "features": list(self.config.features)}
        tables = {name: list(table) for name, table in self.tables.items()}
        return {"config": config, "tables": tables, "folding": dict(self.folding)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "WordFeatures":
        """Reads what `to_json` gave.

        Raises:
            InputError: a part is missing or is not what it should be.
        """
        try:
            config = FeatureConfig(**settings_of(data["config"]))
            tables = {name: texts_of(data["tables"][name], name) for name in config.features}
            return cls(config, tables, folding_of(data["folding"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"The word tables are incomplete or damaged ({one_line(error)}); export "
                "the student again."
            ) from error


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
