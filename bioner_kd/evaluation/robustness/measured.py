"""Rows of the measure: what is found in a changed text, beside what is found in the usual text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bioner_kd.evaluation.robustness.written import Mention, Written
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.sentence import Sentence

# Enough cases for a figure to a tenth of a percent, few enough to take seconds.
MOST_CASES = 1000
# Sentences of rows that count their mentions, of which a sentence has two or three.
_MOST_SENTENCES = 500


@dataclass(frozen=True)
class Measured:
    """One row.

    Attributes:
        kind: what happens to the text, such as "lists".
        text: which change it is exactly.
        measure: what the percentages are.
        cases: number of mentions, sentences or texts that the percentage is of.
        percent: the figure; None where there is no case.
        usual: the same figure of the text as it usually is; None where there is none.
        least: what it should be at least, percent; None where nothing is asked.
        most: what it should be at most, percent; None where nothing is asked.
    """

    kind: str
    text: str
    measure: str
    cases: int
    percent: float | None
    usual: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the figure is as it should be; None where nothing is asked or measured."""
        if self.percent is None or self.least is None and self.most is None:
            return None
        # Sums of percentages are not exact in the last digits.
        return (self.least is None or self.percent >= self.least - 1e-9) and (
            self.most is None or self.percent <= self.most + 1e-9
        )

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values, ready for `json.dump`."""
        return {**asdict(self), "reached": self.reached}


class Finder:
    """Finds mentions of chosen types in texts.

    Attributes:
        tagger: an exported student.
        types: entity types that count; all if empty.
    """

    def __init__(self, tagger: Tagger, types: frozenset[str] = frozenset()) -> None:
        """Takes the student."""
        self.tagger, self.types = tagger, types

    def find(self, texts: Iterable[str]) -> list[frozenset[Mention]]:
        """What the student finds in each text."""
        return [
            frozenset(
                (one.type, one.start, one.end)
                for one in found
                if not self.types or one.type in self.types
            )
            for found in self.tagger.tag_many(texts, workers=1)
        ]

    def hits(self, cases: Sequence[Written]) -> list[bool]:
        """Whether each annotated mention of each text is found, with its very characters."""
        found = self.find(case.text for case in cases)
        return [
            mention in one
            for case, one in zip(cases, found, strict=True)
            for mention in case.mentions
        ]


def percent(hits: Sequence[bool]) -> float | None:
    """Percent of the cases that are true; None where there is none."""
    return 100.0 * sum(hits) / len(hits) if hits else None


def less(usual: float | None, points: float) -> float | None:
    """A percentage that is lower by some points."""
    return None if usual is None else usual - points


def f1(gold: Sequence[Iterable[Any]], found: Sequence[frozenset[Any]]) -> float | None:
    """F1 of mentions over all texts, percent; None where nothing is annotated."""
    pairs = [(frozenset(one), other) for one, other in zip(gold, found, strict=True)]
    annotated, predicted = sum(len(one) for one, _ in pairs), sum(len(other) for _, other in pairs)
    right = sum(len(one & other) for one, other in pairs)
    return 200.0 * right / (annotated + predicted) if annotated else None


def spread(items: Sequence[Any], most: int = MOST_CASES) -> list[Any]:
    """At most `most` items, at even distances over all of them."""
    if len(items) <= most:
        return list(items)
    return [items[number * len(items) // most] for number in range(most)]


@dataclass(frozen=True)
class Split:
    """What the rows are measured on.

    Attributes:
        finder: the student.
        sentences: annotated sentences that have words.
        written: the text of each.
        knows: whether a student's tables have a word.
    """

    finder: Finder
    sentences: Sequence[Sentence]
    written: Sequence[Written]
    knows: Callable[[str], bool]

    def with_mentions(self, most: int = _MOST_SENTENCES) -> list[Written]:
        """Texts of at most `most` sentences that have mentions."""
        return spread([one for one in self.written if one.mentions], most)
