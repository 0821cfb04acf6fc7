"""How a sentence in capitals is read: each of its words in the spelling that it mostly has.

Capitals hide which words are names. A sentence without a letter a to z, in which some word has many
letters, is therefore read as training text would have spelled it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bioner_kd.text.sentence import Sentence

HYPHEN = "-"
# Chosen on the development splits of NCBI-disease and BC5CDR.
MIN_LETTERS, UNKNOWN_LETTERS = 6, 5


def lower_ascii(text: str) -> str:
    """A text with A to Z in lower case and all else as it is."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def _has_lower(text: str) -> bool:
    return any("a" <= c <= "z" for c in text)


def _letters(word: str) -> int:
    return sum("A" <= c <= "Z" for c in word)


@dataclass(frozen=True)
class Capitals:
    """The rule for sentences in capitals.

    Attributes:
        spellings: spellings that are mostly used, of words that are mostly not in lower case.
        min_letters: number of letters A to Z that some word of a sentence in capitals has.
        unknown_letters: number of letters from which an unknown word is read in lower case.
    """

    spellings: tuple[str, ...]
    min_letters: int = MIN_LETTERS
    unknown_letters: int = UNKNOWN_LETTERS

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sentence]) -> "Capitals":
        """Counts spellings; the first word of a sentence is left out, and sentences in capitals."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for sentence in sentences:
            if any(map(_has_lower, sentence.words)):
                for word in sentence.words[1:]:
                    counts[lower_ascii(word)][word] += 1
        spellings = (_usual(of_word) for _, of_word in sorted(counts.items()))
        return cls(tuple(word for word in spellings if word != lower_ascii(word)))

    @cached_property
    def _by_lower(self) -> dict[str, str]:
        return {lower_ascii(word): word for word in self.spellings}

    def read(self, words: Sequence[str], is_known: Callable[[str], bool]) -> Sequence[str]:
        """The words of a sentence as they are read.

        Args:
            words: of one sentence.
            is_known: whether the tables have a word in lower case.
        """
        # Nearly all sentences end here, and this check is the fastest for them.
        text = " ".join(words)
        if text != text.upper() and _has_lower(text):
            return words
        if all(_letters(word) < self.min_letters for word in words):
            return words
        beside = [*words[1:], ""], ["", *words]
        return [
            word if len(word) == 1 and HYPHEN in (after, before) else self._word(word, is_known)
            for word, after, before in zip(words, *beside, strict=False)
        ]

    def _word(self, word: str, is_known: Callable[[str], bool]) -> str:
        lower = lower_ascii(word)
        if lower in self._by_lower:
            return self._by_lower[lower]
        return lower if _letters(word) >= self.unknown_letters or is_known(lower) else word

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {**vars_of(self), "spellings": list(self.spellings)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Capitals":
        """Reads what `to_json` gave; KeyError, TypeError or ValueError for anything else."""
        spellings, numbers = data["spellings"], (data["min_letters"], data["unknown_letters"])
        if not isinstance(spellings, list | tuple) or not set(map(type, spellings)) <= {str}:
            raise ValueError("'spellings' is no list of strings")
        if not set(map(type, numbers)) <= {int} or min(numbers) < 1:
            raise ValueError("a number of letters of 'capitals' is no whole number above 0")
        return cls(tuple(spellings), *numbers)


def vars_of(rule: Capitals) -> dict[str, int]:
    """Its numbers by name."""
    return {"min_letters": rule.min_letters, "unknown_letters": rule.unknown_letters}


def _usual(counts: Counter[str]) -> str:
    word, count = max(counts.items(), key=lambda item: (item[1], item[0]))
    return word if 2 * count > counts.total() else lower_ascii(word)
