"""A student with a CRF goes the whole way: every exported form, and the Tagger, give its tags."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.evaluation.comparison import compare
from bioner_kd.evaluation.gold import AnnotatedWords
from bioner_kd.evaluation.scores import score_logits
from bioner_kd.export.config import Split
from bioner_kd.export.folder import export_student
from bioner_kd.student import crf
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tables import read_tables
from bioner_kd.tagging.tagger import Tagger

pytestmark = pytest.mark.slow
SENTENCES = read_demo("test")


@pytest.fixture(scope="module")
def crf_export(crf_student: SavedStudent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crf_exported") / "export"
    with pytest.MonkeyPatch.context() as patch:
        # Neither tensorflow-addons nor what stands in for it has a part in an export.
        patch.setattr(crf, "_functions", None)
        export_student(crf_student, folder, Split(SENTENCES), lengths=())
    return folder


@pytest.fixture(scope="module")
def tags(crf_student: SavedStudent) -> list[list[str]]:
    return [crf_student.decoder.decode(rows) for rows in crf_student.logits(SENTENCES)]


def test_its_transitions_matter(crf_student: SavedStudent, tags: list[list[str]]) -> None:
    plain = Decoder(crf_student.tag_set)
    assert [plain.decode(rows) for rows in crf_student.logits(SENTENCES)] != tags


def test_the_manifest_says_the_head_and_compares_tags_as_the_crf_gives_them(
    crf_student: SavedStudent, crf_export: Path
) -> None:
    manifest = json.loads((crf_export / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["student"]["config"]["head"] == "crf"
    scores = score_logits(SENTENCES, crf_student.logits(SENTENCES), crf_student.decoder)
    assert manifest["comparison"]["keras"]["f1"] == scores.conlleval.micro.f1 > 10
    for form in ("float32", "saved_model"):
        assert manifest["models"][form]["parity"]["tags_that_differ"] == 0
    assert "WHILE" in manifest["models"]["float32"]["operators"]
    assert not [name for name in manifest["models"]["int8"]["operators"] if "CUSTOM" in name]


def test_transitions_travel_with_every_form(crf_student: SavedStudent, crf_export: Path) -> None:
    for name in ("tables.json", "saved_model/1/assets.extra/tables.json.gz"):
        assert read_tables(crf_export / name).decoder == crf_student.decoder


@pytest.mark.parametrize("form", ["float32", "saved_model"])
def test_a_tagger_gives_the_tags_of_keras(
    crf_export: Path, tags: list[list[str]], form: str
) -> None:
    tagger = Tagger.load(crf_export, form=form)
    assert [tagger.tag_words(sentence.words) for sentence in SENTENCES] == tags


def test_int8_gives_nearly_the_same_tags(crf_export: Path, tags: list[list[str]]) -> None:
    tagger = Tagger.load(crf_export, form="int8")
    found = [tag for sentence in SENTENCES for tag in tagger.tag_words(sentence.words)]
    expected = [tag for sentence in tags for tag in sentence]
    assert np.mean([one == other for one, other in zip(found, expected, strict=True)]) > 0.97


def test_scores_of_mentions_are_mean_posteriors(
    crf_student: SavedStudent, crf_export: Path
) -> None:
    tagger, found = Tagger.load(crf_export), 0
    for sentence, logits in zip(SENTENCES, crf_student.logits(SENTENCES), strict=True):
        lengths = np.array([len(logits)])
        posteriors = crf_student.model.crf.posteriors(logits[np.newaxis], lengths)[0].numpy()
        tags = tagger.tag_words(sentence.words)
        for entity in tagger.tag_groups([[sentence]])[0]:
            places = [
                place
                for place, (start, end) in enumerate(sentence.spans)
                if start >= entity.start and end <= entity.end
            ]
            chosen = [posteriors[place, crf_student.tag_set.id(tags[place])] for place in places]
            assert entity.score == pytest.approx(np.mean(chosen), abs=1e-4)
            found += 1
    assert found > 20


def test_evaluation_scores_what_the_crf_says(crf_student: SavedStudent) -> None:
    result = compare("student", [crf_student], AnnotatedWords(SENTENCES[:20]), 8)
    logits = crf_student.logits(SENTENCES[:20])
    assert result.scores[0] == score_logits(SENTENCES[:20], logits, crf_student.decoder)


def test_damaged_transitions_are_an_input_error(crf_export: Path, tmp_path: Path) -> None:
    for name in ("student_int8.tflite", "tables.json"):
        shutil.copy(crf_export / name, tmp_path)
    path = tmp_path / "tables.json"
    tables = json.loads(path.read_text(encoding="utf-8"))
    tables["transitions"][0].pop()
    path.write_text(json.dumps(tables), encoding="utf-8")
    with pytest.raises(InputError, match="tables.json: not the tables of a student"):
        Tagger.load(tmp_path / "student_int8.tflite")
