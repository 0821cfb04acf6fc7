"""Training as a whole: resumable, best epoch kept."""

import csv
import dataclasses

import pytest

from bioner_kd.errors import InputError
from bioner_kd.training import loop
from bioner_kd.training.callbacks import DEVEL, Goal
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import train

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights

SCORES = (10.0, 40.0, 30.0, 20.0)
PATIENT = TrainingConfig(**{**vars(CONFIG), "patience": 1})
AVERAGED = TrainingConfig(**{**vars(CONFIG), "average": 0.9})


def run(folder, config=CONFIG, *, stop_at=None, seed=1, settings=None, goal=DEVEL):
    """Trains with given devel scores; `stop_at` is the epoch whose scoring is interrupted."""
    model = make_model(config, seed=seed)
    source = make_source()
    steps = source.steps(config.batch_size)

    def score():
        epoch = int(model.optimizer.iterations.numpy()) // steps - 1
        if epoch == stop_at:
            raise KeyboardInterrupt
        return SCORES[epoch]

    best = train(
        model, source, config, score=score, goal=goal, folder=folder,
        settings=settings or {"lr": 0.05},
    )  # fmt: skip
    return model, best


def rows(folder):
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_best_epoch_is_returned_and_left_in_the_model(tmp_path):
    model, best = run(tmp_path / "four")
    two = TrainingConfig(**{**vars(CONFIG), "schedule": "constant", "epochs": 2})
    four = TrainingConfig(**{**vars(CONFIG), "schedule": "constant"})
    assert best == 40.0
    longer, _ = run(tmp_path / "longer", four)
    shorter, _ = run(tmp_path / "shorter", two)
    # The best of four is the second, which is the last of two.
    assert_equal(weights(longer), weights(shorter), atol=1e-7)
    assert [row["devel_f1"] for row in rows(tmp_path / "four")] == ["10", "40", "30", "20"]
    losses = [float(row["loss"]) for row in rows(tmp_path / "four")]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("config", [CONFIG, AVERAGED], ids=["last weights", "averaged weights"])
@pytest.mark.parametrize("stop_at", [1, 3])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path, config, stop_at):
    whole, best = run(tmp_path / "whole", config)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", config, stop_at=stop_at)
    # Initial weights of the second part differ: nothing of them may be left.
    resumed, best_of_resumed = run(tmp_path / "parts", config, seed=8)
    assert best_of_resumed == best
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert_equal(weights(resumed), weights(whole), atol=1e-6)


class Killed(Exception):
    """Stands for a kill, after which nothing can be saved."""


def stop_after(patch, batches, error):
    """Stops the training once so many batches are done."""
    count = loop.EpochProgress.on_train_batch_end

    def count_and_stop(progress, batch, logs=None):
        count(progress, batch, logs)
        if progress.model.optimizer.iterations == batches:
            raise error

    patch.setattr(loop.EpochProgress, "on_train_batch_end", count_and_stop)


def every_step(config):
    """States after every step, since no two are nearer than that."""
    return dataclasses.replace(config, checkpoint_minutes=1e-9)


@pytest.mark.parametrize("config", [CONFIG, AVERAGED], ids=["last weights", "averaged weights"])
@pytest.mark.parametrize("batches", [1, 5, 10])  # of three an epoch
@pytest.mark.parametrize("killed", [False, True], ids=["Ctrl-C", "kill"])
def test_a_run_stopped_within_an_epoch_goes_on_at_the_next_batch(
    tmp_path, monkeypatch, absl_log, config, batches, killed
):
    whole, best = run(tmp_path / "whole", config)
    error = Killed if killed else KeyboardInterrupt
    with monkeypatch.context() as patch, pytest.raises(error):
        stop_after(patch, batches, error)
        run(tmp_path / "parts", every_step(config) if killed else config)
    resumed, best_of_resumed = run(tmp_path / "parts", config, seed=8)
    epoch, step = divmod(batches, 3)
    assert f"Resuming in epoch {epoch + 1} of 4, after step {step} of 3." in absl_log.text
    assert best_of_resumed == best
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert int(resumed.optimizer.iterations.numpy()) == 12
    assert_equal(weights(resumed), weights(whole), atol=1e-6)


def test_a_run_may_be_stopped_within_an_epoch_again_and_again(tmp_path, monkeypatch):
    whole, _ = run(tmp_path / "whole")
    for batches in (1, 2, 7, 8, 11):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            stop_after(patch, batches, KeyboardInterrupt)
            run(tmp_path / "parts", seed=batches)
        assert len(list((tmp_path / "parts" / "state").glob("*.index"))) == 1
    resumed, _ = run(tmp_path / "parts", seed=8)
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert_equal(weights(resumed), weights(whole), atol=1e-6)


