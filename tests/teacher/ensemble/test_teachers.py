"""A student as a teacher, and several models as one."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from bioner_kd import progress
from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, NewerFormatError, UsageError
from bioner_kd.student.files import WEIGHTS
from bioner_kd.tagging.chain import marginals
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.ensemble.folders import load_model, load_teachers, teachers_fingerprint
from bioner_kd.teacher.ensemble.teachers import (
    MeanTeacher,
    StudentTeacher,
    load_student_teacher,
    student_fingerprint,
)
from bioner_kd.teacher.labelling import label
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.saved_teacher import (
    SETTINGS,
    SavedTeacher,
    save_teacher,
    teacher_fingerprint,
)
from bioner_kd.teacher.tokenizer import load_tokenizer
from bioner_kd.text.sentence import Sentence

from ..tiny_bert import VOCABULARY, write_checkpoint, write_tokenizer

TAGS = ("O", "B-Disease", "I-Disease")
SENTENCES = [Sentence.from_words(text.split()) for text in ("the tumor gene", "a", "in cancers")]
WINDOWS = WindowConfig(22, 10)


def make_teacher(folder, *, seed, tags=TAGS, reverse=False, windows=WINDOWS):
    """Saves a tiny teacher with random weights, and a vocabulary in an order of its own."""
    pretrained = folder.with_name(f"{folder.name}_pretrained")
    write_checkpoint(pretrained)
    if reverse:
        write_tokenizer(pretrained, [*VOCABULARY[:5], *VOCABULARY[:4:-1]])
    keras.utils.set_random_seed(seed)
    tokenizer = load_tokenizer(pretrained)
    bert = load_token_classifier(pretrained, tags, fine_tuned=False)
    model = Teacher(bert, pad_id=tokenizer.pad_id)
    folder.mkdir()
    save_teacher(folder, model, tokenizer, TagSet(tags), windows, "tiny")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two teachers of one tag set that agree in nothing else."""
    work = tmp_path_factory.mktemp("teachers")
    make_teacher(work / "a", seed=1)
    make_teacher(work / "b", seed=2, reverse=True, windows=WindowConfig(30, 4))
    return [work / "a", work / "b"]


@pytest.fixture(scope="module")
def averaged(folders):
    return load_teachers(folders)


@pytest.mark.slow
def test_logits_are_the_mean_of_what_each_says_in_its_own_way(averaged):
    each = [teacher.logits(SENTENCES) for teacher in averaged.teachers]
    found = averaged.logits(SENTENCES)
    for mean, one, other in zip(found, *each, strict=True):
        assert mean.dtype == np.float32
        assert np.abs(one - other).max() > 0.01
        np.testing.assert_allclose(mean, (one + other) / 2, atol=1e-6)


def test_each_model_tells_how_far_it_has_come_where_the_mean_has_a_name(
    averaged, monkeypatch, absl_log
):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    averaged.logits(SENTENCES)
    assert not absl_log.records
    averaged.logits(SENTENCES, name="a+b")
    told = [record.getMessage().partition(":")[0] for record in absl_log.records]
    assert list(dict.fromkeys(told)) == ["a+b 1/2", "a+b 2/2"]


def test_it_is_as_large_as_all_together(averaged):
    assert isinstance(averaged, MeanTeacher)
    assert averaged.decoder.tag_set.tags == TAGS
    assert averaged.parameters == 2 * averaged.teachers[0].parameters
    assert averaged.size == sum(teacher.size for teacher in averaged.teachers)


def test_one_teacher_is_itself(folders):
    teacher = load_teachers(folders[:1])
    assert isinstance(teacher, SavedTeacher)
    assert teacher.fingerprint == teachers_fingerprint(folders[:1])
    assert teacher.fingerprint == teacher_fingerprint(folders[0])


def test_the_fingerprint_covers_all_and_no_order(folders, averaged):
    found = teachers_fingerprint(folders)
    assert averaged.fingerprint == found == teachers_fingerprint(folders[::-1])
    each = {one["teacher"]: one for one in map(teacher_fingerprint, folders)}
    assert sorted(each) == found["teacher"]
    for name in ("tokenizer", "windows"):
        assert found[name] == [each[teacher][name] for teacher in found["teacher"]]
    assert found["tags"] == list(TAGS)


def test_a_cache_of_the_average_is_not_one_of_a_teacher(folders, averaged, tmp_path):
    label(averaged, SENTENCES, tmp_path, batch_size=2)
    cache = LogitsCache(tmp_path)
    rows = cache.read(SENTENCES, teachers_fingerprint(folders[::-1])).rows()
    for row, expected in zip(rows, averaged.logits(SENTENCES), strict=True):
        np.testing.assert_allclose(row, expected, atol=1e-6)
    with pytest.raises(InputError, match="its teacher"):
        cache.read(SENTENCES, teachers_fingerprint(folders[:1]))


