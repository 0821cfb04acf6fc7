"""Pictures of a report, drawn by matplotlib without a screen, and the curves in them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from bioner_kd.atomic import reported
from bioner_kd.lab.study.analysis import ScoredGroup
from bioner_kd.lab.study.groups import differing_settings

_TRANSFER = "transfer_"
_SIZE = "transfer_size"
# Colours that colour-blind people tell apart too: Okabe and Ito (2008), "Color universal design".
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_GREY, _TEACHER = "#777777", "#555555"
_MARKERS = "osD^vP"  # one fewer than colours, so that pairs of colour and marker repeat late
# A longer legend goes below the axes; with more curves, single runs are not drawn.
FEW = 4
_F1 = "F1 (%)"
# So that the same picture always has the same bytes.
_SETTINGS: Any = {
    "svg.hashsalt": "bioner_kd",
    "text.parse_math": False,  # names may hold dollar signs
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "legend.edgecolor": "none",
    "legend.fontsize": "small",
}
# Level lines: dashed, dotted, dash-dotted, long dashes, dash-dot-dot, wide dots.
_LEVELS = ("--", ":", "-.", (0, (9, 4)), (0, (6, 2, 1, 2, 1, 2)), (0, (1, 4)))
_DPI = 150

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Curve:
    """Groups that differ in one setting alone, as points of a curve.

    Attributes:
        name: the other settings in which this curve differs from other curves; "" of a single one.
        points: value of the setting and the group, in the order of the values.
    """

    name: str
    points: tuple[tuple[float, ScoredGroup], ...]


def find_curves(groups: Sequence[ScoredGroup], setting: str) -> list[Curve]:
    """The curves of students over a numeric setting, without those of a single point.

    Args:
        groups: teachers and groups without the setting are left out.
        setting: name of a flag, such as "alpha".
    """
    placed = [
        (value, group)
        for group in groups
        if not group.teacher
        and (value := setting_value(group.group.settings.get(setting))) is not None
    ]
    others = [n for n in differing_settings([g.group for _, g in placed]) if n != setting]
    rows: dict[tuple[str, ...], list[tuple[float, ScoredGroup]]] = {}
    for value, group in sorted(placed, key=lambda point: point[0], reverse=True):
        settings = group.group.settings
        key = tuple(settings.get(n, "") for n in others)
        # Without a transfer set, its other flags mean nothing: the group begins every curve.
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


def setting_value(text: str | None) -> float | None:
    """A setting as a number; None where it is no number, or below 0, which stands for "all"."""
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


def save_picture(path: Path, draw: Draw, *, height: float = 4.0) -> None:
    """Draws a picture into `path`.svg and `path`.png.

    Args:
        path: path without ending.
        draw: function that draws into the axes.
        height: inches; pictures are 7 inches wide.
    """
    with rc_context(_SETTINGS):
        figure = Figure(figsize=(7.0, height), layout="constrained")
        draw(figure.add_subplot())
        with reported(path):
            figure.savefig(path.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
            figure.savefig(path.with_suffix(".png"), dpi=_DPI, metadata={"Software": None})


def overview(groups: Sequence[ScoredGroup], baseline: str) -> Draw:
    """Draws each group's mean F1, its interval and its runs, the first group on top."""

    def draw(axes: Axes) -> None:
        for row, group in enumerate(groups):
            colour = _TEACHER if group.teacher else _COLOURS[0]
            axes.plot(group.interval, (row, row), color=colour, linewidth=5, alpha=0.25)
            axes.plot(group.run_f1, [row] * len(group.runs), "|", color=colour, markersize=9)
            axes.plot(group.f1, row, "o", color=colour)
            if group.name == baseline:
                axes.axvline(group.f1, color=_GREY, linestyle="--", linewidth=1, zorder=1)
        axes.set_yticks(range(len(groups)), [_shortened(group.name, 40) for group in groups])
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.set_xlabel(_F1)
        axes.grid(visible=False, axis="y")

    return draw


def overview_height(groups: Sequence[ScoredGroup]) -> float:
    """Inches that `overview` needs."""
    return 1.0 + 0.3 * len(groups)