def test_a_run_that_saves_after_epochs_only_says_why_it_goes_back(tmp_path, monkeypatch, absl_log):
    config = dataclasses.replace(CONFIG, checkpoint_minutes=0)
    whole, _ = run(tmp_path / "whole", config)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, 5, KeyboardInterrupt)
        run(tmp_path / "parts", config)
    resumed, _ = run(tmp_path / "parts", config, seed=8)
    assert "Resuming after epoch 1 of 4." in absl_log.text
    assert "No state within epoch 2 was saved: --checkpoint_minutes=0." in absl_log.text
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert_equal(weights(resumed), weights(whole), atol=1e-6)


def test_patience_counts_an_epoch_that_was_resumed(tmp_path, monkeypatch):
    whole, _ = run(tmp_path / "whole", PATIENT)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, 8, KeyboardInterrupt)  # in the epoch after which patience is over
        run(tmp_path / "parts", PATIENT)
    resumed, _ = run(tmp_path / "parts", PATIENT, seed=8)
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert len(rows(tmp_path / "parts")) == 3
    assert_equal(weights(resumed), weights(whole), atol=1e-6)


def test_the_steps_are_told_at_the_start(tmp_path, absl_log):
    run(tmp_path)
    assert "Training: 12 steps in 4 epochs of 3." in absl_log.text


def test_a_run_stopped_while_its_first_epoch_is_scored_starts_again(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, stop_at=0)
    model, _ = run(tmp_path)
    assert len(rows(tmp_path)) == 4
    assert int(model.optimizer.iterations.numpy()) == 12


def test_a_run_stopped_after_its_last_epoch_is_not_trained_again(tmp_path):
    trained, _ = run(tmp_path)
    resumed, best = run(tmp_path, stop_at=3, seed=8)
    assert best == 40.0
    assert_equal(weights(resumed), weights(trained), rtol=0, atol=0)
    assert len(rows(tmp_path)) == 4


def test_a_run_with_other_settings_does_not_go_on(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, stop_at=2)
    with pytest.raises(InputError, match="had lr=0.05, now it is 0.1"):
        run(tmp_path, settings={"lr": 0.1})


def test_another_goal_has_names_of_its_own(tmp_path, caplog):
    goal = Goal(name="held_out_loss", lowest=True, period="round")
    with caplog.at_level("INFO", logger="absl"), pytest.raises(KeyboardInterrupt):
        run(tmp_path, goal=goal, stop_at=2)
    with caplog.at_level("INFO", logger="absl"):
        _, best = run(tmp_path, goal=goal)
    assert best == 10.0
    assert [row["round"] for row in rows(tmp_path)] == ["1", "2", "3", "4"]
    assert [row["held_out_loss"] for row in rows(tmp_path)] == ["10", "40", "30", "20"]
    assert "Resuming after round 2 of 4." in caplog.text
    assert "Best held_out_loss 10, round 1." in caplog.text


@pytest.mark.parametrize(("patience", "epochs"), [(0, 4), (1, 3), (2, 4), (3, 4)])
def test_training_stops_when_no_epoch_was_better_for_so_long(tmp_path, patience, epochs):
    config = TrainingConfig(**{**vars(CONFIG), "patience": patience})
    _, best = run(tmp_path, config)
    assert best == 40.0
    assert [row["epoch"] for row in rows(tmp_path)] == [str(n + 1) for n in range(epochs)]


@pytest.mark.parametrize("stop_at", [1, 2])
def test_a_resumed_run_stops_at_the_same_epoch(tmp_path, stop_at):
    whole, best = run(tmp_path / "whole", PATIENT)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", PATIENT, stop_at=stop_at)
    resumed, best_of_resumed = run(tmp_path / "parts", PATIENT, seed=8)
    assert best_of_resumed == best
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert len(rows(tmp_path / "parts")) == 3
    assert_equal(weights(resumed), weights(whole), atol=1e-6)


def test_a_run_that_had_already_stopped_is_not_trained_on(tmp_path):
    stopped, _ = run(tmp_path, PATIENT)
    again, best = run(tmp_path, PATIENT, stop_at=3, seed=8)  # a fourth epoch would be interrupted
    assert best == 40.0
    assert len(rows(tmp_path)) == 3
    assert_equal(weights(again), weights(stopped), rtol=0, atol=0)
