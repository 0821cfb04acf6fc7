import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.tagging.models.saved_model import SavedModel
from bioner_kd.tagging.models.tflite import TFLiteModel
from bioner_kd.tagging.tables import read_tables


def test_it_gives_the_logits_of_the_tflite_model(export_folder: Path) -> None:
    tables = read_tables(export_folder / "tables.json")
    other = TFLiteModel((export_folder / "student_float32.tflite").read_bytes())
    model = SavedModel(export_folder / "saved_model" / "1")
    for sentence in read_demo("test")[:5]:
        features = tables.features.encode(sentence.words)
        logits = model.logits(features)
        assert logits.shape == (len(sentence), len(tables.tag_set))
        np.testing.assert_allclose(logits, other.logits(features), atol=1e-4)


def test_batches_give_the_logits_of_one_by_one_in_the_order_given(export_folder: Path) -> None:
    encode = read_tables(export_folder / "tables.json").features.encode
    sentences = [encode(sentence.words) for sentence in read_demo("test")[:40]]
    sentences += [encode(["gout"]), encode(["gout", "."] * 100)]
    model = SavedModel(export_folder / "saved_model" / "1")
    found = model.batch_logits(sentences)
    for logits, features in zip(found, sentences, strict=True):
        np.testing.assert_allclose(logits, model.logits(features), atol=1e-5)
    assert model.batch_logits([]) == []


def test_a_pickled_model_opens_its_folder_again(
    export_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(export_folder)
    model = SavedModel(Path("saved_model/1"))
    pickled = pickle.dumps(model)
    assert len(pickled) < 1000
    monkeypatch.chdir(tmp_path)
    features = read_tables(export_folder / "tables.json").features.encode(["gout", "."])
    np.testing.assert_array_equal(pickle.loads(pickled).logits(features), model.logits(features))


@pytest.mark.parametrize("content", [b"", b"\x08\x01\x12"])
def test_a_folder_without_a_model_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(InputError, match=f"{tmp_path}.*SavedModel.*again"):
        SavedModel(tmp_path)


def test_without_tensorflow_it_says_what_to_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(InputError, match=r"TensorFlow.*\.tflite"):
        SavedModel(tmp_path)
