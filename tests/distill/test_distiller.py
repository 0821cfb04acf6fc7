"""The Distiller as a keras.Model: what it minimises, whom it trains, that Keras's tools work."""

import csv
import dataclasses
from dataclasses import dataclass

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.distill.config import DistillConfig
from bioner_kd.distill.distiller import ANNOTATED, Distiller
from bioner_kd.encoding.batches import sentence_values
from bioner_kd.training.losses import crf_kl_per_word, crf_nll_per_word, masked_mean

from .tiny import PLAIN, distillation_loss, hard_loss

BATCH = 4
ALL = list(range(9))


def distiller_of(
    task,
    *,
    teacher=None,
    alpha=0.3,
    temperature=2.0,
    end=None,
    optimizer=None,
    head="softmax",
    **options,
):
    """A compiled Distiller; run_eagerly saves the making of a graph where a batch is all."""
    distiller = Distiller(student=task.student({**PLAIN, "head": head}), teacher=teacher)
    distiller.compile(
        optimizer or keras.optimizers.SGD(0.1),
        objective=DistillConfig(alpha=alpha, temperature=temperature, alpha_end=end),
        **options,
    )
    return distiller


def fit(distiller, source, epochs=1, **options):
    return distiller.fit(
        source.epochs(BATCH, seed=1, first=0, end=epochs),
        epochs=epochs,
        steps_per_epoch=source.steps(BATCH),
        verbose=0,
        **options,
    )


def weights(model):
    return [weight.numpy() for weight in model.weights]


def assert_equal_weights(some, others, **tolerance):
    for one, other in zip(some, others, strict=True):
        np.testing.assert_allclose(one, other, **tolerance)


def test_the_loss_is_the_blend_of_its_parts(task, teacher_logits):
    distiller = distiller_of(task, alpha=0.25, temperature=3.0, run_eagerly=True)
    features, targets, mask = task.source(logits=teacher_logits).gather(ALL)
    logits = distiller.student(features)
    hard = float(hard_loss(logits, targets["tag_ids"], mask))
    soft = float(distillation_loss(logits, targets["teacher_logits"], mask, temperature=3.0))
    values = distiller.test_on_batch(features, targets, mask, return_dict=True)
    assert values["hard_loss"] == pytest.approx(hard, rel=1e-5)
    assert values["soft_loss"] == pytest.approx(soft, rel=1e-5)
    assert values["loss"] == pytest.approx(0.25 * hard + 0.75 * soft, rel=1e-5)


def test_the_step_follows_the_gradient_of_the_loss(task, teacher_logits):
    distiller = distiller_of(task, run_eagerly=True)
    features, targets, mask = task.source(logits=teacher_logits).gather(ALL)
    with tf.GradientTape() as tape:
        logits = distiller.student(features, training=True)
        hard = hard_loss(logits, targets["tag_ids"], mask)
        soft = distillation_loss(logits, targets["teacher_logits"], mask, temperature=2.0)
        loss = 0.3 * hard + 0.7 * soft
    variables = distiller.student.trainable_variables
    gradients = tape.gradient(loss, variables)
    expected = [
        v.numpy() - 0.1 * tf.convert_to_tensor(g).numpy()
        for v, g in zip(variables, gradients, strict=True)
    ]
    distiller.train_on_batch(features, targets, mask)
    assert_equal_weights([v.numpy() for v in variables], expected, atol=1e-6)


def test_alpha_one_is_plain_cross_entropy_and_needs_no_teacher(task):
    distiller = distiller_of(task, alpha=1.0, run_eagerly=True)
    features, targets, mask = task.source().gather(ALL)
    expected = float(hard_loss(distiller.student(features), targets["tag_ids"], mask))
    values = distiller.test_on_batch(features, targets, mask, return_dict=True)
    assert values["loss"] == pytest.approx(expected, rel=1e-6)
    assert values["soft_loss"] == 0.0


