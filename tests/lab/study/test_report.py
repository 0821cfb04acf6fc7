import pytest

pytest.importorskip("matplotlib")

import csv
import re
from pathlib import Path

from bioner_kd.lab.study.analysis import analyse, compare_pairs
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.report import (
    GROUPS,
    PAIRS,
    SCORES,
    draw_pictures,
    write_csv_files,
    write_report,
)

from .made import make_group, make_groups, make_results, with_devel


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


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def results():
    return make_results(costs={"taught": Cost(0.5, 2_300_000, 88.25)})


def test_every_run_has_a_row_with_its_settings_and_scores(results, tmp_path):
    write_csv_files(tmp_path, results)
    table = rows(tmp_path / SCORES)
    assert [row["group"] for row in table] == ["teacher"] + ["scratch"] * 3 + ["taught"] * 3
    assert [row["seed"] for row in table] == ["1", "1", "2", "3", "1", "2", "3"]
    assert [row["alpha"] for row in table] == ["", *["1.0"] * 3, *["0.3"] * 3]
    assert table[4]["folder"] == "runs/taught_1"
    run = results.groups[2].runs[0]
    conlleval, strict = run.scores.conlleval.micro, run.scores.strict.micro
    assert float(table[4]["f1_conlleval"]) == pytest.approx(conlleval.f1, abs=1e-3)
    assert float(table[4]["recall_strict"]) == pytest.approx(strict.recall, abs=1e-3)
    right, predicted, annotated = (int(table[4][n]) for n in ("right", "predicted", "annotated"))
    f1 = 200 * right / (predicted + annotated)
    assert f1 == pytest.approx(conlleval.f1)


def test_every_group_has_a_row_and_what_is_unknown_is_empty(results, tmp_path):
    write_csv_files(tmp_path, results)
    teacher, scratch, taught = rows(tmp_path / GROUPS)
    assert (teacher["kind"], scratch["kind"], taught["runs"]) == ("teacher", "student", "3")
    assert teacher["f1_conlleval_std"] == teacher["difference_p_welch"] == ""
    assert scratch["difference_f1"] == scratch["int8_bytes"] == ""
    difference = results.groups[2].difference
    assert float(taught["difference_p_sentences"]) == pytest.approx(
        difference.p_sentences, rel=1e-4
    )
    assert float(taught["difference_low"]) == pytest.approx(difference.interval[0], abs=1e-3)
    assert float(taught["f1_high"]) == pytest.approx(results.groups[2].interval[1], abs=1e-3)
    assert (taught["int8_bytes"], taught["int8_f1"]) == ("2300000", "88.25")


def test_what_runs_scored_on_devel_stands_beside_the_split(tmp_path):
    write_csv_files(tmp_path, make_results(with_devel(make_groups())))
    assert [float(row["devel_f1"]) for row in rows(tmp_path / SCORES)[:3]] == [80.0, 80.0, 81.0]
    teacher, scratch, _ = rows(tmp_path / GROUPS)
    assert (teacher["devel_f1"], teacher["devel_f1_std"]) == ("80", "")
    assert (scratch["devel_f1"], scratch["devel_f1_std"]) == ("81", "1")


def test_names_with_commas_and_quotes_come_back(tmp_path):
    groups = make_groups()
    object.__setattr__(groups[0].group, "name", 'a, "b"\nc')
    write_csv_files(tmp_path, make_results(groups))
    assert rows(tmp_path / GROUPS)[0]["group"] == 'a, "b"\nc'


def test_pairs_have_a_file_where_there_are_any(results, tmp_path):
    write_csv_files(tmp_path, results)
    assert not (tmp_path / PAIRS).exists()
    pairs = compare_pairs(results.groups, [("taught", "scratch")], resamples=200, rounds=500)
    write_csv_files(tmp_path, make_results(results.groups, pairs=pairs))
    (row,) = rows(tmp_path / PAIRS)
    assert (row["group"], row["against"]) == ("taught", "scratch")
    assert float(row["difference_f1"]) == pytest.approx(pairs[0].difference.f1, abs=1e-3)
