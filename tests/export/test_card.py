"""Model cards, as the Hugging Face hub's own client reads them."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from bioner_kd.export.card import model_card, without_head
from bioner_kd.export.release import ReleaseConfig

READY = Path(__file__).resolve().parents[2] / "saved_models"


@pytest.fixture
def manifest() -> dict[str, Any]:
    return json.loads((READY / "disease_bilstm" / "manifest.json").read_text(encoding="utf-8"))


def read(card: str) -> ModelCard:
    return ModelCard(card, ignore_metadata_errors=False)


def test_the_hub_reads_what_the_student_is(manifest: dict[str, Any]) -> None:
    data = read(
        model_card(manifest, "mine", ReleaseConfig(license="CC-BY-4.0", language="no"))
    ).data
    assert (data.license, data.language) == ("cc-by-4.0", "no")
    assert (data.library_name, data.pipeline_tag) == ("bioner_kd", "token-classification")
    assert "named-entity-recognition" in data.tags


def test_the_hub_reads_the_scores(manifest: dict[str, Any]) -> None:
    data = read(model_card(manifest, "mine", ReleaseConfig())).data
    assert data.model_name == "mine"
    results = {result.metric_type: result for result in data.eval_results}
    score = manifest["models"]["int8"]["parity"]["score"]
    assert {kind: result.metric_value for kind, result in results.items()} == {
        kind: pytest.approx(score[kind] / 100, abs=5e-5) for kind in ("precision", "recall", "f1")
    }
    f1 = results["f1"]
    assert (f1.dataset_name, f1.dataset_split) == ("NCBI-disease", "test")
    assert f1.task_type == "token-classification"
    assert "student_int8.tflite" in f1.metric_name


def test_the_scores_are_those_of_the_model_that_is_loaded_by_default(
    manifest: dict[str, Any],
) -> None:
    better = copy.deepcopy(manifest["models"]["int8"])
    better["path"], better["parity"]["score"]["f1"] = "student_float32.tflite", 90.0
    manifest["models"]["float32"] = better
    results = read(model_card(manifest, "mine", ReleaseConfig())).data.eval_results
    assert [r.metric_value for r in results if r.metric_type == "f1"] == [0.9]


def test_a_split_without_a_corpus_gives_no_result(manifest: dict[str, Any]) -> None:
    manifest["comparison"]["corpus"] = ""
    card = model_card(manifest, "mine", ReleaseConfig())
    assert read(card).data.eval_results is None
    assert "on the split that was compared" in card


def test_any_name_of_a_corpus_and_a_folder_is_valid_yaml(manifest: dict[str, Any]) -> None:
    corpus = 'a: "b" # \\ {c}\n---\nlicense: mit 𝛼\x7f\u2028é'
    manifest["comparison"]["corpus"] = corpus
    data = read(model_card(manifest, corpus, ReleaseConfig())).data
    assert {result.dataset_name for result in data.eval_results} == {corpus}
    assert (data.model_name, data.license) == (corpus, "unknown")


def test_people_read_types_scores_and_licence(manifest: dict[str, Any]) -> None:
    text = without_head(model_card(manifest, "mine", ReleaseConfig(license="mit")))
    assert text.startswith("# mine\n")
    assert "Entity types: Disease." in text
    for model in manifest["models"].values():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{model['path']}`")]
        assert f"{model['parity']['score']['f1']:.2f}" in row
    assert "COVID-19" in text and "`--always=FILE`" in text
    assert text.endswith("## Licence\n\nmit\n")


def test_a_card_without_head_stays_whole() -> None:
    assert without_head("# mine\n\n---\n\ntext\n") == "# mine\n\n---\n\ntext\n"
