"""Exports from Python, of run directories and of exports."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.export.config import ExportConfig
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.recipes.exporting import export_student
from bioner_kd.tagging.tables import read_tables
from bioner_kd.text.formats.conll import write_conll

SMALL = ExportConfig(format=("tflite",), quantization=("dynamic",))


@pytest.mark.slow
def test_an_export_is_exported_anew_without_its_run_directory(
    export_folder: Path, tmp_path: Path
) -> None:
    manifest: dict[str, Any] = export_student(export_folder, tmp_path / "again", config=SMALL)
    before = json.loads((export_folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["comparison"] == before["comparison"]
    parity = manifest["models"]["int8"]["parity"]
    assert parity == before["models"]["int8"]["parity"]
    tables, old = (read_tables(one / "tables.json") for one in (tmp_path / "again", export_folder))
    assert dataclasses.replace(tables, postprocessing=old.postprocessing) == old
    # What the demo's devel split is enough for is calibrated, and the card says so.
    curves = tables.postprocessing.calibration.curves
    assert {name: curve.mentions for name, curve in curves.items()} == (
        manifest["calibration"]["mentions"]
    )
    assert {*curves, *manifest["calibration"]["without"]} == {"Chemical", "Disease"}
    card = (tmp_path / "again" / "README.md").read_text(encoding="utf-8")
    assert "## Scores of mentions" in card and ("Expected calibration error" in card) == bool(
        curves
    )


@pytest.mark.slow
def test_a_corpus_without_devel_leaves_the_calibration_as_it_is(
    export_folder: Path, tmp_path: Path, absl_log: pytest.LogCaptureFixture
) -> None:
    write_conll(tmp_path / "test.tsv", Corpus().read("test")[0][:10])
    manifest = export_student(
        export_folder, tmp_path / "again", corpus=f"test={tmp_path / 'test.tsv'}", config=SMALL
    )
    assert "Scores are not calibrated anew, which needs a devel split" in absl_log.text
    assert manifest["calibration"]["mentions"] == {}
    assert "not calibrated" in (tmp_path / "again" / "README.md").read_text(encoding="utf-8")