def test_alpha_one_trains_what_cross_entropy_trains(task, teacher_logits):
    distilled = distiller_of(task, alpha=1.0, run_eagerly=True)
    fit(distilled, task.source(logits=teacher_logits))
    plain = task.student()
    optimizer = keras.optimizers.SGD(0.1)
    for features, targets, mask in task.source().epochs(BATCH, seed=1, first=0, end=1):
        with tf.GradientTape() as tape:
            loss = hard_loss(plain(features, training=True), targets["tag_ids"], mask)
        gradients = tape.gradient(loss, plain.trainable_variables)
        optimizer.apply_gradients(zip(gradients, plain.trainable_variables, strict=True))
    assert_equal_weights(weights(distilled.student), weights(plain), atol=1e-6)


def test_alpha_zero_ignores_the_labels(task, teacher_logits):
    features, targets, mask = task.source(logits=teacher_logits).gather(ALL)
    wrong = {**targets, "tag_ids": (targets["tag_ids"] + 1) % 3}
    trained = []
    for tags in (targets, wrong):
        distiller = distiller_of(task, alpha=0.0, run_eagerly=True)
        distiller.train_on_batch(features, tags, mask)
        trained.append(weights(distiller.student))
    assert_equal_weights(*trained, rtol=0, atol=0)


@dataclass(frozen=True)
class Live:
    """A Distiller that was evaluated and then trained with its teacher inside."""

    distiller: Distiller
    teacher_before: list[np.ndarray]
    evaluated: dict[str, float]
    history: dict[str, list[float]]


@pytest.fixture(scope="module")
def live(task, teacher):
    source = task.source(live=True)
    distiller = distiller_of(task, teacher=teacher, optimizer=momentum())
    before = weights(teacher)
    evaluated = distiller.evaluate(source.once(BATCH), verbose=0, return_dict=True)
    return Live(distiller, before, evaluated, fit(distiller, source).history)


def momentum():
    return keras.optimizers.SGD(0.1, momentum=0.9)


@pytest.mark.slow
def test_live_and_cached_give_the_same_loss_and_the_same_student(task, live, teacher_logits):
    # The longest sentence is read in several windows.
    assert task.source(live=True).gather([1])[0]["subword_ids"].shape[1] > 3
    source = task.source(logits=teacher_logits)
    cached = distiller_of(task, optimizer=momentum())
    evaluated = cached.evaluate(source.once(BATCH), verbose=0, return_dict=True)
    assert live.evaluated == pytest.approx(evaluated, abs=1e-5)
    history = fit(cached, source).history
    for name, values in history.items():
        np.testing.assert_allclose(live.history[name], values, atol=1e-5)
    assert_equal_weights(weights(live.distiller.student), weights(cached.student), atol=1e-5)


@pytest.mark.slow
def test_a_teacher_does_not_learn(live, teacher):
    assert live.distiller.teacher is teacher
    assert_equal_weights(weights(teacher), live.teacher_before, rtol=0, atol=0)


@pytest.mark.slow
def test_no_variable_of_the_teacher_is_the_distillers(live, tmp_path):
    distiller = live.distiller
    of_student = {id(variable) for variable in distiller.student.weights}
    assert {id(variable) for variable in distiller.weights} == of_student
    assert {id(variable) for variable in distiller.trainable_variables} == of_student
    # The step, and a momentum a weight.
    assert len(distiller.optimizer.variables) == 1 + len(of_student)
    path = tf.train.Checkpoint(distiller=distiller).save(str(tmp_path / "checkpoint"))
    saved = tf.train.list_variables(path)
    assert any("student" in name for name, _ in saved)
    assert not any("teacher" in name or "bert" in name for name, _ in saved)
    numbers = sum(np.prod(shape) for _, shape in saved if shape)
    assert numbers == 2 * sum(weight.size for weight in weights(distiller.student))


def test_padding_does_not_change_the_loss(task, teacher_logits):
    source = task.source(logits=teacher_logits)
    distiller = distiller_of(task, run_eagerly=True)
    # Sentence by sentence there is next to no padding; weighed by their words they must agree.
    alone = [distiller.test_on_batch(*source.gather([i]), return_dict=True) for i in ALL]
    together = distiller.test_on_batch(*source.gather(ALL), return_dict=True)
    expected = np.average([values["loss"] for values in alone], weights=task.words)
    assert together["loss"] == pytest.approx(expected, rel=1e-5)


