"""The folder of the web page, and what the manifest says of it."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from bioner_kd.cli.programs.export import how_to_open, summary
from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.folder import export_student
from bioner_kd.export.web.folder import FixedLengthModel, page_files, write_web_folder
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.tflite import TFLiteModel
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tagger import Tagger

from .browser import unpacked
from .conftest import WEB_LENGTHS

PAGE = page_files()


@pytest.fixture(scope="module")
def manifest(web_export: Path) -> dict[str, Any]:
    return json.loads((web_export / "manifest.json").read_text(encoding="utf-8"))


def test_a_page_names_no_other_host() -> None:
    for name, content in PAGE.items():
        text = content.decode()
        assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text) == [], name
    assert b"connect-src 'self'" in PAGE["index.html"]


def test_every_module_that_is_imported_is_there() -> None:
    names = [
        name
        for content in PAGE.values()
        for name in re.findall(r'from "\./([\w.]+)"', content.decode())
    ]
    names += re.findall(r'"(\w+\.js)"', PAGE["worker.js"].decode())
    assert "tagger.js" in names and set(names) <= set(PAGE)


def test_folder_of_a_page(trained_student: SavedStudent, tmp_path: Path) -> None:
    litert = {"core.js": b"core", "LICENSE": b"licence"}
    for name in ("one", "two"):
        write_web_folder(tmp_path / name, b"model", trained_student.tables, litert)
    one, two = tmp_path / "one", tmp_path / "two"
    files = {path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file()}
    assert files == {
        *PAGE,
        "student.tflite.gz",
        "tables.json.gz",
        "litert/core.js",
        "litert/LICENSE",
    }
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)
    assert unpacked(one / "student.tflite.gz") == b"model"
    record = json.loads(unpacked(one / "tables.json.gz"))
    assert record.pop("model_crc32") == zlib.crc32(b"model")
    assert Tables.from_json(record) == trained_student.tables


@pytest.mark.slow
def test_the_model_has_signatures_of_fixed_length_alone(
    web_export: Path, manifest: dict[str, Any]
) -> None:
    content = unpacked(web_export / "web" / "student.tflite.gz")
    signatures = {f"t{length}" for length in WEB_LENGTHS}
    assert set(Interpreter(model_content=content).get_signature_list()) == signatures
    assert set(manifest["models"]["web"]["signatures"]) == signatures


@pytest.mark.slow
def test_the_manifest_compares_what_the_page_reads(
    web_export: Path, manifest: dict[str, Any], trained_student: SavedStudent
) -> None:
    web = manifest["models"]["web"]
    assert (web["path"], web["litert_js"]) == ("web", "2.5.3")
    files = [path for path in (web_export / "web").rglob("*") if path.is_file()]
    assert web["bytes"] == sum(path.stat().st_size for path in files)
    content = unpacked(web_export / "web" / "student.tflite.gz")
    model, decode = FixedLengthModel(content, WEB_LENGTHS), trained_student.decoder.decode
    sentences = read_demo("test")
    differing = sum(
        one != other
        for sentence, logits in zip(sentences, trained_student.logits(sentences), strict=True)
        for one, other in zip(
            decode(logits),
            decode(model.logits(trained_student.features.encode(sentence.words))),
            strict=True,
        )
    )
    assert web["parity"]["tags_that_differ"] == differing
    assert not np.isnan(web["parity"]["score"]["f1"])


@pytest.mark.slow
def test_a_person_is_told_how_to_open_it(web_export: Path, manifest: dict[str, Any]) -> None:
    told = how_to_open(manifest, Path("my exports/demo"))
    assert "python -m http.server --directory 'my exports/demo/web' 8000\n" in told
    assert "http://localhost:8000" in told
    assert how_to_open({"models": {"int8": {}}}, Path("demo")) == ""
    assert summary(manifest).splitlines()[2].startswith("web ")


@pytest.mark.slow
def test_a_page_alone_is_no_model_for_python(web_export: Path) -> None:
    with pytest.raises(InputError, match="holds no model"):
        Tagger.load(web_export)


def test_without_litert_js_nothing_is_made(trained_student: SavedStudent, tmp_path: Path) -> None:
    config = ExportConfig(format=("web",), litert_js=str(tmp_path / "none"))
    with pytest.raises(InputError, match="--litert_js"):
        export_student(trained_student, tmp_path / "export", Split([]), config=config)
    assert not list(tmp_path.iterdir())


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
