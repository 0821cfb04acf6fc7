"""The folder of a report."""

import re

import pytest

from bioner_kd.lab.study.analysis import analyse
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.report import draw_pictures, write_report

from .made import make_group, make_groups, make_results


def names(results, folder):
    return [picture.stem for picture in draw_pictures(folder, results)]


def test_everything_is_written_and_the_page_stands_alone(tmp_path):
    write_report(tmp_path, make_results(), {"This report": "bioner_kd report"})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "f1.png", "f1.svg", "f1_over_alpha.png", "f1_over_alpha.svg", "groups.csv", "index.html",
        "report.md", "scores.csv",
    ]  # fmt: skip
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<img src="(.{19})', page) == ["data:image/svg+xml;"] * 2
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    pictures = re.findall(r"\]\((\S+)\)", text)
    assert pictures == ["f1.svg", "f1_over_alpha.svg"]
    assert all((tmp_path / picture).is_file() for picture in pictures)


def test_the_same_results_are_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_report(tmp_path / name, make_results(), {})
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_costs_are_drawn_where_they_were_measured(tmp_path):
    costs = {"teacher": Cost(12.0), "scratch": Cost(0.5, 2_000_000, 61.0)}
    costs["taught"] = Cost(0.6, 2_100_000, 80.0)
    found = names(make_results(costs=costs), tmp_path)
    assert found == ["f1", "f1_over_alpha", "f1_over_bytes", "f1_over_time"]


def test_groups_alike_in_all_numbers_have_no_curve(tmp_path):
    groups = analyse([make_group("a", [0.7], head="crf")], resamples=100, rounds=100)
    assert names(make_results(groups), tmp_path) == ["f1"]


@pytest.mark.parametrize("baseline", ["scratch", "teacher"])
def test_the_baseline_is_drawn_once(tmp_path, baseline):
    assert names(make_results(make_groups(baseline)), tmp_path) == ["f1", "f1_over_alpha"]
