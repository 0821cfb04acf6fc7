"""Best weights, history and progress."""

import csv
import logging as python_logging
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.errors import UsageError
from bioner_kd.training.callbacks import (
    DEVEL,
    BestWeights,
    EpochProgress,
    Goal,
    History,
    LastWeights,
    Patience,
)
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import fit

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights


def fit_with(model, callbacks, epochs=3):
    source = make_source()
    return model.fit(
        source.epochs(4, seed=1, first=0, end=epochs),
        epochs=epochs,
        steps_per_epoch=source.steps(4),
        verbose=0,
        callbacks=callbacks,
    )


def scores(*values):
    """A devel score that is so much after each epoch."""
    left = iter(values)

    def score():
        return next(left)

    return score


class Recorder(keras.callbacks.Callback):
    """The weights at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(weights(self.model))


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ((10.0, 30.0, 20.0), 1),
        ((5.0, 5.0, 5.0), 0),
        ((0.0, 0.0, 1.0), 2),
        ((84.7607, 84.7607, 84.1), 0),  # which is more than the nearest 32-bit number
    ],
)
def test_the_epoch_with_the_best_score_is_restored(values, best):
    model, recorder = make_model(), Recorder()
    callback = BestWeights(model, scores(*values))
    history = fit_with(model, [callback, recorder]).history
    assert history["devel_f1"] == list(values)
    callback.restore()
    assert int(callback.epoch.numpy()) == best
    assert float(callback.score.numpy()) == pytest.approx(values[best], rel=1e-6)
    assert_equal(weights(model), recorder.weights[best], rtol=0, atol=0)


def test_of_losses_the_least_is_kept_and_all_scores_are_logged():
    model, recorder = make_model(), Recorder()
    found = [{"error": value, "held_out_loss": loss} for value, loss in ((1, 3), (2, 0.5), (0, 2))]
    goal = Goal(name="held_out_loss", lowest=True, period="round")
    callback = BestWeights(model, scores(*found), goal)
    history = fit_with(model, [callback, recorder]).history
    assert (history["error"], history["held_out_loss"]) == ([1, 2, 0], [3, 0.5, 2])
    callback.restore()
    assert (int(callback.epoch.numpy()), float(callback.score.numpy())) == (1, 0.5)
    assert_equal(weights(model), recorder.weights[1], rtol=0, atol=0)
    with pytest.raises(UsageError, match="round 3: the loss is nan"):
        callback.on_epoch_end(2, {"loss": float("nan")})


def test_averaged_weights_are_scored_and_kept_and_training_goes_on_with_its_own():
    config = TrainingConfig(**{**vars(CONFIG), "average": 0.9})
    model, recorder, scored = make_model(config), Recorder(), []

    def score():
        scored.append(weights(model))
        return float(len(scored))

    callback = BestWeights(model, score)
    fit_with(model, [callback, recorder])
    callback.restore()
    assert_equal(weights(model), scored[-1], rtol=0, atol=0)
    assert not np.allclose(scored[-1][0], recorder.weights[-1][0])
    plain = make_model(), Recorder()
    fit_with(plain[0], [plain[1]])
    assert_equal(recorder.weights[-1], plain[1].weights[-1], rtol=0, atol=0)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_training_that_diverges_says_so(loss):
    callback = BestWeights(make_model(), scores(1.0))
    with pytest.raises(UsageError, match=f"epoch 3: the loss is {loss}.*lower --learning_rate"):
        callback.on_epoch_end(2, {"loss": loss})


def test_history_has_a_row_an_epoch(tmp_path):
    path = tmp_path / "history.csv"
    history = History(path, 0)
    history.on_epoch_end(0, {"loss": 0.5, "devel_f1": 1 / 3})
    history.on_epoch_end(1, {"loss": 0.25, "devel_f1": 50.0})
    assert path.read_bytes() == b"epoch,loss,devel_f1\n1,0.5,0.333333\n2,0.25,50\n"


def test_history_goes_on_behind_the_epochs_that_are_kept(tmp_path):
    path = tmp_path / "history.csv"
    before = History(path, 0)
    for epoch in range(3):
        before.on_epoch_end(epoch, {"loss": epoch})
    # The state was saved after two epochs: the third comes again.
    after = History(path, 2)
    after.on_epoch_end(2, {"loss": 7})
    with path.open(newline="") as file:
        rows = [(row["epoch"], row["loss"]) for row in csv.DictReader(file)]
    assert rows == [("1", "0"), ("2", "1"), ("3", "7")]
    fresh = History(path, 0)
    fresh.on_epoch_end(0, {"loss": 9})
    assert len(path.read_text().splitlines()) == 2


def test_history_calls_epochs_what_the_user_calls_them(tmp_path):
    path = tmp_path / "history.csv"
    History(path, 0, "round").on_epoch_end(0, {"loss": 2})
    History(path, 1, "round").on_epoch_end(1, {"loss": 1})
    assert path.read_bytes() == b"round,loss\n1,2\n2,1\n"


def test_progress_is_a_line_an_epoch(caplog):
    model = make_model()
    with caplog.at_level(python_logging.INFO, logger="absl"):
        fit_with(model, [BestWeights(model, scores(1.0, 2.5)), EpochProgress(3, 2)], epochs=2)
    lines = [record.getMessage() for record in caplog.records if "epoch" in record.getMessage()]
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2: loss ") and lines[1].endswith("devel_f1 2.5")


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


def patience(epochs, best_epoch):
    return Patience(epochs, SimpleNamespace(epoch=tf.Variable(best_epoch, dtype=tf.int64)))


@pytest.mark.parametrize(
    ("epochs", "best", "epoch", "over"),
    [(2, 3, 4, False), (2, 3, 5, True), (2, 3, 9, True), (1, 0, 1, True), (1, 0, 0, False)],
)
def test_it_is_over_so_many_epochs_behind_the_best(epochs, best, epoch, over):
    assert patience(epochs, best).is_over(epoch) is over


def test_without_patience_nothing_stops():
    assert not patience(0, 0).is_over(1000)


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_before_the_first_epoch_it_is_never_over(epochs):
    assert not patience(epochs, -1).is_over(-1)


AVERAGED = TrainingConfig(**{**vars(CONFIG), "average": 0.9})


def run_last(folder, config):
    model = make_model(config)
    fit(
        model,
        make_source(),
        config,
        LastWeights(model),
        state=folder / "state",
        history=folder / "history.csv",
        settings={},
    )
    return model


def test_the_last_epoch_is_kept_and_no_score_is_written(tmp_path):
    model, plain = run_last(tmp_path, CONFIG), make_model()
    source = make_source()
    plain.fit(
        source.epochs(4, seed=CONFIG.seed, first=0, end=4),
        epochs=4,
        steps_per_epoch=source.steps(4),
        verbose=0,
    )
    assert_equal(weights(model), weights(plain), atol=1e-7)
    header, *rows = (tmp_path / "history.csv").read_text().splitlines()
    assert (header, len(rows)) == ("epoch,loss", 4)


def test_averaged_weights_are_what_is_kept(tmp_path):
    averaged, last = run_last(tmp_path / "averaged", AVERAGED), run_last(tmp_path / "last", CONFIG)
    averages = averaged.optimizer._model_variables_moving_average
    assert_equal(weights(averaged), [average.numpy() for average in averages], atol=1e-7)
    assert np.abs(weights(averaged)[0] - weights(last)[0]).max() > 1e-3


def test_last_weights_are_not_kept_of_a_training_that_diverges():
    with pytest.raises(UsageError, match="epoch 1: the loss is nan"):
        LastWeights(make_model()).on_epoch_end(0, {"loss": float("nan")})
