from pathlib import Path

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.web.fixed_lengths import FixedLengthModel
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.tflite import TFLiteModel

LENGTHS = (16, 32)  # of the export that the tests share


@pytest.mark.slow
@pytest.mark.parametrize("form", ["float32", "int8"])
def test_logits_are_those_of_any_length(
    export_folder: Path, trained_student: SavedStudent, form: str
) -> None:
    content = (export_folder / f"student_{form}.tflite").read_bytes()
    fixed, free = FixedLengthModel(content, LENGTHS), TFLiteModel(content)
    encode = trained_student.features.encode
    short = [s.words for s in read_demo("test") if len(s) <= max(LENGTHS)][:40]
    for words in short:
        expected = free.logits(encode(words))
        np.testing.assert_allclose(fixed.logits(encode(words)), expected, atol=1e-4)
    batch = fixed.batch_logits([encode(words) for words in short])
    np.testing.assert_array_equal(batch[3], fixed.logits(encode(short[3])))


@pytest.mark.slow
def test_pieces_change_little(export_folder: Path, trained_student: SavedStudent) -> None:
    content = (export_folder / "student_float32.tflite").read_bytes()
    fixed, free = FixedLengthModel(content, LENGTHS), TFLiteModel(content)
    words = [word for sentence in read_demo("test")[:30] for word in sentence.words]
    features = trained_student.features.encode(words)
    found, expected = fixed.logits(features), free.logits(features)
    assert found.shape == expected.shape and len(words) > 300
    assert np.mean(found.argmax(axis=1) == expected.argmax(axis=1)) > 0.95
