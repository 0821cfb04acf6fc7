"""Which score is better."""

import pytest

from bioner_kd.training.callbacks import DEVEL, Goal

LOSS = Goal(name="held_out_loss", lowest=True)


@pytest.mark.parametrize(("goal", "better", "worse"), [(DEVEL, 2.0, 1.0), (LOSS, 1.0, 2.0)])
def test_the_better_score_wins_and_an_equal_one_does_not(goal, better, worse):
    assert goal.better(better, worse)
    assert not goal.better(worse, better)
    assert not goal.better(better, better)
    assert goal.better(better, goal.worst)


def test_a_score_alone_is_the_goals():
    assert DEVEL.named(81.5) == {"devel_f1": 81.5}
    assert LOSS.named({"held_out_loss": 2.0, "accuracy": 0.5}) == {
        "held_out_loss": 2.0,
        "accuracy": 0.5,
    }


def test_no_number_is_never_the_best():
    assert not LOSS.better(float("nan"), LOSS.worst)
