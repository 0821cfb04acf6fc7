"""Continued pretraining: the masked language model, and the training as a whole."""

import csv
import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.adaptation import training
from bioner_kd.teacher.adaptation.masking import Masker, held_out_batches
from bioner_kd.teacher.adaptation.training import MaskedLM, adapt
from bioner_kd.teacher.checkpoint.heads import load_masked_lm
from bioner_kd.teacher.config import AdaptationConfig
from bioner_kd.teacher.fine_tuning import fine_tune
from bioner_kd.teacher.saved_teacher import load_teacher
from bioner_kd.teacher.tokenizer import load_tokenizer
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.config import TrainingConfig

from ..tiny_bert import VOCABULARY, write_checkpoint, write_tokenizer
from .text import make_blocks, make_sentences

ORDINARY = np.arange(5, len(VOCABULARY), dtype=np.int32)
MASKER = Masker(0.3, True, 4, ORDINARY)


@pytest.fixture(scope="module")
def model(pretrained):
    keras.utils.set_random_seed(3)
    model = MaskedLM(load_masked_lm(pretrained))
    # A head of zeros and ones would forgive a forgotten part.
    for number, variable in enumerate(model.bert.mlm.trainable_variables):
        random = np.random.default_rng(number)
        variable.assign(random.normal(0, 0.3, variable.shape))
    model.compile(keras.optimizers.SGD(0.1), weighted_metrics=[])
    return model


@pytest.fixture(scope="module")
def batch():
    return next(iter(held_out_batches(make_blocks(4, 30, ORDINARY), MASKER, 4, seed=0)))


def whole_loss(model, batch):
    """Loss and accuracy by transformers' own full forward pass."""
    features, targets, weights = batch
    rows, slots = np.nonzero(weights)
    labels = np.full(features["subword_ids"].shape, -100)
    labels[rows, features["masked_positions"].numpy()[rows, slots]] = targets["masked_ids"].numpy()[
        rows, slots
    ]
    logits = model.bert(input_ids=features["subword_ids"]).logits
    scored = labels != -100
    ids, guesses = labels[scored], tf.boolean_mask(logits, scored)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(ids, guesses)
    return tf.reduce_mean(losses), (guesses.numpy().argmax(-1) == ids).mean()


def test_gathered_logits_are_those_of_the_whole_forward_pass(model, batch):
    features, _, _ = batch
    whole = model.bert(input_ids=features["subword_ids"]).logits
    expected = tf.gather(whole, features["masked_positions"], batch_dims=1)
    found = model(features, training=False)
    assert found.shape == (4, MASKER.slots(30), len(VOCABULARY))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_loss_is_that_of_the_whole_vocabulary_at_masked_subwords(model, batch):
    found = model.evaluate(tf.data.Dataset.from_tensors(batch), verbose=0, return_dict=True)
    loss, accuracy = whole_loss(model, batch)
    assert found["loss"] == pytest.approx(float(loss), rel=1e-5)
    assert found["accuracy"] == pytest.approx(accuracy)


def test_slots_without_a_weight_change_nothing(model, batch):
    features, targets, weights = batch
    weights = tf.concat([weights[:, :2], tf.zeros_like(weights[:, 2:])], axis=1)
    results = []
    for change in (0, 1):
        others = tf.where(weights > 0, targets["masked_ids"], targets["masked_ids"] - change)
        data = tf.data.Dataset.from_tensors((features, {"masked_ids": others}, weights))
        results.append(model.evaluate(data, verbose=0, return_dict=True))
    assert results[0] == results[1]


def test_the_gradient_is_that_of_the_whole_vocabulary(pretrained, model, batch):
    variables = model.trainable_variables
    with tf.GradientTape() as tape:
        loss, _ = whole_loss(model, batch)
    expected = tape.gradient(loss, variables)
    before = [variable.numpy() for variable in variables]
    model.train_step(batch)
    for variable, start, gradient in zip(variables, before, expected, strict=True):
        step = (start - variable.numpy()) / 0.1
        np.testing.assert_allclose(step, tf.convert_to_tensor(gradient), atol=2e-4)
        variable.assign(start)


def test_input_and_output_share_the_embedding(model):
    names = [weight.name for weight in model.weights]
    assert sum("word_embeddings" in name for name in names) == 1
    assert not any("decoder" in name for name in names)


SENTENCES = make_sentences(120)
TRAINING = TrainingConfig(
    epochs=3, batch_size=4, learning_rate=1e-2, schedule="linear", warmup=0.1, seed=4
)
ADAPTATION = AdaptationConfig(block_subwords=32, held_out=0.2, checkpoint_steps=5)


def run(pretrained, folder, *, sentences=SENTENCES, adaptation=ADAPTATION, config=TRAINING):
    folder.mkdir(exist_ok=True)
    adapt(
        pretrained, sentences, training=config, adaptation=adaptation, folder=folder,
        settings={"seed": config.seed},
    )  # fmt: skip
    return folder


def rows(folder):
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def record(folder):
    return json.loads((folder / "adaptation.json").read_text())


def weights(folder):
    return [variable.numpy() for variable in load_masked_lm(folder).variables]


@pytest.fixture(scope="module")
def adapted(pretrained, tmp_path_factory):
    return run(pretrained, tmp_path_factory.mktemp("adapted"))


