"""From a corpus and a teacher's logits to a student on disk."""

import csv
import dataclasses

import numpy as np
import pytest

from bioner_kd.distill.config import DistillConfig, StudentPlan
from bioner_kd.distill.training import SoftTargets, Transfer, distil
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.scores import devel_f1
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.saved_student import load_student
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import UNKNOWN, VECTOR, FeatureConfig
from bioner_kd.tagging.word_form import word_form
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.config import TrainingConfig
from bioner_kd.vectors.word_vectors import WordVectors

from .tiny import SIZES, make_sentences

TRAIN = make_sentences((5, 9, 3, 12, 7, 4, 8, 6))
DEVEL = TRAIN[:5]
TAG_SET = TagSet.from_sentences(TRAIN)
ONE_HOT = [np.eye(len(TAG_SET), dtype=np.float32)[TAG_SET.encode(s)] for s in TRAIN]
# A teacher that knows the answers, and says so.
KNOWING = SoftTargets(TAG_SET.tags, logits=Ragged.from_arrays([8 * rows for rows in ONE_HOT]))


def train(
    folder,
    *,
    soft_targets,
    alpha,
    alpha_end=None,
    train_split=TRAIN,
    devel_split=DEVEL,
    epochs=1,
    vectors=None,
    features=("word", "suffix"),
    head="softmax",
):
    plan = StudentPlan(
        DistillConfig(alpha=alpha, alpha_end=alpha_end),
        FeatureConfig(features=features),
        StudentConfig(**SIZES, head=head),
        TrainingConfig(
            epochs=epochs, batch_size=4, learning_rate=0.02, schedule="constant", average=0.5
        ),
    )
    return distil(
        train_split,
        devel_split,
        plan,
        soft_targets=soft_targets,
        folder=folder,
        settings={},
        vectors=vectors,
    )


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """A student that saw no label, only a teacher that knows them."""
    folder = tmp_path_factory.mktemp("taught")
    saved = train(folder, soft_targets=KNOWING, alpha=0.0, epochs=30)
    saved.save(folder)
    return saved, folder


