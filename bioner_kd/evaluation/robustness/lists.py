"""Mentions in lists and tables: one a line, behind marks, in cells."""

import random
from collections.abc import Callable, Sequence

from bioner_kd.evaluation.robustness.measured import Measured, Split, less, percent
from bioner_kd.evaluation.robustness.written import Written, joined

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
_POINTS = 3.0
_MEASURE = "mentions found"


def measure_lists(split: Split) -> list[Measured]:
    """Mentions found in lists and tables, beside the same mentions with commas between them."""
    groups = groups_of(split.written)
    usual = _recall(split, [joined(group, ", ") for group in groups])
    cases = sum(map(len, groups))
    rows = [Measured("lists", "joined by commas", _MEASURE, cases, usual)]
    for name, layout in _layouts():
        found = _recall(split, [layout(group) for group in groups])
        least = less(usual, _POINTS)
        rows.append(Measured("lists", name, _MEASURE, cases, found, usual, least))
    return rows


def groups_of(texts: Sequence[Written]) -> list[list[Written]]:
    """The distinct mentions of texts, shuffled alike each time, in groups, so many at most."""
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