def test_the_teacher_is_called_without_dropout(task):
    seen = []

    class Recorder(keras.Model):
        def call(self, features, training=None):
            seen.append(training)
            return tf.one_hot(features["word_ids"] % 3, 3)

    distiller = distiller_of(task, teacher=Recorder(), run_eagerly=True)
    batch = task.source().gather(ALL)
    distiller.train_on_batch(*batch)
    distiller.test_on_batch(*batch)
    assert seen == [False, False]


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_missing_teacher_logits_are_named(task, alpha):
    with pytest.raises(ValueError, match=f"alpha is {alpha}.*needs the teacher.*teacher_logits"):
        distiller_of(task, alpha=alpha).train_on_batch(*task.source().gather(ALL))


def test_the_objective_is_the_papers_unless_given(task):
    distiller = Distiller(student=task.student())
    distiller.compile("adam")
    assert distiller.objective == DistillConfig(alpha=0.3, temperature=2.0)


def test_accuracy_counts_scored_words_alone(task, teacher_logits):
    accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    distiller = distiller_of(task, weighted_metrics=[accuracy], run_eagerly=True)
    source = task.source(logits=teacher_logits)
    values = distiller.evaluate(source.once(BATCH), verbose=0, return_dict=True)
    features, targets, mask = source.gather(ALL)
    right = distiller.student(features).numpy().argmax(-1) == targets["tag_ids"].numpy()
    expected = (right * mask.numpy()).sum() / task.words.sum()
    assert values["accuracy"] == pytest.approx(expected, rel=1e-6)
    assert distiller.metrics_names == ["loss", "hard_loss", "soft_loss", "accuracy"]


def test_evaluation_is_the_mean_over_the_words_of_all_batches(task, teacher_logits):
    distiller = distiller_of(task, run_eagerly=True)
    source = task.source(logits=teacher_logits)
    whole = distiller.test_on_batch(*source.gather(ALL), return_dict=True)
    for batch_size in (1, 4):
        values = distiller.evaluate(source.once(batch_size), verbose=0, return_dict=True)
        assert values == pytest.approx(whole, rel=1e-5)


def test_predict_gives_the_students_logits(task):
    distiller = distiller_of(task, alpha=1.0)
    source = task.source()
    predicted = distiller.predict(source.once(BATCH), verbose=0)
    features, *_ = source.gather(ALL)
    assert predicted.shape[0] == len(ALL)
    logits = distiller.student(features).numpy()
    # Batches of different length come back ragged, in the order of the dataset.
    for place, index in enumerate(np.argsort(task.words, kind="stable")):
        words = int(task.words[index])
        row = predicted[place].numpy()[:words]
        np.testing.assert_allclose(row, logits[index, :words], atol=1e-5)


@pytest.mark.slow
def test_training_lowers_the_loss_and_calls_back(task, tmp_path):
    distiller = distiller_of(task, alpha=1.0, optimizer=keras.optimizers.Adam(0.03))
    rows = tmp_path / "rows.csv"
    history = fit(
        distiller,
        task.source(),
        epochs=60,
        callbacks=[
            keras.callbacks.CSVLogger(str(rows)),
            keras.callbacks.EarlyStopping("loss", min_delta=0.02, patience=3),
        ],
    ).history
    assert history["loss"][-1] < 0.3 * history["loss"][0]
    assert len(history["loss"]) < 60
    with rows.open() as file:
        logged = [float(row["loss"]) for row in csv.DictReader(file)]
    np.testing.assert_allclose(logged, history["loss"])


