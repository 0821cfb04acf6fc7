"""Several teachers as one."""

import json
import shutil

import keras
import numpy as np
import pytest

from bioner_kd import progress
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.checkpoint.token_classifier import load_token_classifier
from bioner_kd.teacher.ensemble.folders import load_teachers, teachers_fingerprint
from bioner_kd.teacher.ensemble.mean import MeanTeacher
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
    assert averaged.tag_set.tags == TAGS
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