@pytest.mark.slow
def test_a_student_learns_from_the_teacher_alone(taught):
    _, folder = taught
    with (folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert max(float(row["devel_f1"]) for row in rows) > 90
    assert float(rows[-1]["soft_loss"]) < 0.2 * float(rows[0]["soft_loss"])


@pytest.mark.slow
def test_the_student_comes_back_from_disk(taught):
    saved, folder = taught
    loaded = load_student(folder)
    assert loaded.tag_set == TAG_SET
    for before, after in zip(saved.logits(TRAIN), loaded.logits(TRAIN), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_student_with_a_crf_learns_and_is_scored_with_its_averaged_transitions(tmp_path, alpha):
    soft_targets = KNOWING if alpha < 1 else None
    saved = train(tmp_path, soft_targets=soft_targets, alpha=alpha, epochs=30, head="crf")
    assert np.abs(saved.decoder.transitions).max() > 0.01
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    best = max(float(row["devel_f1"]) for row in rows)
    assert best > 90
    assert devel_f1(DEVEL, saved.logits(DEVEL), saved.decoder) == pytest.approx(best, abs=0.01)
    saved.save(tmp_path)
    assert load_student(tmp_path).decoder == saved.decoder


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_below_alpha_one_a_teacher_is_needed(tmp_path, alpha):
    with pytest.raises(UsageError, match=f"--alpha={alpha} needs a teacher: pass --cache"):
        train(tmp_path, soft_targets=None, alpha=alpha)


def test_an_alpha_that_leaves_one_needs_a_teacher_too(tmp_path):
    with pytest.raises(UsageError, match="--alpha_end=0.3 needs a teacher: pass --cache"):
        train(tmp_path, soft_targets=None, alpha=1.0, alpha_end=0.3)


def test_a_teacher_of_other_tags_is_refused(tmp_path):
    other = SoftTargets(("O", "B-Gene"), logits=KNOWING.logits)
    with pytest.raises(InputError, match="teacher's tags are O, B-Gene, the corpus has O, B-Dis"):
        train(tmp_path, soft_targets=other, alpha=0.3)
    transfer = Transfer(TRAIN[:3], Ragged.from_arrays(ONE_HOT[:3]))
    with pytest.raises(InputError, match=r"teacher's tags are"):
        train(tmp_path, soft_targets=dataclasses.replace(other, transfer=transfer), alpha=1.0)


def test_a_tag_of_devel_that_training_lacks_is_named_with_its_line(tmp_path):
    devel = [Sentence.from_words(["a", "b"], ["O", "B-Gene"], path="devel.tsv", line=7)]
    with pytest.raises(InputError, match=r"devel\.tsv:8: tag 'B-Gene' does not occur"):
        train(tmp_path, soft_targets=None, alpha=1.0, devel_split=devel)
    assert not list(tmp_path.iterdir())  # before any training


def test_a_corpus_with_one_tag_is_refused(tmp_path):
    outside = [Sentence.from_words(["a", "b"], ["O", "O"])]
    with pytest.raises(InputError, match="no entity"):
        train(tmp_path, soft_targets=None, alpha=1.0, train_split=outside, devel_split=outside)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_a_student_learns_words_that_only_the_transfer_set_shows(tmp_path, alpha):
    shown = [Sentence.from_words(["the", "zebrafish"], ["O", "B-Disease"])] * 4
    plain = [Sentence.from_words(["the", "house"], ["O", "O"])] * 4
    text = [Sentence.from_words(["the", "unicornitis"])] * 8
    tags = ("O", "B-Disease")
    wise = np.array([[8.0, 0.0], [0.0, 8.0]], np.float32)
    unwise = np.array([[8.0, 0.0], [8.0, 0.0]], np.float32)
    transfer = Transfer(text, Ragged.from_arrays([wise] * 8), ratio=1.0)
    logits = Ragged.from_arrays([wise] * 4 + [unwise] * 4)
    soft_targets = SoftTargets(tags, logits=logits, transfer=transfer)
    split = [*shown, *plain]
    saved = train(
        tmp_path,
        soft_targets=soft_targets,
        alpha=alpha,
        train_split=split,
        devel_split=split,
        epochs=20,
    )
    ids = saved.features.encode(["unicornitis"])["word_ids"]
    assert ids[0] != UNKNOWN
    assert saved.logits(text[:1])[0].argmax(axis=1).tolist() == [0, 1]


@pytest.mark.slow
def test_word_vectors_stand_in_the_table_that_goes_with_them(tmp_path):
    forms = dict.fromkeys(word_form(word) for s in TRAIN for word in s.words)
    words = ("elsewhere", *forms)
    vectors = WordVectors(words, np.arange(2.0 * len(words), dtype=np.float32).reshape(-1, 2))
    student = train(tmp_path, soft_targets=None, alpha=1.0, vectors=vectors)
    steps, step = student.model.get_layer("vectors").get_weights()
    largest = np.abs(vectors.matrix).max()
    for form, row in zip(student.features.tables[VECTOR], steps[2:], strict=True):
        found = row * (largest / np.abs(steps).max())  # all are scaled by one factor
        np.testing.assert_allclose(found, vectors.matrix[words.index(form)], atol=largest / 60)
    assert set(student.features.tables[VECTOR]) == set(words)
    student.save(tmp_path)
    again = load_student(tmp_path)
    np.testing.assert_array_equal(again.logits(DEVEL)[0], student.logits(DEVEL)[0])


def test_a_student_cannot_be_told_to_see_vectors_that_nobody_gave(tmp_path):
    with pytest.raises(UsageError, match="--features=word,vector: .*--vectors"):
        train(tmp_path, soft_targets=None, alpha=1.0, features=("word", VECTOR))


def test_an_epoch_draws_no_more_than_there_is():
    transfer = Transfer(TRAIN[:3], Ragged.from_arrays(ONE_HOT[:3]), ratio=2.0)
    assert transfer.drawn(1) == 2
    assert transfer.drawn(100) == 3


@pytest.mark.slow
def test_a_stopped_run_goes_on_with_what_it_began_with_alone(tmp_path):
    train(tmp_path, soft_targets=KNOWING, alpha=0.3)
    logits = KNOWING.logits
    other = dataclasses.replace(KNOWING, logits=Ragged(logits.flat + 1, logits.lengths))
    with pytest.raises(InputError, match="unfinished run is here that had soft targets="):
        train(tmp_path, soft_targets=other, alpha=0.3)
    with pytest.raises(InputError, match="unfinished run is here that had sentences="):
        train(tmp_path, soft_targets=KNOWING, alpha=0.3, devel_split=DEVEL[:4])
    train(tmp_path, soft_targets=KNOWING, alpha=0.3)


def test_a_transfer_set_goes_with_cached_logits():
    with pytest.raises(ValueError, match="cached logits of the training split"):
        SoftTargets(TAG_SET.tags, transfer=Transfer(TRAIN[:3], Ragged.from_arrays(ONE_HOT[:3])))
