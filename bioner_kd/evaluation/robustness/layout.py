"""Mentions in other layouts than that of a corpus: lists, tables and wrapped lines.

In a list each mention has a line of its own, also behind a mark; in a table it has a cell.
Paragraphs are wrapped to lines, and words are wrapped at a hyphen.
"""

import random
import textwrap
from collections.abc import Callable, Sequence

from bioner_kd.evaluation.robustness.measured import Measured, Split, f1, less, percent, spread
from bioner_kd.evaluation.robustness.written import Mention, Written, joined
from bioner_kd.text.tokenizer import tokenize

SEED = 0
GROUP, MOST_GROUPS = 6, 250
# What stands before the first to the last mention of a group.
_LETTERS = "abcdef"
MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("- ", ("- ",) * GROUP),
    ("* ", ("* ",) * GROUP),
    ("• ", ("• ",) * GROUP),
    ("– ", ("– ",) * GROUP),
    ("1. ", tuple(f"{number}. " for number in range(1, GROUP + 1))),
    ("1) ", tuple(f"{number}) " for number in range(1, GROUP + 1))),
    ("(a) ", tuple(f"({letter}) " for letter in _LETTERS)),
    ("a) ", tuple(f"{letter}) " for letter in _LETTERS)),
    ("→ ", ("→ ",) * GROUP),
    ("✓ ", ("✓ ",) * GROUP),
)
_COLUMNS = 3
_LIST_POINTS = 3.0
_MEASURE = "mentions found"


def measure_lists(split: Split) -> list[Measured]:
    """Mentions found in lists and tables, beside the same mentions with commas between them."""
    groups = groups_of(split.written)
    usual = _recall(split, [joined(group, ", ") for group in groups])
    cases = sum(map(len, groups))
    rows = [Measured("lists", "joined by commas", _MEASURE, cases, usual)]
    for name, layout in _layouts():
        found = _recall(split, [layout(group) for group in groups])
        least = less(usual, _LIST_POINTS)
        rows.append(Measured("lists", name, _MEASURE, cases, found, usual, least))
    return rows


def groups_of(texts: Sequence[Written]) -> list[list[Written]]:
    """The distinct mentions of texts in at most 250 groups, shuffled the same way each time."""
    distinct = {(one.text[start:end], name) for one in texts for name, start, end in one.mentions}
    mentions = [Written(text, ((name, 0, len(text)),)) for text, name in sorted(distinct)]
    random.Random(SEED).shuffle(mentions)
    starts = range(0, len(mentions), GROUP)[:MOST_GROUPS]
    return [mentions[first : first + GROUP] for first in starts]


def _recall(split: Split, cases: Sequence[Written]) -> float | None:
    return percent(split.finder.hits(cases))


def _layouts() -> list[tuple[str, Callable[[Sequence[Written]], Written]]]:
    marked = [(f'one a line behind "{name}"', _behind(marks)) for name, marks in MARKS]
    return [
        ("one a line", lambda group: joined(group, "\n")),
        *marked,
        ("cells with TAB between", lambda group: joined(_lines(group, "", "\t", ""), "\n")),
        ("a table of bars", _table),
    ]


def _behind(marks: Sequence[str]) -> Callable[[Sequence[Written]], Written]:
    def layout(group: Sequence[Written]) -> Written:
        # The last group may have fewer mentions than there are marks.
        lines = [one.with_insertions([(0, mark)]) for one, mark in zip(group, marks, strict=False)]
        return joined(lines, "\n")

    return layout


def _lines(group: Sequence[Written], first: str, between: str, last: str) -> list[Written]:
    rows = [joined(group[n : n + _COLUMNS], between) for n in range(0, len(group), _COLUMNS)]
    return [row.with_insertions([(0, first), (len(row.text), last)]) for row in rows]


