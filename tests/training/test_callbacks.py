"""Best weights, history and progress."""

import csv
import logging as python_logging

import keras
import numpy as np
import pytest

from bioner_kd.errors import UsageError
from bioner_kd.training.callbacks import BestWeights, EpochProgress, Goal, History
from bioner_kd.training.config import TrainingConfig

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights


def fit(model, callbacks, epochs=3):
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
    history = fit(model, [callback, recorder]).history
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
    history = fit(model, [callback, recorder]).history
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
    fit(model, [callback, recorder])
    callback.restore()
    assert_equal(weights(model), scored[-1], rtol=0, atol=0)
    assert not np.allclose(scored[-1][0], recorder.weights[-1][0])
    plain = make_model(), Recorder()
    fit(plain[0], [plain[1]])
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
        fit(model, [BestWeights(model, scores(1.0, 2.5)), EpochProgress(3, 2)], epochs=2)
    lines = [record.getMessage() for record in caplog.records if "epoch" in record.getMessage()]
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2: loss ") and lines[1].endswith("devel_f1 2.5")
