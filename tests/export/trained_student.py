"""A tiny student, trained for a moment on real sentences, so that its logits are no noise."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.batches import BatchSource, student_features, word_values
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent, load_student
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.text.sentence import Sentence

SMALL = {"prefix_size": 8, "suffix_size": 8, "shape_size": 4, "char_size": 6, "char_filters": 8}
STEPS = 40


def make_student(
    folder: Path,
    *,
    features: FeatureConfig | None = None,
    config: StudentConfig | None = None,
    steps: int = STEPS,
) -> SavedStudent:
    """Trains a student, saves it and loads it again."""
    keras.utils.set_random_seed(7)
    train = read_demo("train")
    tag_set, sentences = TagSet.from_sentences(train), train[:60]
    tables = WordFeatures.from_sentences(sentences, features or FeatureConfig())
    config = config or StudentConfig(word_size=32, units=24, dropout=0.1, **SMALL)
    model = Student(config, tables.sizes(), len(tag_set), tag_names=tag_set.tags)
    student = SavedStudent(model, tables, tag_set)
    student.logits(sentences[:1])  # makes the variables, outside of any other graph
    if steps:
        _train(student, sentences, steps)
    folder.mkdir()
    student.save(folder)
    return load_student(folder)


def _train(student: SavedStudent, sentences: Sequence[Sentence], steps: int) -> None:
    words = np.array([len(sentence) for sentence in sentences], np.int64)
    tags = Ragged.from_lists([student.tag_set.encode(s) for s in sentences], np.int32)
    source = BatchSource(
        words,
        words,
        (student_features(sentences, student.features),),
        (word_values("tag_ids", tags),),
    )
    features, targets, mask = source.gather(tf.range(len(sentences)))
    optimizer = keras.optimizers.Adam(0.02)

    def loss_of(logits: tf.Tensor, tag_ids: tf.Tensor) -> tf.Tensor:
        if crf := student.model.crf:
            return -tf.reduce_sum(crf.log_likelihood(logits, tag_ids, tf.constant(words, tf.int32)))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tag_ids, logits)
        return tf.reduce_sum(losses * mask)

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            logits = student.model(features, training=True)
            loss = loss_of(logits, targets["tag_ids"]) / tf.reduce_sum(mask)
        variables = student.model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    optimizer.build(student.model.trainable_variables)
    for _ in range(steps):
        step()


def make_crf_student(folder: Path) -> SavedStudent:
    """A student with a CRF, as training leaves it but for its transitions.

    They are drawn, since a moment's training moves them too little to change a tag.
    """
    config = StudentConfig(word_size=32, units=12, dropout=0.1, head="crf", **SMALL)
    student = make_student(folder, config=config)
    tags = len(student.tag_set)
    student.model.crf.transitions.assign(np.random.default_rng(4).normal(0, 1, (tags, tags)))
    student.save(folder)
    return load_student(folder)
