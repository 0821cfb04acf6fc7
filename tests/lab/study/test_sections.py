"""What a report says."""

import dataclasses
from pathlib import Path

import pytest

from bioner_kd.evaluation.errors import Error
from bioner_kd.lab.study.analysis import analyse, compare_pairs
from bioner_kd.lab.study.collection import StudentErrors, StudyResults
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.error_section import example
from bioner_kd.lab.study.page import Code, Heading, Listing, Marked, Paragraph, Picture, Table
from bioner_kd.lab.study.runs import FinishedRun
from bioner_kd.lab.study.sections import make_page, p_value
from bioner_kd.text.sentence import Sentence

from .made import make_group, make_groups, make_results, with_devel

OVERVIEW = Picture("f1", "overview")


def blocks(results: StudyResults, commands=None, pictures=(OVERVIEW,)) -> list:
    return list(make_page(results, pictures, commands or {}).blocks)


def tables(results: StudyResults) -> dict[tuple[str, ...], Table]:
    """Tables by the titles of their first two columns."""
    return {tuple(b.titles[:2]): b for b in blocks(results) if isinstance(b, Table)}


def headings(results: StudyResults, **more) -> list[str]:
    return [block.text for block in blocks(results, **more) if isinstance(block, Heading)]


def test_devel_is_told_beside_another_split():
    groups = with_devel(make_groups())
    one = dataclasses.replace(groups[1].runs[0], devel_f1=None)
    groups[1] = dataclasses.replace(groups[1], runs=(one, *groups[1].runs[1:]))
    results = make_results(groups)
    on_test = dataclasses.replace(results, split=dataclasses.replace(results.split, name="test"))
    table = tables(on_test)[("Group", "Runs")]
    assert table.titles[-1] == "F1 (devel)"
    assert [row[-1] for row in table.rows] == ["80.00", "–", "81.00 ± 1.00"]
    assert "F1 (devel) is that of the epoch that was kept" in blocks(on_test)[0].text
    for other in (results, make_results()):
        assert tables(other)[("Group", "Runs")].titles[-1] == "F1 (strict)"


def test_a_row_a_group_with_its_spread_over_seeds():
    results = make_results()
    table = tables(results)[("Group", "Runs")]
    assert [row[:2] for row in table.rows] == [["teacher", "1"], ["scratch", "3"], ["taught", "3"]]
    taught = results.groups[2]
    std = taught.summary.std.conlleval.micro.f1
    assert table.rows[2][4] == f"{taught.f1:.2f} ± {std:.2f}"
    assert "±" not in table.rows[0][4]
    assert table.strong == {(2, 0), (2, 4)}


def test_the_introduction_says_what_was_scored():
    results = make_results(notes=("2 runs are left out.",))
    first, notes, picture = blocks(results)[:3]
    assert isinstance(first, Paragraph)
    assert "7 runs in 3 groups, scored on the devel split of demo: 80 sentences" in first.text
    assert notes == Listing(("2 runs are left out.",))
    assert picture == OVERVIEW


def test_a_run_that_several_groups_have_is_counted_once():
    groups = make_groups()
    (teacher,) = groups[0].runs
    parts = (teacher.run, groups[1].runs[0].run)
    mean = dataclasses.replace(teacher, run=FinishedRun(Path("a+b"), "", parts))
    more = [dataclasses.replace(groups[0], runs=runs) for runs in ((teacher,), (mean,))]
    first = blocks(make_results([*groups, *more]))[0]
    assert "7 runs in 5 groups" in first.text


def test_types_have_a_table_where_there_are_several():
    table = tables(make_results())[("Group", "Chemical")]
    assert table.titles == ("Group", "Chemical", "Disease")
    assert len(table.rows) == 3
    one = make_results()
    tag_set = type(one.split.tag_set)(("O", "B-Disease", "I-Disease"))
    one = dataclasses.replace(one, split=dataclasses.replace(one.split, tag_set=tag_set))
    assert not any("Disease" in titles for titles in tables(one))


def test_groups_are_compared_with_the_baseline():
    table = tables(make_results())[("Group", "Δ F1")]
    assert [row[0] for row in table.rows] == ["teacher", "taught"]
    assert table.rows[1][1].startswith("+")
    assert table.rows[0][4:] == ["–", "–", "–"]
    assert "Against the baseline: scratch" in headings(make_results())


