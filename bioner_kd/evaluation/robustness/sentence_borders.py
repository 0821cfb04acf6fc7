"""Borders of sentences, and mentions that brackets or borders cut in two."""

from collections.abc import Sequence

from bioner_kd.evaluation.robustness.measured import Measured, Split, percent, spread
from bioner_kd.evaluation.robustness.written import Written

ENDINGS = (
    *(f"vitamin {letter}" for letter in "ABCDEK"),
    *(f"hepatitis {letter}" for letter in "ABCDE"),
    "type I",
    "type II",
    "group A",
    "group B",
    "factor V",
    "factor X",
    "protein C",
    "protein S",
)
ABBREVIATIONS = ("ser.", "str.", "pv.", "cv.", "inj.", "eg.", "incl.", "conc.", "aq.")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
# Sentences that stand behind each ending, and names that stand behind each abbreviation.
_MOST_SENTENCES, _MOST_NAMES = 50, 100


def measure_borders(split: Split) -> list[Measured]:
    """What is found over the border of sentences, and where a sentence is cut wrongly."""
    return [*_pair_rows(split), _abbreviation_row(split), _bracket_row(split)]


def _pair_rows(split: Split) -> list[Measured]:
    openings = spread(
        [
            one.text
            for one in split.written
            if one.text[:1].isupper() and any(start == 0 for _, start, _ in one.mentions)
        ],
        _MOST_SENTENCES,
    )
    firsts = [f"The patients had {ending}. " for ending in ENDINGS]
    texts = [(first + opening, len(first)) for first in firsts for opening in openings]
    found = split.finder.find(text for text, _ in texts)
    crossed = [
        any(start < border < end for _, start, end in ones)
        for (_, border), ones in zip(texts, found, strict=True)
    ]
    uncut = [not _is_cut(split, text, border) for text, border in texts]
    name = '"vitamin E." and the like before a sentence'
    return [
        Measured("borders", name, what, len(texts), percent(hits), most=0.0)
        for what, hits in (
            ("texts where a mention crosses the border", crossed),
            ("texts without a border there", uncut),
        )
    ]


def _abbreviation_row(split: Split) -> Measured:
    names = {
        name[:1].upper() + name[1:]
        for one in split.written
        for _, start, end in one.mentions
        if (name := one.text[start:end])[0].isalpha()
    }
    firsts = [f"This was found with {abbreviation} " for abbreviation in ABBREVIATIONS]
    cut = [
        _is_cut(split, f"{first}{name} in most cases.", len(first))
        for first in firsts
        for name in spread(sorted(names), _MOST_NAMES)
    ]
    return Measured(
        "borders", '"ser." and the like before a capital', "texts that are cut there",
        len(cut), percent(cut), most=0.0,
    )  # fmt: skip


def _is_cut(split: Split, text: str, place: int) -> bool:
    starts = [sentence.spans[0][0] for sentence in split.finder.tagger.sentences(text)]
    return place in starts


def _bracket_row(split: Split) -> Measured:
    texts: Sequence[Written] = split.written
    found = split.finder.find(text.text for text in texts)
    unpaired = [
        not are_paired(text.text[start:end])
        for text, ones in zip(texts, found, strict=True)
        for _, start, end in ones
    ]
    return Measured(
        "borders", "sentences as they are", "found mentions whose brackets do not pair",
        len(unpaired), percent(unpaired), most=0.0,
    )  # fmt: skip


def are_paired(text: str) -> bool:
    """Whether each bracket of a text has its partner in the text."""
    opened = []
    for character in text:
        if character in _BRACKETS.values():
            opened.append(character)
        elif character in _BRACKETS and (not opened or opened.pop() != _BRACKETS[character]):
            return False
    return not opened