def curves(
    found: Sequence[Curve], lines: Sequence[ScoredGroup], setting: str, *, logarithmic: bool = False
) -> Draw:
    """Draws F1 over a setting: mean, standard deviation and each run.

    Args:
        found: the curves.
        lines: groups without the setting, such as the teacher, drawn as level lines.
        setting: label of the horizontal axis.
        logarithmic: whether the axis is logarithmic above 0.
    """

    def draw(axes: Axes) -> None:
        for number, curve in enumerate(found):
            _curve(axes, curve, number, runs=len(found) <= FEW)
        for number, group in enumerate(lines):
            style = _LEVELS[number % len(_LEVELS)]
            axes.axhline(
                group.f1,
                color=_TEACHER,
                linestyle=style,
                linewidth=1,
                label=_shortened(group.name, 40),
            )
        values = sorted({x for curve in found for x, _ in curve.points})
        if logarithmic:
            _sizes(axes, values)
        elif len(values) <= 12:
            axes.xaxis.set_major_locator(FixedLocator(values))
        axes.set_xlabel(setting)
        axes.set_ylabel(_F1)
        if lines or len(found) > 1:
            _legend(axes)

    return draw


def pareto(groups: Sequence[tuple[float, ScoredGroup]], label: str, *, size: bool) -> Draw:
    """Draws F1 over cost; groups that no cheaper group equals are joined and named.

    Args:
        groups: cost and group of each point.
        label: label of the horizontal axis.
        size: whether the cost is in bytes and not in milliseconds.
    """
    front = pareto_front([(cost, group.f1) for cost, group in groups])

    def draw(axes: Axes) -> None:
        axes.set_xscale("log")
        ends = sorted((groups[number] for number in front), key=lambda point: point[0])
        axes.step([x for x, _ in ends], [g.f1 for _, g in ends], where="post", color=_GREY, lw=1)
        for number, (cost, group) in enumerate(groups):
            if number not in front and not group.teacher:
                axes.plot(cost, group.f1, "o", color=_GREY, alpha=0.4)
        # In a legend, because names beside the points would cover each other.
        for shape, (cost, group) in enumerate(ends):
            _named_point(axes, cost, group, shape)
        for number, (cost, group) in enumerate(groups):
            if number not in front and group.teacher:
                _named_point(axes, cost, group, len(ends))
        axes.set_xlabel(label)
        axes.set_ylabel(_F1)
        axes.margins(0.15)
        _plain_ticks(axes, _megabytes if size else "{:g}".format)
        _legend(axes)

    return draw


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Numbers of the points (cost, score) on the Pareto front; equal points are all on it."""
    return [
        number
        for number, (cost, score) in enumerate(points)
        if not any(c <= cost and s >= score and (c, s) != (cost, score) for c, s in points)
    ]


def _curve(axes: Axes, curve: Curve, number: int, *, runs: bool) -> None:
    colour, marker = _COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)]
    xs = [x for x, _ in curve.points]
    stds = [group.summary.std for _, group in curve.points]
    axes.errorbar(
        xs,
        [group.f1 for _, group in curve.points],
        yerr=[std.conlleval.micro.f1 if std else 0.0 for std in stds],
        color=colour,
        marker=marker,
        markersize=5,
        capsize=3,
        linewidth=1.5,
        elinewidth=1,
        label=_shortened(curve.name, 60) or "students",
    )
    for x, group in curve.points if runs else ():
        axes.plot([x] * len(group.runs), group.run_f1, ".", color=colour, alpha=0.35, markersize=4)


def _sizes(axes: Axes, values: Sequence[float]) -> None:
    above = [value for value in values if value > 0]
    if above and above[0] < values[-1]:
        axes.set_xscale("symlog", linthresh=above[0], linscale=0.5)
    axes.xaxis.set_major_locator(FixedLocator(list(values)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.tick_params(axis="x", rotation=30)


def _named_point(axes: Axes, x: float, group: ScoredGroup, shape: int) -> None:
    colour = _TEACHER if group.teacher else _COLOURS[shape % len(_COLOURS)]
    marker = "*" if group.teacher else _MARKERS[shape % len(_MARKERS)]
    label = _shortened(group.name, 40)
    size = 11 if group.teacher else 7
    axes.plot(x, group.f1, marker, color=colour, markersize=size, linestyle="", label=label)


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure = axes.get_figure()
    if len(labels) <= FEW or not isinstance(figure, Figure):
        axes.legend()
        return
    figure.set_figheight(figure.get_figheight() + 0.2 * -(-len(labels) // 2))
    figure.legend(handles, labels, loc="outside lower center", ncols=2)


def _plain_ticks(axes: Axes, show: Callable[[Any], str]) -> None:
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_locator(NullLocator())
    formatter = FuncFormatter(lambda value, _: show(value))
    axes.xaxis.set_major_formatter(formatter)


def _megabytes(size: float) -> str:
    return f"{size / 1e6:g} MB"


def _shortened(name: str, length: int) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"
