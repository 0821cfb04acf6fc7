"""Best weights, history and the state to resume from."""

import csv
import json
import logging as python_logging

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.errors import InputError, UsageError
from bioner_kd.training.callbacks import BestWeights, History, Progress, ResumeState
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.goal import Goal

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights

SETTINGS = {"units": 3, "features": ("word", "char"), "learning_rate": 0.1}


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


def saved_state(folder, settings=SETTINGS, epochs=2):
    """A state as a run leaves it that was stopped after so many epochs."""
    model = make_model()
    best = BestWeights(model, scores(10.0, 20.0, 15.0))
    fit(model, [best, ResumeState(folder, model, best, settings)], epochs)
    return model, best


def new_state(folder, settings=SETTINGS, seed=9):
    model = make_model(seed=seed)
    best = BestWeights(model, scores())
    return model, best, ResumeState(folder, model, best, settings)


def test_a_state_brings_everything_back(tmp_path):
    model, best = saved_state(tmp_path, epochs=3)
    other, other_best, state = new_state(tmp_path)
    assert state.restore() == 3
    assert_equal(weights(other), weights(model), rtol=0, atol=0)
    assert_equal(
        [v.numpy() for v in other.optimizer.variables],
        [v.numpy() for v in model.optimizer.variables],
        rtol=0,
        atol=0,
    )
    assert_equal([w.numpy() for w in other_best.weights], [w.numpy() for w in best.weights])
    assert float(other_best.score.numpy()) == 20.0
    assert int(other_best.epoch.numpy()) == 1


def test_no_state_is_a_start_from_the_beginning(tmp_path):
    model, _, state = new_state(tmp_path / "state")
    before = weights(model)
    assert state.restore() == 0
    assert_equal(weights(model), before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({**SETTINGS, "units": 4}, "had units=3, now it is 4"),
        ({**SETTINGS, "seed": 1}, "had seed=None, now it is 1"),
        ({"units": 3, "features": ("word",), "learning_rate": 0.1}, r"had features=\['word', 'c"),
    ],
)
def test_a_state_of_other_settings_is_refused_and_the_setting_named(tmp_path, changed, message):
    saved_state(tmp_path)
    *_, state = new_state(tmp_path, changed)
    with pytest.raises(InputError, match=message):
        state.restore()


def test_a_state_may_be_moved_to_another_folder_or_machine(tmp_path):
    saved_state(tmp_path, {**SETTINGS, "output": "here", "intra_op_threads": 1})
    *_, state = new_state(tmp_path, {**SETTINGS, "output": "there", "intra_op_threads": 2})
    assert state.restore() == 2


def test_settings_left_by_a_run_without_a_state_do_not_stick(tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps({"units": 99}))
    saved_state(tmp_path)
    *_, state = new_state(tmp_path)
    assert state.restore() == 2


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 0x55
    path.write_bytes(bytes(data))


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def the(folder, pattern):
    (path,) = folder.glob(pattern)
    return path


DAMAGES = {
    "a flipped byte": lambda folder: flip(the(folder, "*.data*"), 20),
    "weights cut short": lambda folder: cut(the(folder, "*.data*")),
    "weights gone": lambda folder: the(folder, "*.data*").unlink(),
    "index cut short": lambda folder: cut(the(folder, "*.index")),
    "settings no JSON": lambda folder: (folder / "settings.json").write_text('{"units": '),
    "settings no object": lambda folder: (folder / "settings.json").write_text("[1]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_is_an_input_error(tmp_path, damage):
    saved_state(tmp_path)
    DAMAGES[damage](tmp_path)
    *_, state = new_state(tmp_path)
    with pytest.raises(InputError, match="state cannot be read .*--overwrite to start again"):
        state.restore()


def test_a_state_of_another_model_is_an_input_error(tmp_path):
    saved_state(tmp_path)
    keras.utils.set_random_seed(1)
    model = make_model()
    model.extra = keras.layers.Dense(2)
    model.extra.build((None, 3))
    best = BestWeights(model, scores())
    with pytest.raises(InputError, match="state cannot be read"):
        ResumeState(tmp_path, model, best, SETTINGS).restore()


def test_progress_is_a_line_an_epoch(caplog):
    model = make_model()
    with caplog.at_level(python_logging.INFO, logger="absl"):
        fit(model, [BestWeights(model, scores(1.0, 2.5)), Progress(3, 2)], epochs=2)
    lines = [record.getMessage() for record in caplog.records if "epoch" in record.getMessage()]
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2: loss ") and lines[1].endswith("devel_f1 2.5")


def test_a_state_that_cannot_be_written_is_an_input_error(tmp_path, monkeypatch):
    model = make_model()
    best = BestWeights(model, scores(1.0))
    state = ResumeState(tmp_path, model, best, SETTINGS)

    def save(*arguments):
        raise tf.errors.ResourceExhaustedError(None, None, "a/b; No space left on device [Op:Save]")

    monkeypatch.setattr(state._manager, "save", save)
    with pytest.raises(InputError, match=r"written \(No space left on device\); free some space"):
        fit(model, [best, state], epochs=1)