def test_losses_start_anew_with_each_epoch(task, teacher_logits):
    distiller = distiller_of(task, optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
    history = fit(distiller, task.source(logits=teacher_logits), epochs=2).history
    assert history["loss"][0] == pytest.approx(history["loss"][1], rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("head", "alpha"), [("softmax", 1.0), ("crf", 0.3)])
def test_batches_of_any_length_share_one_graph(task, teacher_logits, head, alpha):
    distiller, source = (
        distiller_of(task, alpha=alpha, head=head),
        task.source(logits=teacher_logits),
    )
    distiller.train_on_batch(*source.gather([0]))  # Keras makes the function
    fit(distiller, source)
    graphs = distiller.train_tf_function.experimental_get_tracing_count()
    fit(distiller, source, epochs=2)
    assert distiller.train_tf_function.experimental_get_tracing_count() == graphs


def with_annotation(source, annotated):
    gather = sentence_values(ANNOTATED, np.array(annotated))
    return dataclasses.replace(source, targets=(*source.targets, gather))


def test_where_all_is_annotated_the_mark_changes_nothing(task, teacher_logits):
    source = task.source(logits=teacher_logits)
    marked = with_annotation(source, np.ones(len(task.sentences)))
    distiller = distiller_of(task, alpha=0.3, run_eagerly=True)
    plain = distiller.test_on_batch(*source.gather(ALL), return_dict=True)
    assert distiller.test_on_batch(*marked.gather(ALL), return_dict=True) == pytest.approx(plain)


@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_a_sentence_without_annotation_has_the_soft_loss_alone(task, teacher_logits, alpha):
    source = with_annotation(task.source(logits=teacher_logits), np.zeros(len(task.sentences)))
    features, targets, mask = source.gather(ALL)
    distiller = distiller_of(task, alpha=alpha, run_eagerly=True)
    values = distiller.test_on_batch(features, targets, mask, return_dict=True)
    assert values["hard_loss"] == 0
    assert values["loss"] > 0
    assert values["loss"] == pytest.approx(values["soft_loss"], rel=1e-6)
    others = {**targets, "tag_ids": 1 - tf.minimum(targets["tag_ids"], 1)}
    again = distiller.test_on_batch(features, others, mask, return_dict=True)
    assert again == pytest.approx(values)


def test_the_hard_loss_that_is_reported_is_the_mean_over_words_with_tags(task, teacher_logits):
    source = task.source(logits=teacher_logits)
    half = [0, 1, 0, 1, 1, 0, 1, 0, 0]
    distiller = distiller_of(task, alpha=0.3, run_eagerly=True)
    marked = with_annotation(source, half)
    mixed = distiller.test_on_batch(*marked.gather(ALL), return_dict=True)
    tagged = [number for number, mark in enumerate(half) if mark]
    alone = distiller.test_on_batch(*source.gather(tagged), return_dict=True)
    every = distiller.test_on_batch(*source.gather(ALL), return_dict=True)
    assert mixed["hard_loss"] == pytest.approx(alone["hard_loss"], rel=1e-5)
    assert mixed["soft_loss"] == pytest.approx(every["soft_loss"], rel=1e-5)


def blends(distiller, source, steps):
    """The alpha that each training step's loss must have been blended with."""
    batch, found = source.gather(ALL), []
    for _ in range(steps):
        values = distiller.train_on_batch(*batch, return_dict=True)
        hard, soft = values["hard_loss"], values["soft_loss"]
        found.append((values["loss"] - soft) / (hard - soft))
    return found


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (1.0, 0.3)])
def test_alpha_moves_linearly_over_all_steps_in_one_graph(task, teacher_logits, start, end):
    distiller = distiller_of(task, alpha=start, end=end, total_steps=5)
    source = task.source(logits=teacher_logits)
    found = blends(distiller, source, 1)  # Keras makes the function
    graphs = distiller.train_tf_function.experimental_get_tracing_count()
    found += blends(distiller, source, 4)
    np.testing.assert_allclose(found, np.linspace(start, end, 5), atol=1e-4)
    assert distiller.train_tf_function.experimental_get_tracing_count() == graphs


def test_alpha_follows_the_optimisers_steps_and_nothing_else(task, teacher_logits):
    distiller = distiller_of(task, alpha=0.2, end=0.6, total_steps=5, run_eagerly=True)
    distiller.optimizer.build(distiller.trainable_variables)
    distiller.optimizer.iterations.assign(3)  # as in a run that goes on
    found = blends(distiller, task.source(logits=teacher_logits), 2)
    np.testing.assert_allclose(found, [0.5, 0.6], atol=1e-4)


def test_alpha_that_leaves_one_needs_the_teacher_from_the_first_step(task):
    distiller = distiller_of(task, alpha=1.0, end=0.3, total_steps=9, run_eagerly=True)
    with pytest.raises(ValueError, match="alpha is 0.3, so the loss needs the teacher"):
        distiller.train_on_batch(*task.source().gather(ALL))


