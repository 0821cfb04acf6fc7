"""Sentences in upper case, lower case and title case."""

from collections.abc import Callable, Sequence

from bioner_kd.evaluation.robustness.measured import Finder, Measured, Split, f1, less
from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence

_POINTS = 1.5


def title_case(word: str) -> str:
    """A word with its first letter in upper case, and the others as they are."""
    return word[:1].upper() + word[1:]


CASES: tuple[tuple[str, Callable[[str], str], float | None], ...] = (
    ("upper case", str.upper, _POINTS),
    ("lower case", str.lower, None),
    ("title case", title_case, None),
)


def measure_capitals(split: Split) -> list[Measured]:
    """F1 of the same words in other letters; the words are given, so that none is cut otherwise."""
    gold = [frozenset(entities(sentence.tags or ())) for sentence in split.sentences]
    cases = sum(map(len, gold))
    usual = f1(gold, _found(split.finder, split.sentences, str))
    return [
        Measured(
            "capitals", name, "F1 of given words", cases,
            f1(gold, _found(split.finder, split.sentences, change)), usual,
            None if points is None else less(usual, points),
        )
        for name, change, points in CASES
    ]  # fmt: skip


def _found(
    finder: Finder, sentences: Sequence[Sentence], change: Callable[[str], str]
) -> list[frozenset[tuple[str, int, int]]]:
    changed = (Sentence.from_words(map(change, sentence.words)) for sentence in sentences)
    (tagged,) = finder.tagger.tag_words_in_groups([changed])
    return [
        frozenset(one for one in entities(tags) if not finder.types or one[0] in finder.types)
        for _, tags in tagged
    ]
