import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.evaluation.exported import load_exported
from bioner_kd.tagging.exported import is_exported
from bioner_kd.tagging.tagger import Tagger

SENTENCES = read_demo("test")[:20]


def test_an_export_gives_the_logits_and_tags_of_the_tagger(export_folder):
    model, tagger = load_exported(export_folder), Tagger.load(export_folder)
    logits = model.logits(SENTENCES)
    assert [rows.shape for rows in logits] == [(len(s), 5) for s in SENTENCES]
    tags = model.decoder.decode_many(logits)
    assert tags == [tagger.tag_words(sentence.words) for sentence in SENTENCES]


def test_size_and_parameters_are_those_of_the_export(export_folder, trained_student):
    model = load_exported(export_folder)
    assert model.parameters == trained_student.parameters
    assert model.size == (export_folder / "student_float32.tflite").stat().st_size
    alone = load_exported(export_folder / "student_int8.tflite")
    assert alone.parameters == 0
    assert alone.size == (export_folder / "student_int8.tflite").stat().st_size
    np.testing.assert_allclose(
        alone.logits(SENTENCES[:1])[0], model.logits(SENTENCES[:1])[0], atol=0.5
    )


def test_what_is_exported_is_known_from_other_folders(export_folder, tmp_path):
    assert is_exported(export_folder)
    assert is_exported(export_folder / "student_int8.tflite")
    assert not is_exported(tmp_path)
    assert not is_exported(tmp_path / "none.tflite")
    with pytest.raises(InputError):
        load_exported(tmp_path)
