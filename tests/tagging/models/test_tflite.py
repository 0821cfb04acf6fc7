"""A .tflite file: threads, pickles, damaged files, other interpreters, and the tables inside."""

import io
import pickle
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import example, given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.tagging.models import tflite
from bioner_kd.tagging.models.layout import TFLITE_FILES
from bioner_kd.tagging.models.tflite import (
    TFLiteModel,
    interpreter_class,
    tables_inside,
    with_tables,
)
from bioner_kd.tagging.tables import read_tables

from .without_tables import without_tables

Features = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def content(export_folder: Path) -> bytes:
    return (export_folder / "student_float32.tflite").read_bytes()


@pytest.fixture(scope="module")
def sentences(export_folder: Path) -> list[Features]:
    encode = read_tables(export_folder / "tables.json").features.encode
    return [encode(sentence.words) for sentence in read_demo("test")]


def test_a_pickled_model_is_the_same_model(content: bytes, sentences: list[Features]) -> None:
    model = TFLiteModel(content)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.logits(sentences[0]), model.logits(sentences[0]))


def test_threads_do_not_disturb_each_other(content: bytes, sentences: list[Features]) -> None:
    model = TFLiteModel(content)
    expected = [model.logits(features) for features in sentences]
    with ThreadPoolExecutor(8) as pool:
        for found, logits in zip(pool.map(model.logits, sentences * 5), expected * 5, strict=True):
            np.testing.assert_array_equal(found, logits)


@pytest.mark.parametrize("keep", [0, 3, 20, 1000, 0.5, -1])
def test_a_truncated_file_is_an_input_error(content: bytes, keep: float) -> None:
    content = without_tables(content)
    cut = content[: int(len(content) * keep)] if 0 < keep < 1 else content[: int(keep)]
    with pytest.raises(InputError, match=r"^m\.tflite: .*damaged.* again"):
        TFLiteModel(cut, "m.tflite")


@pytest.mark.parametrize("form", sorted(TFLITE_FILES))
def test_batches_give_the_logits_of_one_by_one_in_the_order_given(
    export_folder: Path, sentences: list[Features], form: str
) -> None:
    model = TFLiteModel((export_folder / TFLITE_FILES[form]).read_bytes())
    chosen = [*sentences[:40], {name: ids[:1] for name, ids in sentences[0].items()}]
    found = model.batch_logits(chosen)
    for logits, features in zip(found, chosen, strict=True):
        np.testing.assert_allclose(logits, model.logits(features), atol=1e-5)
    assert model.batch_logits([]) == []


def test_a_sentence_longer_than_a_batch_has_words_is_read_too(
    content: bytes, export_folder: Path
) -> None:
    encode = read_tables(export_folder / "tables.json").features.encode
    words = [word for sentence in read_demo("test") for word in sentence.words]
    long, short = encode((words * 5)[:1500]), encode(words[:5])
    model = TFLiteModel(content)
    found = model.batch_logits([long, short])
    np.testing.assert_allclose(found[0], model.logits(long), atol=1e-5)
    np.testing.assert_allclose(found[1], model.logits(short), atol=1e-5)


def test_a_file_without_the_signature_for_batches_still_gives_them(
    content: bytes, sentences: list[Features]
) -> None:
    model = TFLiteModel(without_tables(content).replace(b"batch\0", b"other\0"))
    for logits, features in zip(model.batch_logits(sentences[:3]), sentences, strict=False):
        np.testing.assert_array_equal(logits, model.logits(features))


def test_another_model_is_an_input_error(content: bytes) -> None:
    # The signature that takes any number of words has another name.
    with pytest.raises(InputError, match=r"^m\.tflite: .*TFLite.* again"):
        TFLiteModel(content.replace(b"dyn\0", b"dym\0"), "m.tflite")


def test_tensorflows_interpreter_serves_where_there_is_no_other(
    content: bytes, sentences: list[Features], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = TFLiteModel(content).logits(sentences[0])
    for name in ("ai_edge_litert.interpreter", "tflite_runtime.interpreter"):
        monkeypatch.setitem(sys.modules, name, None)
    assert interpreter_class().__module__.startswith("tensorflow")
    np.testing.assert_allclose(TFLiteModel(content).logits(sentences[0]), expected, atol=1e-5)


def test_without_any_interpreter_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflite, "_INTERPRETERS", (("bioner_kd.no_such_module", "Interpreter"),))
    with pytest.raises(InputError, match="pip install ai-edge-litert"):
        interpreter_class()


def test_on_an_intel_mac_it_names_what_can_be_installed_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tflite, "_INTERPRETERS", ())
    monkeypatch.setattr(tflite.sys, "platform", "darwin")
    monkeypatch.setattr(tflite.platform, "machine", lambda: "x86_64")
    with pytest.raises(InputError, match="Intel Macs .* pip install tensorflow"):
        interpreter_class()


MODEL = b"\x1c\0\0\0TFL3" + bytes(range(256))
TABLES = b'{"tags": ["O", "B-Disease"]}' * 50


@given(st.binary(max_size=300), st.binary(max_size=300))
@example(b"PK\x06\x07", b"")  # as before the end of a large archive
def test_what_went_in_comes_out_behind_the_same_model(model: bytes, tables: bytes) -> None:
    content = with_tables(model, tables)
    assert content.startswith(model)
    assert tables_inside(content, "m.tflite") == tables


def test_they_are_compressed_and_the_same_each_time() -> None:
    content = with_tables(MODEL, TABLES)
    assert len(content) < len(MODEL) + len(TABLES) / 2
    assert with_tables(MODEL, TABLES) == content


def test_any_zip_program_lists_them() -> None:
    with zipfile.ZipFile(io.BytesIO(with_tables(MODEL, TABLES))) as archive:
        assert archive.namelist() == ["tables.json"]
        assert archive.testzip() is None


@pytest.mark.parametrize("content", [b"", MODEL, MODEL + b"tables.json", b"tables.json" + MODEL])
def test_a_model_without_them_has_none(content: bytes) -> None:
    assert tables_inside(content, "m.tflite") is None


def test_another_archive_is_not_taken_for_them() -> None:
    file = io.BytesIO(MODEL)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("labels.txt", "O")
    assert tables_inside(file.getvalue(), "m.tflite") is None


@pytest.mark.parametrize("lost", [1, 10, 60, 100])
def test_a_file_whose_end_is_missing_is_an_input_error(lost: int) -> None:
    with pytest.raises(InputError, match=r"^m\.tflite: .*damaged.* again"):
        tables_inside(with_tables(MODEL, TABLES)[:-lost], "m.tflite")


def test_a_flipped_bit_in_them_is_an_input_error() -> None:
    content = bytearray(with_tables(MODEL, TABLES))
    content[len(MODEL) + 50] ^= 4
    with pytest.raises(InputError, match=r"^m\.tflite: .*damaged.* again"):
        tables_inside(bytes(content), "m.tflite")


def test_interpreters_do_not_mind_them(export_folder) -> None:  # type: ignore[no-untyped-def]
    content = (export_folder / "student_int8.tflite").read_bytes()
    assert tables_inside(content, "m") == (export_folder / "tables.json").read_bytes()
    assert "dyn" in Interpreter(model_content=content).get_signature_list()
