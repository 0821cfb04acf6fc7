import pytest

pytest.importorskip("matplotlib")

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from matplotlib.figure import Figure

from bioner_kd.errors import InputError
from bioner_kd.lab.study.analysis import analyse
from bioner_kd.lab.study.plots import (
    curves,
    find_curves,
    overview,
    overview_height,
    pareto,
    pareto_front,
    save_picture,
    setting_value,
)

from .made import make_group, make_groups


def scored(*groups):
    return analyse(list(groups), resamples=100, rounds=100)


def test_groups_that_differ_in_one_setting_are_a_curve_in_order_of_its_values():
    groups = scored(
        make_group("b", [0.7], alpha=1.0),
        make_group("a", [0.8], alpha=0.3),
        make_group("teacher", [0.9], teacher=True, alpha=0.5),
        make_group("other", [0.5]),
    )
    (curve,) = find_curves(groups, "alpha")
    assert curve.name == ""
    assert [(x, group.name) for x, group in curve.points] == [(0.3, "a"), (1.0, "b")]


def test_other_settings_part_curves_and_name_them():
    groups = scored(
        *(
            make_group(f"{alpha} {size}", [0.7], alpha=alpha, transfer_size=size, units=8)
            for alpha in (0.3, 1.0)
            for size in (0, 10_000)
        ),
        make_group("alone", [0.7], alpha=0.3, transfer_size=40_000, units=8),
    )
    by_name = {curve.name: curve for curve in find_curves(groups, "alpha")}
    assert list(by_name) == ["transfer_size=0", "transfer_size=10000"]
    sizes = {
        curve.name: [x for x, _ in curve.points] for curve in find_curves(groups, "transfer_size")
    }
    assert sizes == {"alpha=0.3": [0.0, 10_000.0, 40_000.0], "alpha=1.0": [0.0, 10_000.0]}


def test_no_transfer_set_begins_every_curve_over_its_size():
    groups = scored(
        make_group("none", [0.6], transfer_size=0, transfer_ratio=1, units=8),
        make_group("small", [0.7], transfer_size=10_000, transfer_ratio=2, units=8),
        make_group("large", [0.8], transfer_size=40_000, transfer_ratio=2, units=8),
        make_group("often", [0.8], transfer_size=40_000, transfer_ratio=4, units=8),
        make_group("wide", [0.8], transfer_size=0, transfer_ratio=1, units=9),
    )
    found = find_curves(groups, "transfer_size")
    assert {curve.name: [group.name for _, group in curve.points] for curve in found} == {
        "transfer_ratio=2": ["none", "small", "large"],
        "transfer_ratio=4": ["none", "often"],
    }


def test_all_text_there_was_is_no_size():
    groups = scored(
        make_group("a", [0.7], transfer_size=-1), make_group("b", [0.7], transfer_size=0)
    )
    assert find_curves(groups, "transfer_size") == []


def test_groups_of_one_value_are_no_curve():
    groups = scored(make_group("a", [0.7], alpha=1.0), make_group("b", [0.8], alpha=1.0, units=9))
    assert find_curves(groups, "alpha") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.30", 0.3), ("1e4", 1e4), ("", None), ("none", None), (None, None), ("-1", None)],
)
def test_numbers(text, value):
    assert setting_value(text) == value


def drawn(draw) -> Figure:
    figure = Figure(layout="constrained")
    draw(figure.add_subplot())
    figure.canvas.draw()
    return figure


def legend(figure: Figure) -> list[str]:
    found = [*figure.legends, *filter(None, [figure.axes[0].get_legend()])]
    return [text.get_text() for one in found for text in one.get_texts()]


def test_a_picture_is_two_files_with_the_same_bytes_each_time(tmp_path):
    for name in ("a", "b"):
        save_picture(tmp_path / name, overview(make_groups(), "scratch"))
    for kind in ("svg", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_overview_names_every_group_from_the_top():
    groups = make_groups()
    (axes,) = drawn(overview(groups, "scratch")).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "teacher",
        "scratch",
        "taught",
    ]
    assert axes.yaxis_inverted()
    assert overview_height(groups * 10) > overview_height(groups)


