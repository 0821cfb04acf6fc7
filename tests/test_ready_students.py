"""The students that come with the project: that they load, tag, and are what their cards say."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from bioner_kd.regular_file import file_digest
from bioner_kd.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parents[1]
READY = ROOT / "saved_models"
FOUND = {
    "disease_chemical_bilstm": [
        ("Lithium", "Chemical"),
        ("nephrogenic diabetes insipidus", "Disease"),
    ],
    "disease_bilstm": [("breast cancer", "Disease"), ("ataxia telangiectasia", "Disease")],
}
# Bytes. The graph of a SavedModel holds the rules for text, too.
LARGEST = {"int8": 4_000_000, "saved_model": 11_000_000}

each_student = pytest.mark.parametrize("name", FOUND)


def card(name: str) -> str:
    return (READY / name / "README.md").read_text(encoding="utf-8")


def manifest(name: str) -> dict:
    return json.loads((READY / name / "manifest.json").read_text(encoding="utf-8"))


def sentence_of(name: str) -> str:
    """What its card tells a reader to try."""
    (line,) = [line for line in card(name).splitlines() if line.startswith("python scripts/tag.py")]
    return shlex.split(line)[-1]


def test_every_ready_student_is_tested_here():
    listed = re.findall(r"\]\((\w+)/README\.md\)", (READY / "README.md").read_text())
    assert sorted(listed) == sorted(FOUND)


@pytest.mark.parametrize("form", ["int8", "saved_model"])
@each_student
def test_it_finds_what_its_card_shows(name, form):
    entities = Tagger.load(READY / name, form=form).tag(sentence_of(name))
    assert [(entity.text, entity.type) for entity in entities] == FOUND[name]


@each_student
def test_its_files_are_those_of_its_manifest(name):
    described = manifest(name)
    assert set(described["models"]) == {"int8", "saved_model"}
    assert described["files"]
    for path, file in described["files"].items():
        assert file_digest(READY / name / path) == file["sha256"], path


@each_student
def test_a_device_has_room_for_it(name):
    for form, model in manifest(name)["models"].items():
        path = READY / name / model["path"]
        files = path.rglob("*") if path.is_dir() else [path]
        assert 1_000_000 < sum(file.stat().st_size for file in files) <= LARGEST[form]


@each_student
def test_the_scores_of_its_card_are_those_of_its_manifest(name):
    models = manifest(name)["models"]
    f1 = {form: f"{model['parity']['score']['f1']:.2f}" for form, model in models.items()}
    for form, model in models.items():
        start = f"| `{model['path']}`"
        (row,) = [line for line in card(name).splitlines() if line.startswith(start)]
        assert row.split("|")[3].strip() == f1[form]
    (listed,) = [line for line in (READY / "README.md").read_text().splitlines() if name in line]
    assert f1["int8"] in listed


@each_student
def test_the_hub_reads_the_scores_of_its_card(name):
    data = ModelCard(card(name), ignore_metadata_errors=False).data
    assert (data.model_name, data.license, data.language) == (name, "apache-2.0", "en")
    assert (data.library_name, data.pipeline_tag) == ("bioner_kd", "token-classification")
    described = manifest(name)
    score = described["models"]["int8"]["parity"]["score"]
    found = {result.metric_type: result.metric_value for result in data.eval_results}
    assert found == {
        kind: pytest.approx(score[kind] / 100, abs=5.1e-5) for kind in ("precision", "recall", "f1")
    }
    assert {(result.dataset_name, result.dataset_split) for result in data.eval_results} == {
        (described["comparison"]["corpus"], described["comparison"]["split"])
    }


def test_the_first_tags_without_being_named():
    command = [sys.executable, str(ROOT / "scripts" / "tag.py"), "--format=jsonl"]
    text = f"--text={sentence_of('disease_chemical_bilstm')}"
    result = subprocess.run([*command, text], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    entities = json.loads(result.stdout)["entities"]
    found = [(entity["text"], entity["type"]) for entity in entities]
    assert found == FOUND["disease_chemical_bilstm"]
