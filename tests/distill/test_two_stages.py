"""Hidden states first, then logits and labels: what is kept, and how either stage is resumed."""

import csv

import keras
import numpy as np
import pytest

from bioner_kd.distill.config import DistillConfig, StudentPlan
from bioner_kd.distill.hidden_stage import HiddenStage
from bioner_kd.distill.training import SoftTargets, distil
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.saved_student import load_student
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.run_folder import run_folder

from .tiny import PLAIN, SIZES, make_sentences

TRAIN = make_sentences((5, 9, 3, 12, 7, 4, 8, 6))
TAG_SET = TagSet.from_sentences(TRAIN)
LOGITS = [8 * np.eye(len(TAG_SET), dtype=np.float32)[TAG_SET.encode(s)] for s in TRAIN]
SOFT_TARGETS = SoftTargets(TAG_SET.tags, logits=Ragged.from_arrays(LOGITS))
# A teacher whose hidden state follows from the word.
STATES = [
    np.array([[np.cos(n * sum(map(ord, word))) for n in range(5)] for word in s.words], np.float16)
    for s in TRAIN
]
STAGES = ("hidden", "labels")
pytestmark = pytest.mark.slow


def train(folder, *, hidden_epochs=2, epochs=3, seed=1, **objective):
    stage = HiddenStage(hidden_epochs, TRAIN, STATES) if hidden_epochs else None
    plan = StudentPlan(
        DistillConfig(**{"alpha": 0.2, "alpha_end": 0.9, **objective}),
        FeatureConfig(features=("word",)),
        StudentConfig(**SIZES, **PLAIN),
        TrainingConfig(epochs=epochs, batch_size=4, learning_rate=0.02, average=0.5, seed=seed),
    )
    return distil(
        TRAIN,
        TRAIN[:5],
        plan,
        soft_targets=SOFT_TARGETS,
        hidden=stage,
        folder=folder,
        settings={"epochs": epochs},
    )


def interrupt(patch, *, stage, epoch):
    """Ctrl-C at the beginning of an epoch, counted from 0, of one of the stages."""
    plain, fits = keras.Model.fit, []

    def fit(self, *arguments, callbacks, **options):
        fits.append(self)
        stop = keras.callbacks.LambdaCallback(on_epoch_begin=stop_at)
        return plain(self, *arguments, callbacks=[*callbacks, stop], **options)

    def stop_at(number, logs):
        if (STAGES[len(fits) - 1], number) == (stage, epoch):
            raise KeyboardInterrupt

    patch.setattr(keras.Model, "fit", fit)


def rows(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A student of both stages that was never stopped, and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    return train(folder), folder


def test_each_stage_has_a_history_of_its_own(whole):
    _, folder = whole
    assert [row["epoch"] for row in rows(folder, "history_hidden.csv")] == ["1", "2"]
    assert list(rows(folder, "history_hidden.csv")[0]) == ["epoch", "loss"]
    assert [row["epoch"] for row in rows(folder, "history.csv")] == ["1", "2", "3"]
    assert "devel_f1" in rows(folder, "history.csv")[0]


def test_the_projection_is_dropped_from_the_student(whole, tmp_path):
    saved, _ = whole
    saved.save(tmp_path)
    plain = train(tmp_path / "plain", hidden_epochs=0, epochs=1)
    assert load_student(tmp_path).parameters == plain.parameters
    for one, other in zip(load_student(tmp_path).logits(TRAIN), saved.logits(TRAIN), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(("stage", "epoch"), [("hidden", 1), ("labels", 0), ("labels", 2)])
def test_a_run_that_was_stopped_in_either_stage_ends_as_one_that_was_not(
    whole, tmp_path, monkeypatch, stage, epoch
):
    output = tmp_path / "student"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        interrupt(patch, stage=stage, epoch=epoch)
        with run_folder(output, overwrite=False) as folder:
            train(folder)
    with run_folder(output, overwrite=False) as folder:
        resumed = train(folder)
    for name in ("history_hidden.csv", "history.csv"):
        assert rows(output, name) == rows(whole[1], name)
    for one, other in zip(resumed.logits(TRAIN), whole[0].logits(TRAIN), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert not (output / "state").exists()


def test_a_student_from_scratch_can_begin_with_hidden_states(tmp_path):
    train(tmp_path, hidden_epochs=1, epochs=1, alpha=1.0, alpha_end=None)
    assert len(rows(tmp_path, "history_hidden.csv")) == 1
    (row,) = rows(tmp_path, "history.csv")
    assert row["soft_loss"] == "0"