def test_alpha_that_moves_must_know_over_how_many_steps(task):
    with pytest.raises(ValueError, match="total_steps"):
        distiller_of(task, alpha=0.0, end=1.0)


def crf_losses(distiller, task, batch, temperature=2.0):
    """Hard and soft loss of a batch, as functions of logits alone."""
    features, targets, mask = batch
    logits, lengths = distiller.student(features), tf.constant(task.words, tf.int32)
    crf, teacher = distiller.student.crf, targets.get("teacher_logits", logits)
    return (
        masked_mean(crf_nll_per_word(crf, logits, targets["tag_ids"], lengths), mask),
        masked_mean(crf_kl_per_word(crf, logits, teacher, lengths, temperature=temperature), mask),
    )


def test_the_loss_of_a_crf_is_the_blend_of_its_parts_and_its_step_their_gradient(
    task, teacher_logits
):
    distiller = distiller_of(task, alpha=0.25, temperature=3.0, head="crf", run_eagerly=True)
    distiller.student.crf.transitions.assign(tf.random.stateless_normal((3, 3), [1, 2]))
    batch = task.source(logits=teacher_logits).gather(ALL)
    with tf.GradientTape() as tape:
        hard, soft = crf_losses(distiller, task, batch, temperature=3.0)
        loss = 0.25 * hard + 0.75 * soft
    values = distiller.test_on_batch(*batch, return_dict=True)
    assert values["hard_loss"] == pytest.approx(float(hard), rel=1e-4)
    assert values["soft_loss"] == pytest.approx(float(soft), rel=1e-4)
    assert values["loss"] == pytest.approx(float(loss), rel=1e-4)
    variables = distiller.student.trainable_variables
    gradients = [tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, variables)]
    assert any(variable is distiller.student.crf.transitions for variable in variables)
    expected = [v.numpy() - 0.1 * g for v, g in zip(variables, gradients, strict=True)]
    distiller.train_on_batch(*batch)
    assert_equal_weights([v.numpy() for v in variables], expected, atol=1e-5)


def test_alpha_one_is_a_plain_crf_and_needs_no_teacher(task):
    distiller = distiller_of(task, alpha=1.0, head="crf", run_eagerly=True)
    batch = task.source().gather(ALL)
    hard, _ = crf_losses(distiller, task, batch)
    values = distiller.test_on_batch(*batch, return_dict=True)
    assert values["loss"] == pytest.approx(float(hard), rel=1e-5)
    assert values["soft_loss"] == 0.0


def test_a_crf_has_no_hard_loss_where_a_sentence_is_not_annotated(task, teacher_logits):
    annotated = np.array([1.0, 0.0] * 5)[: len(task.sentences)]
    source = with_annotation(task.source(logits=teacher_logits), annotated)
    features, targets, mask = source.gather(ALL)
    distiller = distiller_of(task, alpha=0.3, head="crf", run_eagerly=True)
    values = distiller.test_on_batch(features, targets, mask, return_dict=True)
    changed = tf.where(annotated[:, np.newaxis] > 0, targets["tag_ids"], 1)
    others = {**targets, "tag_ids": changed}
    again = distiller.test_on_batch(features, others, mask, return_dict=True)
    assert again == pytest.approx(values)
    logits, lengths = distiller.student(features), tf.constant(task.words, tf.int32)
    every = crf_nll_per_word(distiller.student.crf, logits, targets["tag_ids"], lengths)
    expected = masked_mean(every, mask * annotated[:, np.newaxis])
    assert values["hard_loss"] == pytest.approx(float(expected), rel=1e-5)


def test_padding_changes_nothing_for_a_crf(task, teacher_logits):
    source = task.source(logits=teacher_logits)
    distiller = distiller_of(task, head="crf", run_eagerly=True)
    # A sentence of one word beside one of 40, and alone.
    alone = distiller.test_on_batch(*source.gather([0]), return_dict=True)
    features, targets, mask = source.gather([0, 1])
    first = tf.constant([[1.0], [0.0]]) * mask
    beside = distiller.test_on_batch(features, targets, first, return_dict=True)
    assert beside == pytest.approx(alone, rel=1e-4)
