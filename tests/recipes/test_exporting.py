"""Exports from Python, of run directories and of exports."""

import json
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.export.config import ExportConfig
from bioner_kd.recipes.exporting import export_student
from bioner_kd.tagging.tables import read_tables

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
    assert read_tables(tmp_path / "again" / "tables.json") == read_tables(
        export_folder / "tables.json"
    )