def test_masked_words_are_learnt(adapted):
    found = record(adapted)
    assert found["before"]["held_out_loss"] > 4
    assert found["after"]["held_out_loss"] < 0.75 * found["before"]["held_out_loss"]
    assert found["after"]["held_out_accuracy"] > found["before"]["held_out_accuracy"] + 0.1
    losses = [float(row["loss"]) for row in rows(adapted)]
    assert losses[-1] < 0.75 * losses[0]


def test_each_round_has_its_row(adapted):
    found = rows(adapted)
    rounds = [int(row["round"]) for row in found]
    assert rounds == list(range(1, len(rounds) + 1))
    assert len(rounds) % TRAINING.epochs == 0 and len(rounds) > TRAINING.epochs
    assert list(found[0]) == [
        "round", "loss", "accuracy", "held_out_loss", "held_out_accuracy",
    ]  # fmt: skip


def test_the_round_with_the_least_loss_is_what_is_on_disk(adapted):
    least = min(float(row["held_out_loss"]) for row in rows(adapted))
    assert record(adapted)["after"]["held_out_loss"] == pytest.approx(least, rel=1e-4)


def test_what_comes_out_is_read_by_transformers_too(adapted):
    from transformers import TFBertModel

    ids = tf.constant([[2, 40, 50, 3]])
    ours = load_masked_lm(adapted).bert(input_ids=ids)[0]
    theirs = TFBertModel.from_pretrained(adapted, local_files_only=True)(input_ids=ids)[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert load_tokenizer(adapted).subwords("tumors") == load_tokenizer(adapted).subwords("Tumors")
    assert load_tokenizer(adapted).mask_id == VOCABULARY.index("[MASK]")


@pytest.mark.slow
def test_what_comes_out_is_fine_tuned_and_adapted_again(adapted, tmp_path):
    sentences = [Sentence.from_words("no tumor here".split(), ["O", "B-Disease", "O"])] * 4
    folder = tmp_path / "teacher"
    folder.mkdir()
    fine_tune(
        adapted, sentences, sentences,
        training=TrainingConfig(epochs=1, batch_size=2, learning_rate=2e-3),
        windows=WindowConfig(max_subwords=16, overlap=4), folder=folder, settings={},
    )  # fmt: skip
    assert load_teacher(folder).logits(sentences)[0].shape == (3, 2)
    again = run(adapted, tmp_path / "again", config=dataclasses.replace(TRAINING, epochs=1))
    # The head goes on too, and the same seed holds out the same text.
    assert record(again)["before"] == pytest.approx(record(adapted)["after"], rel=1e-5)


class Stopped(Exception):
    """Stands for a kill."""


def stop_at(monkeypatch, step):
    """Stops the training before so many steps are done."""
    train_step = training.MaskedLM.train_step

    def counted(model, data):
        def check(done):
            if done >= step:
                raise Stopped
            return done

        done = tf.py_function(check, [model.optimizer.iterations], tf.int64)
        with tf.control_dependencies([done]):
            return train_step(model, data)

    monkeypatch.setattr(training.MaskedLM, "train_step", counted)


@pytest.mark.slow
@pytest.mark.parametrize("step", [7, 18])
def test_a_run_stopped_within_an_epoch_ends_as_one_that_was_not(
    pretrained, adapted, tmp_path, monkeypatch, caplog, step
):
    with monkeypatch.context() as patch, pytest.raises(Exception, match="Stopped"):
        stop_at(patch, step)
        run(pretrained, tmp_path)
    done = len(rows(tmp_path))
    assert 0 < done < len(rows(adapted))
    assert done % (len(rows(adapted)) // TRAINING.epochs)  # not at the end of an epoch
    keras.utils.set_random_seed(99)
    with caplog.at_level("INFO", logger="absl"):
        run(pretrained, tmp_path)
    assert f"Resuming after round {done} of {len(rows(adapted))}." in caplog.text
    for name in ("loss", "held_out_loss"):
        found, expected = ([float(row[name]) for row in rows(f)] for f in (tmp_path, adapted))
        assert found == pytest.approx(expected, rel=1e-4)
    for one, other in zip(weights(tmp_path), weights(adapted), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_resumed_run_must_share_its_text(pretrained, tmp_path, monkeypatch):
    settings = []

    def train(*arguments, **options):
        settings.append(options["settings"])
        raise Stopped

    monkeypatch.setattr(training, "train", train)
    for seed in (0, 0, 1):
        with pytest.raises(Stopped):
            run(pretrained, tmp_path, sentences=make_sentences(120, seed=seed))
    assert settings[0] == settings[1] != settings[2]
    assert settings[0]["seed"] == settings[2]["seed"]


def test_blocks_longer_than_the_positions_are_a_usage_error(pretrained, tmp_path):
    longer = AdaptationConfig(block_subwords=65)
    with pytest.raises(UsageError, match="--block_subwords=65: .* has positions for 64 subwords"):
        run(pretrained, tmp_path, adaptation=longer)


def test_a_checkpoint_without_mask_is_refused_before_the_text_is_read(tmp_path):
    write_checkpoint(tmp_path / "bert")
    write_tokenizer(tmp_path / "bert", [p for p in VOCABULARY if p != "[MASK]"])
    with pytest.raises(InputError, match=r"no \[MASK\]"):
        run(tmp_path / "bert", tmp_path / "out", sentences=iter(lambda: 1 / 0, None))


def test_an_empty_text_is_an_input_error(pretrained, tmp_path):
    with pytest.raises(InputError, match="no sentence"):
        run(pretrained, tmp_path, sentences=[])
