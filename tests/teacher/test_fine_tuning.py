"""A pretrained BERT becomes a tagger."""

import csv

import keras
import numpy as np
import pytest

from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.scores import devel_f1
from bioner_kd.teacher import fine_tuning
from bioner_kd.teacher.fine_tuning import fine_tune
from bioner_kd.teacher.saved_teacher import load_teacher
from bioner_kd.text.sentence import Sentence
from bioner_kd.training import loop
from bioner_kd.training.config import TrainingConfig

from .tiny_bert import write_checkpoint

OUTSIDE = "the of in and gene a b c d e".split()


def make_sentences(number=20):
    """Mentions of one or two words, told by the words themselves; one sentence needs windows."""
    random = np.random.default_rng(0)
    sentences = []
    for length in [*random.integers(3, 12, number - 1), 45]:
        words, tags = [], []
        while len(words) < length:
            if random.random() < 0.3:
                words += ["tumor", "cancer"][: random.integers(1, 3)]
                tags += ["B-Disease", "I-Disease"][: len(words) - len(tags)]
            words.append(str(random.choice(OUTSIDE)))
            tags.append("O")
        sentences.append(Sentence.from_words(words, tags, path="train.tsv", line=1))
    return sentences


SENTENCES = make_sentences()
WINDOWS = WindowConfig(max_subwords=24, overlap=8)


def tune(pretrained, folder, *, epochs=12, train=SENTENCES, devel=SENTENCES, windows=WINDOWS):
    folder.mkdir(exist_ok=True)
    fine_tune(
        pretrained,
        train,
        devel,
        training=TrainingConfig(
            epochs=epochs, batch_size=5, learning_rate=5e-3, schedule="linear", warmup=0.1
        ),
        windows=windows,
        folder=folder,
        settings={"epochs": epochs},
    )


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretrained")
    write_checkpoint(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return folder


@pytest.fixture(scope="module")
def tuned(pretrained, tmp_path_factory):
    """The folder of a teacher that was fine-tuned on twenty sentences."""
    folder = tmp_path_factory.mktemp("teacher")
    tune(pretrained, folder)
    return folder


def rows(folder):
    with (folder / "history.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_twenty_sentences_are_learnt(tuned):
    found = rows(tuned)
    assert [row["epoch"] for row in found] == [str(epoch) for epoch in range(1, 13)]
    assert max(float(row["devel_f1"]) for row in found) > 90
    assert float(found[-1]["loss"]) < 0.3 * float(found[0]["loss"])


@pytest.mark.slow
def test_the_best_epoch_is_what_is_on_disk(tuned):
    teacher = load_teacher(tuned)
    logits = teacher.logits(SENTENCES)
    assert [len(rows) for rows in logits] == [len(s) for s in SENTENCES]
    best = max(float(row["devel_f1"]) for row in rows(tuned))
    assert devel_f1(SENTENCES, logits, teacher.decoder) == pytest.approx(best, abs=0.01)
    assert teacher.windows == WINDOWS


@pytest.mark.slow
def test_a_teacher_stopped_within_an_epoch_ends_as_one_that_was_not(
    pretrained, tmp_path, monkeypatch
):
    tune(pretrained, tmp_path / "whole", epochs=2)
    count = loop.EpochProgress.on_train_batch_end

    def count_and_stop(progress, batch, logs=None):
        count(progress, batch, logs)
        if progress.model.optimizer.iterations == 6:  # the second of the second epoch
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop.EpochProgress, "on_train_batch_end", count_and_stop)
        tune(pretrained, tmp_path / "parts", epochs=2)
    assert len(rows(tmp_path / "parts")) == 1
    tune(pretrained, tmp_path / "parts", epochs=2)
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    resumed, whole = (
        load_teacher(tmp_path / name).logits(SENTENCES) for name in ("parts", "whole")
    )
    for one, other in zip(resumed, whole, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_head_is_drawn_by_the_seed(pretrained, tmp_path, monkeypatch):
    heads = []

    def train(model, *arguments, **options):
        heads.append(model.classifier.classifier.kernel.numpy())

    monkeypatch.setattr(fine_tuning, "train", train)
    for name in ("one", "two"):
        keras.utils.set_random_seed(len(name) + len(heads))
        tune(pretrained, tmp_path / name)
    np.testing.assert_array_equal(*heads)


def test_windows_longer_than_the_positions_are_a_usage_error(pretrained, tmp_path):
    with pytest.raises(UsageError, match="--max_subwords=65: .* has positions for 64 subwords"):
        tune(pretrained, tmp_path, windows=WindowConfig(max_subwords=65, overlap=8))


def test_a_tag_of_devel_that_training_lacks_is_named_with_its_line(pretrained, tmp_path):
    devel = [Sentence.from_words(["a", "b"], ["O", "B-Gene"], path="devel.tsv", line=7)]
    with pytest.raises(InputError, match=r"devel\.tsv:8: tag 'B-Gene' does not occur"):
        tune(pretrained, tmp_path, devel=devel)
    assert not list(tmp_path.iterdir())  # before any training
