"""The state to resume from."""

import json

import keras
import pytest
import tensorflow as tf

from bioner_kd.errors import InputError
from bioner_kd.training.callbacks import BestWeights
from bioner_kd.training.resume import ResumeState

from .tiny_tagger import assert_equal, make_model, make_source, weights

SETTINGS = {"units": 3, "features": ("word", "char"), "learning_rate": 0.1}
STEPS = make_source().steps(4)


def fit(model, callbacks, epochs):
    return model.fit(
        make_source().epochs(4, seed=1, first=0, end=epochs),
        epochs=epochs,
        steps_per_epoch=STEPS,
        verbose=0,
        callbacks=callbacks,
    )


def scores(*values):
    """A devel score that is so much after each epoch."""
    left = iter(values)
    return lambda: next(left)


def saved_state(folder, settings=SETTINGS, epochs=2):
    """A state as a run leaves it that was stopped after so many epochs."""
    model = make_model()
    best = BestWeights(model, scores(10.0, 20.0, 15.0))
    fit(model, [best, ResumeState(folder, model, best, settings, steps=STEPS)], epochs)
    return model, best


def new_state(folder, settings=SETTINGS, seed=9):
    model = make_model(seed=seed)
    best = BestWeights(model, scores())
    return model, best, ResumeState(folder, model, best, settings, steps=STEPS)


def test_a_state_brings_everything_back(tmp_path):
    model, best = saved_state(tmp_path, epochs=3)
    other, other_best, state = new_state(tmp_path)
    assert state.restore() == (3, 0)
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
    assert state.restore() == (0, 0)
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
    assert state.restore() == (2, 0)


def test_settings_left_by_a_run_without_a_state_do_not_stick(tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps({"units": 99}))
    saved_state(tmp_path)
    *_, state = new_state(tmp_path)
    assert state.restore() == (2, 0)


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
        ResumeState(tmp_path, model, best, SETTINGS, steps=STEPS).restore()


def test_a_state_that_cannot_be_written_is_an_input_error(tmp_path, monkeypatch):
    model = make_model()
    best = BestWeights(model, scores(1.0))
    state = ResumeState(tmp_path, model, best, SETTINGS, steps=STEPS)

    def save(*arguments):
        raise tf.errors.ResourceExhaustedError(None, None, "a/b; No space left on device [Op:Save]")

    monkeypatch.setattr(state._manager, "save", save)
    with pytest.raises(InputError, match=r"written \(No space left on device\); free some space"):
        fit(model, [best, state], epochs=1)


def test_a_state_of_the_version_before_goes_on(tmp_path):
    # It saved after epochs only and kept no means of losses; its number was that of the epoch.
    model = make_model()
    best = BestWeights(model, scores(10.0, 20.0))
    fit(model, [best], 2)
    before = tf.train.Checkpoint(
        optimizer=model.optimizer, weights=list(model.weights), best=best.weights,
        best_score=best.score, best_epoch=best.epoch, next_epoch=tf.Variable(2, dtype=tf.int64),
    )  # fmt: skip
    tf.train.CheckpointManager(before, str(tmp_path), max_to_keep=1).save(2)
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    other, _, state = new_state(tmp_path)
    assert state.restore() == (2, 0)
    assert_equal(weights(other), weights(model), rtol=0, atol=0)
    fit(other, [state], 1)
    assert len(list(tmp_path.glob("*.index"))) == 1


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def state_with_clock(folder, minutes):
    model, clock = make_model(), Clock()
    best = BestWeights(model, scores(1.0))
    state = ResumeState(
        folder, model, best, SETTINGS, steps=STEPS, minutes=minutes, clock=clock
    )  # fmt: skip
    return model, state, clock


def test_states_within_an_epoch_are_as_far_apart_as_is_asked(tmp_path):
    model, state, clock = state_with_clock(tmp_path, minutes=2)
    found = []
    for batch, now in ((1, 119), (2, 121)):
        model.optimizer.iterations.assign(batch)
        clock.now = now
        state.on_train_batch_end(batch - 1)
        found.append([path.name for path in tmp_path.glob("*.index")])
    assert found == [[], ["ckpt-2.index"]]


def test_the_last_batch_of_an_epoch_waits_for_its_score(tmp_path):
    model, state, clock = state_with_clock(tmp_path, minutes=1)
    model.optimizer.iterations.assign(STEPS)
    clock.now = 1000
    state.on_train_batch_end(STEPS - 1)
    state.save_within_epoch()
    assert not list(tmp_path.glob("*.index"))


def test_what_is_saved_already_is_not_written_again(tmp_path, absl_log):
    model, state, _ = state_with_clock(tmp_path, minutes=1)
    model.optimizer.iterations.assign(1)
    state.save_within_epoch()
    assert "epoch 1: the state after step 1 of 3 is saved." in absl_log.text
    absl_log.clear()
    state.save_within_epoch()
    assert absl_log.text == ""


def test_what_a_killed_process_left_of_a_state_is_removed(tmp_path):
    saved_state(tmp_path)
    kept = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / "ckpt-9_temp").mkdir()
    (tmp_path / "ckpt-9_temp" / "part-00000").touch()
    (tmp_path / "ckpt-9.data-00000-of-00001").touch()
    *_, state = new_state(tmp_path)
    assert state.restore() == (2, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
