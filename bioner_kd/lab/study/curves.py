"""Groups in a row by one setting, all others being equal: the points of a curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.lab.study.analysis import ScoredGroup
from bioner_kd.lab.study.runs import differing_settings

_TRANSFER = "transfer_"
_SIZE = "transfer_size"


@dataclass(frozen=True)
class Curve:
    """Groups that differ in one setting.

    Attributes:
        name: the other settings in which this curve differs from the next; "" of the only one.
        points: value of the setting and the group, in the order of the values.
    """

    name: str
    points: tuple[tuple[float, ScoredGroup], ...]


def find_curves(groups: Sequence[ScoredGroup], setting: str) -> list[Curve]:
    """The curves of students over a numeric setting; those of a single point are left out.

    Args:
        groups: teachers among them are passed over, and groups without the setting.
        setting: name of a flag, such as "alpha".
    """
    placed = [
        (value, group)
        for group in groups
        if not group.teacher and (value := number(group.group.settings.get(setting))) is not None
    ]
    others = [n for n in differing_settings([g.group for _, g in placed]) if n != setting]
    rows: dict[tuple[str, ...], list[tuple[float, ScoredGroup]]] = {}
    for value, group in sorted(placed, key=lambda point: point[0], reverse=True):
        settings = group.group.settings
        key = tuple(settings.get(n, "") for n in others)
        # How to draw from a transfer set means nothing where there is none: it begins every curve.
        free = setting == _SIZE and value == 0
        same = [row for row in rows if free and _agree(others, row, key)]
        for row in same or [key]:
            rows.setdefault(row, []).append((value, group))
    found = {key: points for key, points in rows.items() if len({x for x, _ in points}) > 1}
    names = _names(others, list(found))
    return [
        Curve(name, tuple(sorted(points, key=lambda point: point[0])))
        for name, points in zip(names, found.values(), strict=True)
    ]


def _agree(settings: Sequence[str], one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    pairs = zip(settings, one, other, strict=True)
    return all(a == b for name, a, b in pairs if not name.startswith(_TRANSFER))


def number(text: str | None) -> float | None:
    """A setting as a number; None where it is none, or below 0, which stands for "all"."""
    try:
        value = math.nan if text is None else float(text)
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None


def _names(settings: Sequence[str], keys: Sequence[tuple[str, ...]]) -> list[str]:
    if len(keys) < 2:
        return [""] * len(keys)
    told = [n for n, values in enumerate(zip(*keys, strict=True)) if len(set(values)) > 1]
    return [", ".join(f"{settings[n]}={key[n] or 'none'}" for n in told) for key in keys]
