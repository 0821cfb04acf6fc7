"""A student's folder is data: whatever stands in it, nothing of it is run."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from bioner_kd.errors import InputError
from bioner_kd.student.saved_student import SavedStudent, load_student

from .student.archives import save_as_before

ROOT = Path(__file__).resolve().parents[1]
# What makes objects of a file. The pickles of workers and of the engine come from the process that
# started them.
OPENERS = re.compile(
    r"models\.load_model|saving\.load_model|deserialize|model_from_json|\bc?[Pp]ickle\.loads?\("
    r"|Unpickler\(|allow_pickle=True|joblib|yaml\.load|marshal|\beval\(|\bexec\("
)
ALLOWED = {
    "bioner_kd/scale/engine_process.py",
    "bioner_kd/tagging/workers/worker.py",
    "bioner_kd/tagging/workers/worker_pool.py",
}
SYSTEM = {
    "module": "os",
    "class_name": "function",
    "config": "system",
    "registered_name": "system",
}


def test_no_program_makes_objects_of_a_file() -> None:
    paths = [path for folder in ("bioner_kd", "scripts") for path in (ROOT / folder).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if OPENERS.search(path.read_text(encoding="utf-8"))
    }
    assert found == ALLOWED


def lambda_layer(command: str) -> dict[str, Any]:
    """A layer that Keras calls with the command as soon as it makes the model again."""
    config = {
        "name": "evil",
        "function": SYSTEM,
        "function_type": "function",
        "module": "os",
        "output_shape": None,
        "output_shape_type": "raw",
        "output_shape_module": None,
        "arguments": {},
    }
    return {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": config,
        "registered_name": None,
        "name": "evil",
        "inbound_nodes": [[["_CONSTANT_VALUE", -1, command, {}]]],
    }


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What the attacks make."""
    return tmp_path / "marker"


@pytest.fixture
def archive(trained_student: SavedStudent, tmp_path: Path) -> Path:
    """A student as it was saved before."""
    (tmp_path / "student").mkdir()
    return save_as_before(trained_student, tmp_path / "student")


def rewrite(archive: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    with zipfile.ZipFile(archive) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    record = json.loads(parts["config.json"])
    change(record)
    parts["config.json"] = json.dumps(record).encode()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)


@pytest.fixture
def evil(archive: Path, marker: Path) -> Path:
    """An archive that runs a shell command when Keras opens it."""
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Dense(3)(inputs)).save(archive)
    layer = lambda_layer(f"touch {marker}")
    rewrite(archive, lambda record: record["config"]["layers"].append(layer))
    return archive


def test_the_attack_of_these_tests_works_on_keras_own_loader(evil: Path, marker: Path) -> None:
    with pytest.raises(AttributeError, match="_keras_history"):
        keras.models.load_model(evil)
    assert marker.exists()


def test_an_archive_with_a_lambda_layer_runs_nothing(evil: Path, marker: Path) -> None:
    with pytest.raises(InputError, match="another model than a student, which is not opened"):
        load_student(evil.parent)
    assert not marker.exists()


def nested(record: dict[str, Any], command: str) -> None:
    """The attack inside of what calls itself a student."""
    functional = {"layers": [lambda_layer(command)], "input_layers": [], "output_layers": []}
    model = {"module": "keras", "class_name": "Functional", "config": functional}
    record["config"]["config"]["dropout"] = model


def beside(record: dict[str, Any], command: str) -> None:
    record["compile_config"] = {"optimizer": SYSTEM, "loss": SYSTEM, "metrics": [command]}
    record["build_config"] = lambda_layer(command)
    record["module"] = "os"


@pytest.mark.parametrize(
    "change",
    [
        nested,
        lambda record, _: record["config"].update(table_sizes=SYSTEM),
        lambda record, _: record["config"].update(vector_size=SYSTEM),
        lambda record, command: record["config"].update(tag_names=[lambda_layer(command)]),
        lambda record, _: record.update(SYSTEM),
        lambda record, _: record.update(registered_name="bioner_kd>Distiller"),
        lambda record, _: record.update(class_name="Lambda", registered_name="Lambda"),
    ],
)
def test_an_archive_that_names_objects_runs_nothing(
    archive: Path, marker: Path, change: Callable[[dict[str, Any], str], Any]
) -> None:
    rewrite(archive, lambda record: change(record, f"touch {marker}"))
    with pytest.raises(InputError, match="not a student, or a damaged one") as caught:
        load_student(archive.parent)
    assert "\n" not in str(caught.value) and not marker.exists()


def test_what_an_archive_says_beside_the_student_is_not_read(archive: Path, marker: Path) -> None:
    rewrite(archive, lambda record: beside(record, f"touch {marker}"))
    load_student(archive.parent)
    assert not marker.exists()


def test_evaluate_refuses_such_an_archive_in_one_line(evil: Path, marker: Path) -> None:
    finished = subprocess.run(
        [
            sys.executable,
            str(ROOT / "scripts" / "evaluate.py"),
            "--corpus=demo",
            f"--run=student={evil.parent}",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    # What was read of the corpus, and the error.
    _, line = finished.stderr.splitlines()
    assert "student.keras holds another model than a student" in line
    assert not marker.exists()


def change_json(**values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "student.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        for name, value in values.items():
            (record if name in record else record["config"])[name] = value
        path.write_text(json.dumps(record), encoding="utf-8")

    return change


def sparse(folder: Path) -> None:
    """A file of 20 GB, all zeros but for a header that describes one tensor."""
    size = 20 * 10**9
    header = {"x": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}
    text = json.dumps(header).encode()
    path = folder / "student.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    os.truncate(path, 8 + len(text) + size)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "a billion units": change_json(units=10**9),
    "a billion layers": change_json(layers=10**9),
    "all sizes": change_json(units=2**31 - 1, layers=64, char_filters=2**31 - 1),
    "a wide filter": change_json(char_width=10**9),
    "sizes that are not those of the file": change_json(units=25),
    "nesting": lambda folder: (folder / "student.json").write_bytes(b"[" * 1_000_000),
    "a long structure": lambda folder: os.truncate(folder / "student.json", 10**10),
    "a long header": lambda folder: (folder / "student.safetensors").write_bytes(
        (10**9).to_bytes(8, "little") + b" " * 1000
    ),
    "a sparse file": sparse,
    "a sparse file and sizes to match": lambda folder: (
        sparse(folder),
        change_json(units=15_000)(folder),
    ),
}
# Room for a gigabyte beside what the libraries have taken.
PROGRAM = """
import resource, sys, time
from pathlib import Path
from bioner_kd.student.saved_student import load_student
load_student(Path(sys.argv[1]))
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 10**9,) * 2)
for folder in sys.argv[2:]:
    start = time.perf_counter()
    try:
        load_student(Path(folder))
    except ValueError as error:
        print(f"{time.perf_counter() - start:.3f} {error}")
"""


def test_hostile_folders_are_refused_at_once_and_in_little_memory(
    trained_student: SavedStudent, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in HOSTILE]
    for folder, damage in zip(folders, HOSTILE.values(), strict=True):
        shutil.copytree(str(trained_student.folder), folder)
        damage(folder)
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(trained_student.folder), *map(str, folders)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    for folder, line in zip(folders, lines, strict=True):
        seconds, _, message = line.partition(" ")
        assert float(seconds) < 5
        assert message.startswith(f"{folder}: not a student, or a damaged one (")
