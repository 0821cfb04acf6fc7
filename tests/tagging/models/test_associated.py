"""Tables inside of a .tflite file: what comes out, and what is said where nothing can."""

import io
import zipfile

import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.tagging.models.associated import tables_inside, with_tables

MODEL = b"\x1c\0\0\0TFL3" + bytes(range(256))
TABLES = b'{"tags": ["O", "B-Disease"]}' * 50


@given(st.binary(max_size=300), st.binary(max_size=300))
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
    with pytest.raises(InputError, match="m.tflite: truncated or damaged"):
        tables_inside(with_tables(MODEL, TABLES)[:-lost], "m.tflite")


def test_a_flipped_bit_in_them_is_an_input_error() -> None:
    content = bytearray(with_tables(MODEL, TABLES))
    content[len(MODEL) + 50] ^= 4
    with pytest.raises(InputError, match="m.tflite: truncated or damaged"):
        tables_inside(bytes(content), "m.tflite")


def test_interpreters_do_not_mind_them(export_folder) -> None:  # type: ignore[no-untyped-def]
    content = (export_folder / "student_int8.tflite").read_bytes()
    assert tables_inside(content, "m") == (export_folder / "tables.json").read_bytes()
    assert "dyn" in Interpreter(model_content=content).get_signature_list()
