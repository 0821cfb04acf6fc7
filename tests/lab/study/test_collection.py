from dataclasses import replace
from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study import collection
from bioner_kd.lab.study.analysis import analyse
from bioner_kd.lab.study.collection import (
    check_groups,
    measure_groups,
    named_groups,
    score_groups,
    student_errors,
)
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.groups import Group
from bioner_kd.lab.study.predictions import Predictions
from bioner_kd.lab.study.runs import FinishedRun
from bioner_kd.training.machine import MachineConfig

from .made import SPLIT, TRAIN, forgetful_tags, make_group, make_groups, make_run


def check(*groups: Group, **chosen: str) -> None:
    check_groups(groups, SPLIT, chosen=chosen.items())


def test_groups_are_named_by_a_person(tmp_path):
    for name in ("s_1", "s_2", "t"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.cfg").write_text("--seed=1\n")
    groups = named_groups({"teacher": [tmp_path / "t"], "students": [tmp_path / "s_*"]})
    assert [(group.name, len(group.runs)) for group in groups] == [("teacher", 1), ("students", 2)]


def test_no_group_is_nothing_to_report():
    with pytest.raises(UsageError, match="Nothing to report: name runs by --runs or --sweep"):
        check()


def test_two_groups_of_one_name_are_refused():
    with pytest.raises(UsageError, match="two groups are called 'a'"):
        check(Group("a", (make_run("x"),)), Group("a", (make_run("y"),)))


@pytest.mark.parametrize("flag", ["baseline", "students", "pairs"])
def test_a_chosen_group_that_does_not_exist_is_named_beside_those_that_do(flag):
    groups = Group("a", (make_run("x"),)), Group("b, c", (make_run("y"),))
    check(*groups, **{flag: ""})
    check(*groups, **{flag: "a"})
    with pytest.raises(UsageError, match=f"--{flag}=d: must be one of the groups: a; b, c"):
        check(*groups, **{flag: "d"})


def test_a_run_of_another_corpus_is_refused():
    run = make_run("saved/x", corpus="corpora/BC2GM")
    with pytest.raises(InputError, match="saved/x: was trained on BC2GM, not on demo"):
        check(Group("a", (make_run("y"), run)))


def test_a_run_of_another_corpus_is_refused_in_an_average_too():
    parts = (make_run("saved/x"), make_run("saved/y", corpus="corpora/BC2GM"))
    average = FinishedRun(Path("saved/x+saved/y"), "--seed=1\n", parts)
    with pytest.raises(InputError, match="saved/y: was trained on BC2GM, not on demo"):
        check(Group("mean", (average,)))


@pytest.mark.parametrize("corpus", ["demo", "/elsewhere/demo/", "Demo"])
def test_where_the_corpus_lay_does_not_matter(corpus):
    check(Group("a", (make_run("x", corpus=corpus),)))


def test_every_run_is_scored(monkeypatch):
    asked = []

    def predicted(folder: Path, split, *, batch_size: int) -> Predictions:
        asked.append((folder.name, batch_size))
        return Predictions(forgetful_tags(split.sentences, 1.0, 1), False, 1, 1)

    monkeypatch.setattr(collection, "predict", predicted)
    groups = [Group("a", (make_run("x"), make_run("y", 2))), Group("b", (make_run("z"),))]
    scored = score_groups(groups, SPLIT, batch_size=7)
    assert asked == [("x", 7), ("y", 7), ("z", 7)]
    assert [group.name for group, _ in scored] == ["a", "b"]
    assert [run.run.seed for run in scored[0][1]] == [1, 2]
    assert scored[0][1][0].scores.conlleval.micro.f1 == 100.0


def test_tensorflow_is_set_up_before_the_first_run_is_scored(monkeypatch):
    done = []
    monkeypatch.setattr(MachineConfig, "apply", lambda self, seed: done.append((self, seed)))

    def predicted(folder: Path, split, *, batch_size: int) -> Predictions:
        done.append(folder.name)
        return Predictions(forgetful_tags(split.sentences, 1.0, 1), False, 1, 1)

    monkeypatch.setattr(collection, "predict", predicted)
    machine = MachineConfig(intra_op_threads=1)
    score_groups([Group("a", (make_run("x"),))], SPLIT, batch_size=7, machine=machine)
    assert done == [(machine, 0), "x"]


def test_the_first_run_of_each_group_is_measured(monkeypatch):
    monkeypatch.setattr(collection, "measure", lambda folder, _: Cost(float(len(folder.name))))
    costs = measure_groups(make_groups(), SPLIT)
    assert {name: cost.milliseconds for name, cost in costs.items()} == {
        "teacher": len("teacher_1"),
        "scratch": len("scratch_1"),
        "taught": len("taught_1"),
    }


def test_a_run_that_is_the_first_of_two_groups_is_measured_once(monkeypatch):
    measured = []
    monkeypatch.setattr(collection, "measure", lambda folder, _: measured.append(folder) or Cost(1))
    groups = make_groups()
    again = replace(groups[0], group=Group("again", groups[0].group.runs))
    assert list(measure_groups([*groups, again], SPLIT)) == [
        "teacher",
        "scratch",
        "taught",
        "again",
    ]
    assert len(measured) == 3


def test_errors_are_those_of_the_best_students_beside_the_teachers():
    errors = student_errors(make_groups(), SPLIT, TRAIN, students="")
    assert (errors.students, list(errors.teachers)) == ("taught", ["teacher"])
    assert len(errors.missed) > 3
    assert list(errors.false) == []  # these students forget, and never invent
    assert {error.kind for error in errors.missed} == {"missed"}
    assert {error.in_training for error in errors.missed} == {True, False}
    assert set(errors.recalls) == {"teacher", "scratch", "taught"}


def test_errors_are_those_of_the_students_that_were_named():
    errors = student_errors(make_groups(), SPLIT, TRAIN, students="scratch")
    assert errors.students == "scratch"


def test_each_teacher_has_one_vote_and_averages_have_none():
    taught = make_groups()[2]
    good, bad = (
        analyse([make_group(name, recalls, teacher=True)], resamples=100, rounds=100)[0]
        for name, recalls in (("good", [1.0, 1.0]), ("bad", [0.0]))
    )
    average = replace(bad.runs[0], run=FinishedRun(Path("a+b"), "", (make_run("a"), make_run("b"))))
    again = replace(bad, group=Group("again", bad.group.runs))
    mean = replace(bad, group=Group("mean", (average.run,)), runs=(average,))
    alone = student_errors([good, taught], SPLIT, TRAIN, students="taught")
    found = student_errors([good, bad, again, mean, taught], SPLIT, TRAIN, students="taught")
    assert list(found.teachers) == ["good", "bad", "again"]
    assert (found.missed, found.false) == (alone.missed, alone.false)
    assert len(alone.missed) > 3
    only = student_errors([mean, taught], SPLIT, TRAIN, students="taught")
    assert (list(only.teachers), list(only.missed)) == (["mean"], [])


def test_teachers_are_no_students():
    with pytest.raises(UsageError, match="--students=teacher: is a group of teachers"):
        student_errors(make_groups(), SPLIT, TRAIN, students="teacher")


@pytest.mark.parametrize("kept", [slice(0, 1), slice(1, 3)])
def test_without_teachers_or_students_there_is_no_list(kept):
    assert student_errors(make_groups()[kept], SPLIT, TRAIN, students="") is None
