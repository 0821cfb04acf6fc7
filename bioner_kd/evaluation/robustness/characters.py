"""Characters that corpora do not have: invisible ones, symbols, trade marks and other capitals."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from bioner_kd.evaluation.robustness.measured import (
    MOST_CASES,
    Finder,
    Measured,
    Split,
    f1,
    less,
    percent,
)
from bioner_kd.evaluation.robustness.written import Mention, Written
from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import tokenize

INVISIBLE = (
    ("soft hyphen", "\u00ad"),
    ("zero-width space", "\u200b"),
    ("zero-width non-joiner", "\u200c"),
    ("zero-width joiner", "\u200d"),
    ("word joiner", "\u2060"),
    ("byte order mark", "\ufeff"),
    ("variation selector 16", "\ufe0f"),
    ("left-to-right mark", "\u200e"),
    ("left-to-right embedding", "\u202a"),
)
SYMBOLS = "•→✓►■😀☐●"
BEHIND = "™®©℠†"
_INVISIBLE_POINTS, _SYMBOL_PERCENT, _BEHIND_PERCENT = 1.0, 0.2, 1.0


def measure_characters(split: Split) -> list[Measured]:
    """Measures what characters that no corpus has change about the mentions found."""
    return [*_invisible_rows(split), *_symbol_rows(split), *_behind_rows(split)]


def _invisible_rows(split: Split) -> Iterable[Measured]:
    texts = [text for text in map(_with_places, split.with_mentions()) if text[0].mentions]
    usual = percent(split.finder.hits([text for text, _ in texts]))
    cases = sum(len(text.mentions) for text, _ in texts)
    for name, character in INVISIBLE:
        changed = [
            text.with_insertions((place, character) for place in places) for text, places in texts
        ]
        found = percent(split.finder.hits(changed))
        yield Measured(
            "invisible", f"{name} in a word", "mentions found", cases, found, usual,
            less(usual, _INVISIBLE_POINTS),
        )  # fmt: skip


def _with_places(text: Written) -> tuple[Written, list[int]]:
    # Mentions of which no word has two characters have no place inside of a word.
    found = [(one, middle_of(text.text, one)) for one in text.mentions]
    fit = [(one, place) for one, place in found if place is not None]
    return Written(text.text, tuple(one for one, _ in fit)), [place for _, place in fit]


def middle_of(text: str, mention: Mention) -> int | None:
    """The middle of a mention's longest word; None where no word has two characters."""
    _, start, end = mention
    word, first, last = max(tokenize(text[start:end]), key=lambda one: len(one[0]))
    return start + (first + last) // 2 if len(word) > 1 else None


def _symbol_rows(split: Split) -> Iterable[Measured]:
    alone, texts = [], split.with_mentions(MOST_CASES)
    for symbol in SYMBOLS:
        found = split.finder.find(f"{symbol} {text.text}" for text in texts)
        drawn = [any(start == 0 for _, start, _ in ones) for ones in found]
        alone += [any((start, end) == (0, 1) for _, start, end in ones) for ones in found]
        yield _at_most(
            _SYMBOL_PERCENT, f"{_shown(symbol)} before a sentence",
            "sentences where a mention contains it", drawn,
        )  # fmt: skip
    yield _at_most(0.0, "each before a sentence", "sentences where it is a mention alone", alone)
    by_itself = [bool(ones) for ones in split.finder.find(list(SYMBOLS))]
    yield _at_most(0.0, "each as the whole text", "texts where it is a mention", by_itself)


def _shown(symbol: str) -> str:
    # A symbol that is two columns wide would shift the table.
    wide = unicodedata.east_asian_width(symbol) == "W"
    return unicodedata.name(symbol).lower() if wide else symbol


def _at_most(most: float, text: str, measure: str, hits: Sequence[bool]) -> Measured:
    return Measured("symbols", text, measure, len(hits), percent(hits), most=most)


def _behind_rows(split: Split) -> Iterable[Measured]:
    texts = split.with_mentions()
    for symbol in BEHIND:
        changed = [
            text.with_insertions((end, symbol) for _, _, end in text.mentions) for text in texts
        ]
        found = split.finder.find(text.text for text in changed)
        drawn = [
            symbol in text.text[start:end]
            for text, ones in zip(changed, found, strict=True)
            for _, start, end in ones
            if _touches(text.mentions, start, end)
        ]
        name = f"{symbol} behind a mention"
        yield _at_most(_BEHIND_PERCENT, name, "found mentions that contain it", drawn)


def _touches(mentions: Sequence[Mention], start: int, end: int) -> bool:
    # With the symbol, which is one character and stands right behind.
    return any(start <= last and first < end for _, first, last in mentions)


_CAPITALS_POINTS = 1.5


def title_case(word: str) -> str:
    """A word with its first letter in upper case, and the others as they are."""
    return word[:1].upper() + word[1:]


CASES: tuple[tuple[str, Callable[[str], str], float | None], ...] = (
    ("upper case", str.upper, _CAPITALS_POINTS),
    ("lower case", str.lower, None),
    ("title case", title_case, None),
)


def measure_capitals(split: Split) -> list[Measured]:
    """F1 of the same words in other capitals; the words are given, and not cut again."""
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
