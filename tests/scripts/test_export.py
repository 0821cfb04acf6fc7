"""scripts/export.py as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    finished = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "export.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in finished.stderr
    return finished


@pytest.mark.slow
def test_a_student_is_exported_compared_and_tags(
    trained_student: SavedStudent, tmp_path: Path
) -> None:
    output = tmp_path / "new" / "export"
    result = run(f"--student={trained_student.folder}", f"--output={output}", "--corpus=demo")
    assert result.returncode == 0, result.stderr
    table, heading, listed = result.stdout.partition("SHA-256 of each file, as ")
    rows = table.splitlines()
    assert [row.split()[0] for row in rows] == [
        "Model",
        "Keras",
        "student_float32.tflite",
        "student_float16.tflite",
        "student_int8.tflite",
        "saved_model/1",
    ]
    assert all(rows[number].endswith(" 0") for number in (2, 3, 5))
    # Both splits, and one line for each model: neither TensorFlow nor TFLite says anything.
    assert len(result.stderr.splitlines()) == 6, result.stderr
    manifest: dict[str, Any] = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["comparison"]["corpus"] == "demo"
    place, *lines = listed.splitlines()
    assert heading and place == f"{output}/manifest.json has it:"
    assert lines == [f"{file['sha256']}  {name}" for name, file in manifest["files"].items()]
    (tmp_path / "sums").write_text("\n".join(lines) + "\n")
    check = ["sha256sum", "--check", "--quiet", tmp_path / "sums"]
    assert subprocess.run(check, cwd=output, check=False).returncode == 0
    assert f"--student={trained_student.folder}" in (output / "run.cfg").read_text()
    assert Tagger.load(output).entity_types == trained_student.tag_set.entity_types
    again = run(f"--student={trained_student.folder}", f"--output={output}")
    assert again.returncode == 1
    assert f"{output}: this folder exists already" in again.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--format=onnx"], 2, "--format=onnx: must be chosen from saved_model, tflite, web"),
        (["--quantization="], 2, "--quantization="),
        (["--student=no/such/folder"], 1, "no/such/folder: not a student"),
        (["--corpus=no/such/corpus"], 1, "no/such/corpus: there is no such folder"),
    ],
)
def test_mistakes_are_one_line(
    trained_student: SavedStudent,
    tmp_path: Path,
    arguments: list[str],
    status: int,
    says: str,
) -> None:
    result = run(f"--student={trained_student.folder}", f"--output={tmp_path / 'e'}", *arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert says in result.stderr
    assert not list(tmp_path.iterdir())