@pytest.mark.parametrize("tags", [("O", "B-Gene", "I-Gene"), ("O", "I-Disease", "B-Disease")])
def test_teachers_of_different_tags_are_both_named(folders, tmp_path, tags):
    make_teacher(tmp_path / "c", seed=3, tags=tags)
    with pytest.raises(InputError) as caught:
        load_teachers([*folders, tmp_path / "c"])
    message = str(caught.value)
    assert f"{tmp_path / 'c'} has the tags {', '.join(tags)}" in message
    assert f"{folders[0]} has {', '.join(TAGS)}" in message


def test_different_tags_are_named_though_the_weights_are_equal(folders, tmp_path):
    shutil.copytree(folders[0], tmp_path / "copy")
    file = tmp_path / "copy" / SETTINGS
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, "tags": ["O", "B-Gene", "I-Gene"]}))
    with pytest.raises(InputError, match="only models of the same tags can be averaged"):
        teachers_fingerprint([folders[0], tmp_path / "copy"])


def test_a_teacher_named_twice_is_refused(folders, tmp_path):
    with pytest.raises(UsageError, match="a teacher is named twice"):
        teachers_fingerprint([folders[0], folders[0]])
    shutil.copytree(folders[0], tmp_path / "copy")
    with pytest.raises(UsageError, match="a teacher is named twice"):
        teachers_fingerprint([*folders, tmp_path / "copy"])


def test_a_folder_without_a_model_is_named(folders, tmp_path):
    with pytest.raises(InputError, match=f"{tmp_path}: holds neither a student"):
        load_teachers([folders[0], tmp_path])


DEMO = read_demo("devel")[:9]


def test_a_softmax_student_says_its_logits(trained_student):
    voice = load_student_teacher(trained_student.folder)
    for said, logits in zip(voice.logits(DEMO), trained_student.logits(DEMO), strict=True):
        np.testing.assert_allclose(said, logits, atol=1e-5)


def test_a_crf_says_its_posteriors(crf_student):
    # Against the runtime's forward-backward in numpy, which shares nothing with the training's.
    opens, follows = crf_student.decoder.constraints
    emissions = crf_student.logits(DEMO)
    expected = marginals(emissions, opens, follows)
    said = load_student_teacher(crf_student.folder).logits(DEMO, batch_size=4)
    for rows, probabilities in zip(said, expected, strict=True):
        assert rows.shape == probabilities.shape
        assert np.isfinite(rows).all()
        np.testing.assert_allclose(softmax(rows, axis=1), probabilities, atol=2e-5)
    # It is not what the emissions alone would say.
    assert np.abs(softmax(emissions[0], axis=1) - expected[0]).max() > 0.01


def test_its_voice_counts_as_much_as_any_other(trained_student, crf_student):
    folders = [trained_student.folder, crf_student.folder]
    each = [load_student_teacher(folder).logits(DEMO) for folder in folders]
    mean = load_teachers(folders).logits(DEMO, 4)
    for row, one, other in zip(mean, *each, strict=True):
        np.testing.assert_allclose(row, (one + other) / 2, atol=1e-5)
        expected = softmax((log_softmax(one, axis=1) + log_softmax(other, axis=1)) / 2, axis=1)
        np.testing.assert_allclose(softmax(row, axis=1), expected, atol=1e-5)


def test_a_student_alone_can_teach(crf_student, tmp_path):
    teacher = load_teachers([crf_student.folder])
    assert isinstance(teacher, StudentTeacher)
    assert teacher.parameters == crf_student.parameters
    label(teacher, DEMO, tmp_path, batch_size=4)
    found = LogitsCache(tmp_path).read(DEMO, teachers_fingerprint([crf_student.folder]))
    for row, expected in zip(found.rows(), teacher.logits(DEMO), strict=True):
        np.testing.assert_allclose(row, expected, atol=1e-5)


def test_a_student_that_is_scored_decodes_as_itself(crf_student):
    model = load_model(crf_student.folder)
    assert model.decoder.transitions == crf_student.decoder.transitions


@pytest.mark.parametrize("name", [WEIGHTS, "tables.json"])
def test_the_fingerprint_covers_model_and_tables(trained_student, tmp_path, name):
    folder = Path(shutil.copytree(trained_student.folder, tmp_path / "student"))
    before = student_fingerprint(folder)
    assert before == student_fingerprint(trained_student.folder)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    assert student_fingerprint(folder) != before


def test_a_student_of_a_newer_version_says_so(trained_student, tmp_path):
    folder = shutil.copytree(trained_student.folder, tmp_path / "student")
    (folder / "tables.json").write_text('{"format": 9}', encoding="utf-8")
    with pytest.raises(NewerFormatError, match=f"^{folder / 'tables.json'}: has the format 9"):
        student_fingerprint(folder)


def test_a_folder_without_a_student_is_named(tmp_path):
    with pytest.raises(InputError, match=f"{tmp_path}: not a student, or a damaged one"):
        student_fingerprint(tmp_path)
