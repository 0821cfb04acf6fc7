"""Raw scores become precisions: what share of such mentions is right.

A student's mean probability ranks its mentions, but promises too much. A curve for each entity
type, fitted on annotated text when the student was exported, says how many of the mentions with a
raw score were right there, and how many of all mentions with at least that raw score.
"""

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from bioner_kd.errors import InputError, shown
from bioner_kd.tagging.decoding import Entity

MOST_KNOTS = 20


class NotCalibratedError(InputError):
    """A precision is asked of a student whose scores promise none."""


class Knot(NamedTuple):
    """A point of a curve.

    Attributes:
        raw_score: from 0 to 1.
        precision: share of right ones among the mentions with that raw score.
        precision_above: share of right ones among the mentions with at least that raw score.
    """

    raw_score: float
    precision: float
    precision_above: float


@dataclass(frozen=True)
class Curve:
    """Precision over the raw score of the mentions of one type: straight lines between knots.

    Below the first knot and above the last one it is level.

    Attributes:
        mentions: number of found mentions that the curve was fitted on.
        knots: 1 to 20, in order of their raw scores; precisions never fall.

    Examples:
        >>> curve = Curve(200, (Knot(0.5, 0.4, 0.8), Knot(0.9, 0.8, 0.9)))
        >>> [round(curve.precision(score), 3) for score in (0.2, 0.7, 1)]
        [0.4, 0.6, 0.8]
        >>> round(curve.precision_above(0.7), 3)
        0.85
    """

    mentions: int
    knots: tuple[Knot, ...]

    def __post_init__(self) -> None:
        """Checks the knots.

        Raises:
            ValueError: there are none or too many, a number is none of 0 to 1, or they fall.
        """
        if not 1 <= len(self.knots) <= MOST_KNOTS:
            raise ValueError(f"a curve has {len(self.knots)} knots, not 1 to {MOST_KNOTS}")
        if not all(0 <= number <= 1 for knot in self.knots for number in knot):
            raise ValueError("a knot has a number that is not from 0 to 1")
        for before, after in pairwise(self.knots):
            rises = before.raw_score < after.raw_score
            if not rises or before[1] > after[1] or before[2] > after[2]:
                raise ValueError("the knots of a curve fall, or two have the same raw score")

    def precision(self, raw_score: float) -> float:
        """Share of right ones among the mentions with that raw score."""
        return self._value(raw_score, 1)

    def precision_above(self, raw_score: float) -> float:
        """Share of right ones among the mentions with at least that raw score."""
        return self._value(raw_score, 2)

    @cached_property
    def _columns(self) -> tuple[tuple[float, ...], ...]:
        return tuple(zip(*self.knots, strict=True))

    def _value(self, raw_score: float, column: int) -> float:
        places, values = self._columns[0], self._columns[column]
        after = bisect.bisect_right(places, raw_score)
        if after in (0, len(places)):
            return values[min(after, len(places) - 1)]
        share = (raw_score - places[after - 1]) / (places[after] - places[after - 1])
        return values[after - 1] + share * (values[after] - values[after - 1])


@dataclass(frozen=True)
class Calibration:
    """The curves of a student.

    Attributes:
        curves: by entity type; a type without a curve keeps its raw scores.
    """

    curves: Mapping[str, Curve] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is a curve."""
        return bool(self.curves)

    def calibrated(self, entities: Iterable[Entity]) -> list[Entity]:
        """The entities with precisions as their scores."""
        if not self.curves:
            return list(entities)
        return [
            replace(one, score=curve.precision(one.raw_score))
            if (curve := self.curves.get(one.type))
            else one
            for one in entities
        ]

    def kept(self, entities: Sequence[Entity], min_precision: float) -> list[Entity]:
        """Entities with so high raw scores that a precision is expected of all of them together.

        Each type has its own threshold. Of a type without a curve nothing is expected, so none of
        its entities is kept.

        Args:
            entities: with raw scores.
            min_precision: precision that is expected of the entities of each type.

        Raises:
            NotCalibratedError: no type has a curve.
        """
        self.check()
        return [
            one
            for one in entities
            if (curve := self.curves.get(one.type))
            and curve.precision_above(one.raw_score) >= min_precision
        ]

    def check(self) -> None:
        """Checks that a precision can be promised.

        Raises:
            NotCalibratedError: no type has a curve.
        """
        if not self.curves:
            raise NotCalibratedError(
                "min_precision: the scores of this student are not calibrated, so no precision can "
                "be expected; export the student again with a corpus that has a devel split."
            )

    def to_json(self) -> dict[str, Any]:
        """The curves by type as JSON values."""
        return {
            name: {"mentions": curve.mentions, "knots": [list(knot) for knot in curve.knots]}
            for name, curve in self.curves.items()
        }

    @classmethod
    def from_json(cls, record: object) -> "Calibration":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the type.
        """
        if not isinstance(record, Mapping):
            raise ValueError("'calibration' is no JSON object")
        return cls({name: _curve(name, value) for name, value in record.items()})


def _curve(name: str, record: object) -> Curve:
    try:
        if not isinstance(record, Mapping):
            raise ValueError("it is no JSON object")
        mentions, knots = record.get("mentions"), record.get("knots")
        if type(mentions) is not int or mentions < 0:
            raise ValueError("its number of mentions is none")
        if not isinstance(knots, list) or not all(map(_is_knot, knots)):
            raise ValueError("its knots are not three numbers from 0 to 1 each")
        return Curve(mentions, tuple(Knot(*map(float, knot)) for knot in knots))
    except ValueError as error:
        raise ValueError(f"'calibration' of {shown(name)}: {error}") from error


def _is_knot(value: object) -> bool:
    # Before they become floats, which a number of 400 digits cannot.
    if not isinstance(value, list) or len(value) != 3:
        return False
    return all(type(number) in (int, float) and 0 <= number <= 1 for number in value)