def test_names_are_shortened_and_dollar_signs_are_no_mathematics(tmp_path):
    group = make_group("$x_1$ <&> " + "long " * 20, [0.7])
    groups = analyse([group], resamples=100, rounds=100)
    save_picture(tmp_path / "a", overview(groups, ""))
    save_picture(tmp_path / "b", pareto([(5.0, groups[0])], "ms", size=False))
    (axes,) = drawn(overview(groups, "")).axes
    assert axes.get_yticklabels()[0].get_text().startswith("$x_1$ <&> long")
    assert len(axes.get_yticklabels()[0].get_text()) == 40


@pytest.fixture(scope="module")
def sizes():
    return analyse(
        [
            make_group(f"{alpha} {size}", [0.7, 0.8], alpha=alpha, transfer_size=size)
            for alpha in (0.3, 0.6)
            for size in (0, 10_000, 150_000)
        ],
        resamples=100,
        rounds=100,
    )


def test_curves_are_told_apart_and_lines_are_named(sizes):
    found = find_curves(sizes, "transfer_size")
    lines = make_groups()[:1]
    figure = drawn(curves(found, lines, "sentences", logarithmic=True))
    assert set(legend(figure)) == {"alpha=0.3", "alpha=0.6", "teacher"}
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "10,000", "150,000"]
    assert axes.get_xscale() == "symlog"


def test_many_names_stand_below_the_axes_and_take_nothing_from_them():
    made = [make_group(f"{n}-{a}", [0.7], alpha=a, units=n) for n in range(9) for a in (0.3, 1.0)]
    groups = analyse(made, resamples=100, rounds=100)
    figure = drawn(curves(find_curves(groups, "alpha"), [], "alpha"))
    assert legend(figure) == [f"units={n}" for n in range(9)]
    assert figure.axes[0].get_legend() is None
    assert figure.get_figheight() > Figure().get_figheight()


def test_a_curve_alone_needs_no_legend(sizes):
    found = find_curves(sizes[:3], "transfer_size")
    assert legend(drawn(curves(found, [], "sentences"))) == []


def test_two_sizes_of_which_one_is_none(sizes):
    found = find_curves(sizes[:2], "transfer_size")
    assert drawn(curves(found, [], "sentences", logarithmic=True)).axes[0].get_xscale() == "linear"


def test_runs_of_one_seed_have_no_error_bars():
    groups = analyse(
        [make_group("a", [0.7], alpha=0.3), make_group("b", [0.8], alpha=1.0)],
        resamples=100,
        rounds=100,
    )
    drawn(curves(find_curves(groups, "alpha"), [], "alpha"))


def test_what_no_other_beats_is_named_on_the_front():
    groups = {group.name: group for group in make_groups()}
    costs = [(90e6, groups["teacher"]), (4e6, groups["scratch"]), (3e6, groups["taught"])]
    figure = drawn(pareto(costs, "bytes", size=True))
    assert legend(figure) == ["taught", "teacher"]
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "5 MB" in labels and "50 MB" in labels


def test_a_teacher_is_named_even_where_a_student_beats_it():
    groups = {group.name: group for group in make_groups()}
    costs = [(9.0, groups["scratch"]), (1.0, groups["teacher"])]
    assert legend(drawn(pareto(costs, "ms", size=False))) == ["teacher"]
    costs = [(0.4, groups["teacher"]), (0.4, groups["taught"])]
    assert legend(drawn(pareto(costs, "ms", size=False))) == ["teacher"]


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([], []),
        ([(1, 80)], [0]),
        ([(1, 80), (2, 90)], [0, 1]),
        ([(1, 80), (2, 80)], [0]),
        ([(1, 80), (1, 90)], [1]),
        ([(1, 80), (1, 80)], [0, 1]),
        ([(3, 90), (1, 70), (2, 60)], [0, 1]),
    ],
)
def test_the_front_is_what_no_other_point_beats(points, front):
    assert pareto_front(points) == front


def test_no_screen_is_needed(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    save_picture(tmp_path / "a", lambda axes: axes.plot([1, 2]))


def test_a_full_disk_is_one_clear_error(tmp_path, room_for):
    with room_for(1000), pytest.raises(InputError, match="f1: cannot write .*File too large"):
        save_picture(tmp_path / "f1", overview(make_groups(), "scratch"))
