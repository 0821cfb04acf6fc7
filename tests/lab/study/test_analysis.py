"""Groups summarised and compared."""

import dataclasses

import pytest

from bioner_kd.errors import InputError
from bioner_kd.evaluation.significance import holm, sign_flip_test, welch_test
from bioner_kd.lab.study.analysis import (
    analyse,
    best_student,
    compare_pairs,
    score_run,
    told_settings,
)
from bioner_kd.lab.study.groups import Group
from bioner_kd.lab.study.predictions import Predictions

from .made import SPLIT, make_group, make_groups, make_run


@pytest.fixture(scope="module")
def groups():
    return {group.name: group for group in make_groups()}


def test_a_perfect_run_scores_a_hundred():
    gold = [list(sentence.tags or ()) for sentence in SPLIT.sentences]
    run = score_run(make_run("a"), Predictions(gold, False, 1, 1), SPLIT)
    assert run.scores.conlleval.micro.f1 == run.scores.strict.micro.f1 == 100.0
    assert run.counts[:, 0].tolist() == run.counts[:, 2].tolist()


def test_a_run_tells_what_it_scored_on_devel(tmp_path):
    gold = [list(sentence.tags) for sentence in SPLIT.sentences]
    run = dataclasses.replace(make_run("a"), folder=tmp_path)
    assert score_run(run, Predictions(gold, False, 1, 1), SPLIT).devel_f1 is None
    (tmp_path / "history.csv").write_text("epoch,loss,devel_f1\n1,2,70.5\n2,1,70.25\n")
    assert score_run(run, Predictions(gold, False, 1, 1), SPLIT).devel_f1 == 70.5


def test_a_split_with_an_unknown_tag_is_named():
    split = dataclasses.replace(SPLIT, tag_set=type(SPLIT.tag_set)(("O", "B-Gene")))
    gold = [list(sentence.tags or ()) for sentence in SPLIT.sentences]
    with pytest.raises(InputError, match="does not occur in the training split"):
        score_run(make_run("a"), Predictions(gold, False, 1, 1), split)


def test_intervals_hold_the_mean_and_differences_have_a_sign(groups):
    for group in groups.values():
        assert group.interval[0] < group.f1 < group.interval[1]
    assert groups["taught"].difference.f1 == pytest.approx(
        groups["taught"].f1 - groups["scratch"].f1
    )
    low, high = groups["taught"].difference.interval
    assert 0 < low < groups["taught"].difference.f1 < high


def test_the_baseline_is_not_compared_with_itself(groups):
    assert groups["scratch"].difference is None


def test_clear_gains_are_significant_on_sentences_and_across_seeds(groups):
    difference = groups["taught"].difference
    assert difference.p_sentences == pytest.approx(1 / 501)
    assert difference.p_welch == welch_test(groups["taught"].run_f1, groups["scratch"].run_f1)
    pairs = zip(groups["taught"].run_f1, groups["scratch"].run_f1, strict=True)
    assert difference.p_paired == sign_flip_test([one - other for one, other in pairs])


def test_a_single_run_has_neither_deviation_nor_tests_across_seeds(groups):
    teacher = groups["teacher"]
    assert teacher.summary.std is None
    assert (teacher.difference.p_paired, teacher.difference.p_welch) == (None, None)
    assert teacher.difference.p_sentences < 0.05


def test_p_is_adjusted_over_the_students(groups):
    assert groups["teacher"].difference.p_holm is None
    assert groups["taught"].difference.p_holm == groups["taught"].difference.p_sentences
    made = [make_group(name, [0.6 + 0.02 * n]) for n, name in enumerate(["base", "a", "b", "c"])]
    others = analyse(made, baseline="base", resamples=100, rounds=300)[1:]
    adjusted = [group.difference.p_holm for group in others]
    assert adjusted == holm([group.difference.p_sentences for group in others])
    assert adjusted != [group.difference.p_sentences for group in others]


def test_runs_are_paired_by_their_seeds_not_their_order():
    recalls = [0.3, 0.4, 0.5, 0.6, 0.7]
    one = make_group("one", [0.1, *recalls])
    group, runs = make_group("other", [recall + 0.2 for recall in recalls], first_seed=2)
    backwards = (dataclasses.replace(group, runs=group.runs[::-1]), runs[::-1])
    compared = analyse([one, backwards], baseline="one", resamples=100, rounds=100)[1]
    # Each of five seeds gains: of 32 ways to flip their signs, two are as far from zero.
    assert compared.difference.p_paired == 2 / 32


def test_runs_without_a_seed_of_their_own_are_not_paired():
    twice = make_group("twice", [0.6, 0.7])
    again = (twice[0], [twice[1][0], dataclasses.replace(twice[1][1], run=make_run("x", 1))])
    unknown = (twice[0], [dataclasses.replace(run, run=make_run("x", None)) for run in twice[1]])
    for runs in (again, unknown):
        compared = analyse(
            [make_group("base", [0.6, 0.7]), runs], baseline="base", resamples=100, rounds=100
        )[1]
        assert compared.difference.p_paired is None
        assert compared.difference.p_welch is not None


def test_without_a_baseline_nothing_is_compared():
    assert all(group.difference is None for group in make_groups(baseline=""))


def test_teachers_and_students_in_one_group_are_refused():
    teacher, student = make_group("a", [0.9], teacher=True), make_group("a", [0.8])
    mixed = (Group("both", teacher[0].runs + student[0].runs), teacher[1] + student[1])
    with pytest.raises(InputError, match="group both: has teachers and students"):
        analyse([mixed])


def test_the_best_student_is_no_teacher(groups):
    assert best_student(list(groups.values())).name == "taught"
    assert best_student([groups["teacher"]]) is None


def test_teachers_are_not_compared_with_students_in_their_settings(groups):
    assert told_settings(list(groups.values())) == ["alpha"]
    more = [g for g in groups.values() if g.teacher]
    more.append(dataclasses.replace(more[0], group=Group("b", (make_run("b", epochs=9),))))
    assert told_settings([*groups.values(), more[1]]) == ["alpha", "epochs"]


def test_the_row_of_a_table_tells_sizes(groups):
    row = groups["taught"].row()
    assert (row.model, row.parameters, row.size) == ("taught", 1_300_000, 5_300_000)
    assert row.f1.std is not None


def test_pairs_are_compared_as_with_a_baseline(groups):
    made = list(groups.values())
    asked = [("taught", "scratch"), ("scratch", "taught"), ("taught", "teacher")]
    taught, scratch, teacher = compare_pairs(made, asked, resamples=200, rounds=500)
    assert (taught.group, taught.base) == ("taught", "scratch")
    known = groups["taught"].difference
    assert taught.difference.f1 == known.f1 == -scratch.difference.f1
    assert taught.difference.interval == known.interval
    assert taught.difference.p_sentences == known.p_sentences
    assert taught.difference.p_welch == known.p_welch
    assert teacher.difference.f1 < 0
    each = [pair.difference for pair in (taught, scratch, teacher)]
    assert [one.p_holm for one in each] == holm([one.p_sentences for one in each])