def _table(group: Sequence[Written]) -> Written:
    head, *others = _lines(group, "| ", " | ", " |")
    rule = Written("|" + "---|" * min(len(group), _COLUMNS), ())
    return joined([head, rule, *others], "\n")


WIDTHS = (80, 60)
# Sentences of a paragraph, and number of paragraphs.
_TOGETHER, _MOST_PARAGRAPHS = 6, 300
_LINE_POINTS = 3.0
# Letters on either side of a hyphen at the end of a line.
_SHORTEST_PART = 3


def measure_lines(split: Split) -> list[Measured]:
    """Mentions of wrapped paragraphs, beside those of the same paragraphs on one line each."""
    paragraphs = paragraphs_of(split.written)
    usual = split.finder.find(one.text for one in paragraphs)
    rows = []
    for width in WIDTHS:
        rows += _wrapped_rows(split, paragraphs, usual, width)
    return [*rows, _hyphenated_row(split)]


def paragraphs_of(texts: Sequence[Written]) -> list[Written]:
    """Neighbouring sentences as paragraphs, at most 300."""
    starts = spread(range(0, len(texts), _TOGETHER), _MOST_PARAGRAPHS)
    return [joined(texts[first : first + _TOGETHER], " ") for first in starts]


def wrapped(text: str, width: int) -> str:
    """A text in lines, with a line break in place of some blanks."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def _wrapped_rows(
    split: Split, paragraphs: Sequence[Written], usual: Sequence[frozenset[Mention]], width: int
) -> list[Measured]:
    cases = [Written(wrapped(one.text, width), one.mentions) for one in paragraphs]
    found = split.finder.find(case.text for case in cases)
    gold = [case.mentions for case in cases]
    name = f"paragraphs of {width} columns"
    before = f1(gold, usual)
    rows = [
        Measured("lines", name, "F1", sum(map(len, gold)), f1(gold, found), before, before),
        _recall_row(name, "mentions found", gold, found, usual),
    ]
    broken = [
        [one for one in case.mentions if "\n" in case.text[one[1] : one[2]]] for case in cases
    ]
    return [*rows, _recall_row(name, "mentions with a line break found", broken, found, usual)]


def _recall_row(
    name: str,
    measure: str,
    gold: Sequence[Sequence[Mention]],
    found: Sequence[frozenset[Mention]],
    usual: Sequence[frozenset[Mention]],
) -> Measured:
    before, after = (
        percent([one in seen for ones, seen in zip(gold, every, strict=True) for one in ones])
        for every in (usual, found)
    )
    return Measured("lines", name, measure, sum(map(len, gold)), after, before, before)


def _hyphenated_row(split: Split) -> Measured:
    pairs = []
    for text in split.written:
        for mention in text.mentions:
            one = Written(text.text, (mention,))
            place = hyphen_place(one, split)
            if place is not None:
                pairs.append((one, one.with_insertions([(place, "-\n")])))
    pairs = spread(pairs)
    usual = percent(split.finder.hits([one for one, _ in pairs]))
    found = percent(split.finder.hits([other for _, other in pairs]))
    return Measured(
        "lines", "a word wrapped at a hyphen", "mentions found", len(pairs), found, usual,
        less(usual, _LINE_POINTS),
    )  # fmt: skip


def hyphen_place(text: Written, split: Split) -> int | None:
    """Where the longest suitable word of the only mention is wrapped; None where there is none.

    A word is suitable if the student's tables have the word and, at some place, lack one of its
    parts. Of these places, the one nearest to the middle is taken.
    """
    ((_, start, end),) = text.mentions
    words = [one for one in tokenize(text.text[start:end]) if one[0].isalpha()]
    for word, first, _ in sorted(words, key=lambda one: -len(one[0])):
        if split.knows(word):
            places = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
            for place in sorted(places, key=lambda place: abs(2 * place - len(word))):
                if not (split.knows(word[:place]) and split.knows(word[place:])):
                    return start + first + place
    return None
