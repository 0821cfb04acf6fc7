"""Model cards, as the Hugging Face hub's own client reads them."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from bioner_kd.export.card import model_card, score_section, without_head
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


def kept(name: str, threshold: float, mentions: int) -> dict[str, Any]:
    found = mentions > 0
    return {
        "type": name, "threshold": threshold, "mentions": mentions,
        "precision": 95.04 if found else None,
        "precision_interval": [92.5, 97.0] if found else None,
        "recall": 60.0 if found else 0.0, "recall_interval": [55.0, 65.0],
    }  # fmt: skip


def report(split: str, *, cross_fitted: bool) -> dict[str, Any]:
    return {
        "corpus": "demo", "split": split, "cross_fitted": cross_fitted, "texts": 9,
        "error": {"mentions": 1234, "raw": 0.113, "scores": 0.021, "chance": 0.02},
        "found": {"Disease": 1234},
        "min_precisions": [kept("Disease", 0.95, 800), kept("Disease", 0.98, 0)],
        "scores": [kept("Disease", 0.5, 1000)],
    }  # fmt: skip


@pytest.fixture
def scores() -> dict[str, Any]:
    reports = [report("devel", cross_fitted=True), report("test", cross_fitted=False)]
    return {"mentions": {"Disease": 794}, "without": [], "reports": reports}


def cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_threshold_is_a_row_with_both_splits(scores: dict[str, Any]) -> None:
    rows = cells(score_section(scores))
    rate = "95.0 (92.5 to 97.0)", "60.0 (55.0 to 65.0)"
    assert ["Disease", "0.95", "800", *rate, "800", *rate] in rows
    assert ["Disease", "0.98", *["0", "–", "0.0 (55.0 to 65.0)"] * 2] in rows
    assert ["Disease", "0.50", "1,000", *rate, "1,000", *rate] in rows
    assert ["test", "9", "1,234", "0.113", "0.021", "0.020"] in rows


def test_the_number_of_mentions_and_the_selection_are_said(scores: dict[str, Any]) -> None:
    text = score_section(scores)
    assert "fitted on mentions that were found on devel: Disease 794." in text
    assert "chosen the epoch" in text


def test_types_without_a_curve_are_named(scores: dict[str, Any]) -> None:
    scores["without"] = ["Gene"]
    assert "Too few were found of Gene" in score_section(scores)


def test_a_type_that_one_split_lacks_has_dashes_there(scores: dict[str, Any]) -> None:
    scores["reports"][1]["min_precisions"].append(kept("Gene", 0.95, 3))
    rows = cells(score_section(scores))
    rate = "95.0 (92.5 to 97.0)", "60.0 (55.0 to 65.0)"
    assert ["Gene", "0.95", "–", "–", "–", "3", *rate] in rows


@pytest.mark.parametrize("none", [None, {}, {"mentions": {}, "without": [], "reports": []}])
def test_a_student_without_calibration_says_so(none: dict[str, Any] | None) -> None:
    assert "not calibrated" in score_section(none)
