"""A student as a teacher."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError, NewerFormatError
from bioner_kd.student.files import WEIGHTS
from bioner_kd.tagging.chain import marginals
from bioner_kd.teacher.ensemble.folders import load_model, load_teachers, teachers_fingerprint
from bioner_kd.teacher.ensemble.student_voice import (
    StudentVoice,
    load_student_voice,
    student_fingerprint,
)
from bioner_kd.teacher.labelling import label
from bioner_kd.teacher.logits_cache import LogitsCache

from ...export.trained_student import make_crf_student

SENTENCES = read_demo("devel")[:9]


@pytest.fixture(scope="module")
def crf_student(tmp_path_factory):
    return make_crf_student(tmp_path_factory.mktemp("voice") / "crf")


def test_a_softmax_student_says_its_logits(trained_student):
    voice = load_student_voice(trained_student.folder)
    for said, logits in zip(
        voice.logits(SENTENCES), trained_student.logits(SENTENCES), strict=True
    ):
        np.testing.assert_allclose(said, logits, atol=1e-5)


def test_a_crf_says_its_posteriors(crf_student):
    # Against the runtime's forward-backward in numpy, which shares nothing with the training's.
    opens, follows = crf_student.decoder.constraints
    emissions = crf_student.logits(SENTENCES)
    expected = marginals(emissions, opens, follows)
    said = load_student_voice(crf_student.folder).logits(SENTENCES, batch_size=4)
    for rows, probabilities in zip(said, expected, strict=True):
        assert rows.shape == probabilities.shape
        assert np.isfinite(rows).all()
        np.testing.assert_allclose(softmax(rows, axis=1), probabilities, atol=2e-5)
    # It is not what the emissions alone would say.
    assert np.abs(softmax(emissions[0], axis=1) - expected[0]).max() > 0.01


def test_its_voice_counts_as_much_as_any_other(trained_student, crf_student):
    folders = [trained_student.folder, crf_student.folder]
    each = [load_student_voice(folder).logits(SENTENCES) for folder in folders]
    mean = load_teachers(folders).logits(SENTENCES, 4)
    for row, one, other in zip(mean, *each, strict=True):
        np.testing.assert_allclose(row, (one + other) / 2, atol=1e-5)
        expected = softmax((log_softmax(one, axis=1) + log_softmax(other, axis=1)) / 2, axis=1)
        np.testing.assert_allclose(softmax(row, axis=1), expected, atol=1e-5)


def test_a_student_alone_can_teach(crf_student, tmp_path):
    teacher = load_teachers([crf_student.folder])
    assert isinstance(teacher, StudentVoice)
    assert teacher.parameters == crf_student.parameters
    label(teacher, SENTENCES, tmp_path, batch_size=4)
    found = LogitsCache(tmp_path).read(SENTENCES, teachers_fingerprint([crf_student.folder]))
    for row, expected in zip(found.rows(), teacher.logits(SENTENCES), strict=True):
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