def test_without_a_baseline_nothing_is_compared():
    results = make_results(make_groups(baseline=""))
    results = dataclasses.replace(results, config=dataclasses.replace(results.config, baseline=""))
    assert not any("baseline" in text for text in headings(results))


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (None, "–"),
        (0.5, "0.50"),
        (0.104, "0.10"),
        (0.0538, "0.054"),
        (0.0469, "0.047"),
        (0.0099, "0.0099"),
        (0.00005, "< 0.0001"),
        (1, "1.00"),
        (0.0496, "0.0496"),
        (0.0504, "0.0504"),
    ],
)
def test_p_values(p, text):
    assert p_value(p) == text


def test_costs_are_told_where_they_were_measured():
    assert tables(make_results())[("Group", "Parameters")].titles[-1] == "On disk"
    f1 = make_groups()[2].run_f1[0]
    costs = {"teacher": Cost(12.345), "taught": Cost(0.5, 2_300_000, f1 - 0.1)}
    rows = tables(make_results(costs=costs))[("Group", "Parameters")].rows
    assert rows[0][1:] == ["22,000,000", "90.0 MB", "–", "–", "12.35"]
    assert rows[1][3:] == ["–", "–", "–"]
    assert rows[2][3:] == ["2.3 MB", "0.10", "0.50"]


def test_settings_in_which_students_differ_are_told():
    table = tables(make_results())[("Group", "--alpha")]
    assert [tuple(row) for row in table.rows] == [
        ("teacher", "–"),
        ("scratch", "1.0"),
        ("taught", "0.3"),
    ]
    alike = analyse([make_group("a", [0.7]), make_group("b", [0.8])], resamples=100, rounds=100)
    assert not any("differ" in text for text in headings(make_results(alike)))


def test_commands_come_last():
    shown = blocks(make_results(), {"This report": "bioner_kd report"})
    assert shown[-2:] == [Paragraph("This report:"), Code("bioner_kd report")]
    assert headings(make_results(), commands={"a": "b"})[-1] == "How to make this again"


def test_other_pictures_have_a_section_of_their_own():
    curve = Picture("f1_over_alpha", "curve")
    shown = blocks(make_results(), pictures=(OVERVIEW, curve))
    assert shown[shown.index(curve) - 1] == Heading("What F1 depends on, and what it costs")


def error(kind: str, text: str, *, before: int = 0, after: int = 0, instead: str = "") -> Error:
    words = [*"a" * before, text, *"b" * after]
    sentence = Sentence.from_words(words)
    return Error(kind, "Disease", text, instead, text == "gout", sentence, before, before + 1)


def test_errors_are_counted_and_listed():
    errors = StudentErrors(
        "taught",
        ["teacher", "big teacher"],
        [error("missed", "gout"), error("missed", "Gout"), error("wrong border", "x", instead="y")],
        [error("invented", "mice")],
        {"teacher": (95.0, 80.0), "taught": (90.0, None)},
    )
    results = make_results(errors=errors)
    assert "Errors of taught that most teachers do not make" in headings(results)
    shown = [block for block in blocks(results) if isinstance(block, Table)]
    counts, recalls, missed, false = shown[-5:-1]
    assert [tuple(row) for row in counts.rows] == [
        ("missed mention", "2", "1", "1"),
        ("missed mention, wrong border", "1", "0", "1"),
        ("false mention", "1", "0", "1"),
        ("together", "4", "1", "3"),
    ]
    assert [tuple(row) for row in recalls.rows] == [
        ("teacher", "95.00", "80.00"),
        ("taught", "90.00", "–"),
    ]
    gout, x = missed.rows
    assert gout[:6] == ["gout", "Disease", "missed", "2", "yes", "–"]
    assert x[4:6] == ["no", "y"]
    assert false.rows[0][:4] == ["mice", "Disease", "invented", "1"]


def test_no_errors_no_lists():
    errors = StudentErrors("taught", ["teacher"], [], [], {})
    texts = [b.text for b in blocks(make_results(errors=errors)) if isinstance(b, Paragraph)]
    assert not any("most often" in text for text in texts)


def test_an_example_is_cut_around_its_mention():
    assert example(error("missed", "gout", before=3, after=2)) == Marked("a a a", "gout", "b b")
    cut = example(error("missed", "gout", before=20, after=20))
    assert cut == Marked("… " + " ".join("a" * 12), "gout", " ".join("b" * 12) + " …")


def test_pairs_have_a_table_of_their_own():
    groups = make_groups()
    pairs = compare_pairs(groups, [("taught", "scratch")], resamples=200, rounds=500)
    results = make_results(groups, pairs=pairs)
    (row,) = tables(results)[("Group", "against")].rows
    assert row[:2] == ["taught", "scratch"]
    assert row[2] == f"{groups[2].f1 - groups[1].f1:+.2f}"
    assert "Pair by pair" in headings(results)
    assert "Pair by pair" not in headings(make_results(groups))
