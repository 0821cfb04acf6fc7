import json
from collections import Counter

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.evaluation.comparison import check_tags, compare, f1_intervals
from bioner_kd.evaluation.exported import load_exported
from bioner_kd.evaluation.gold import AnnotatedDocuments, AnnotatedWords
from bioner_kd.evaluation.significance import bootstrap_f1, percentile_interval, sentence_counts
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.sentence import Sentence

SENTENCE = Sentence.from_words(["no", "fever"], ["O", "B-Disease"])
GOLD = AnnotatedWords([SENTENCE])


class Fixed:
    """A model that always answers alike."""

    decoder = Decoder(TagSet(("O", "B-Disease")))
    parameters, size = 7, 1000

    def __init__(self, *tags: int) -> None:
        self.tags, self.names = tags, []

    def logits(
        self, sentences: list[Sentence], batch_size: int, *, name: str = ""
    ) -> list[np.ndarray]:
        self.names.append(name)
        return [np.eye(2, dtype=np.float32)[list(self.tags)] for _ in sentences]


def test_seeds_are_averaged_and_sizes_are_the_first_seeds():
    result = compare("student", [Fixed(0, 1), Fixed(0, 0)], GOLD, batch_size=1)
    row = result.row()
    assert (row.f1.mean, row.f1.std) == (50, pytest.approx(70.71, abs=0.01))
    assert (row.parameters, row.size) == (7, 1000)
    assert row.sentences_per_second > 0


def test_an_unknown_number_of_weights_is_not_told_as_zero():
    model = Fixed(0, 1)
    model.parameters = 0
    result = compare("file", [model], GOLD, batch_size=1)
    assert result.row().parameters is None and result.to_json()["parameters"] is None


def test_every_pass_over_the_sentences_tells_how_far_it_has_come():
    seeds = [Fixed(0, 1), Fixed(0, 0)]
    compare("student", seeds, GOLD, batch_size=1)
    assert [seed.names for seed in seeds] == [["student 1/2", "student, speed"], ["student 2/2"]]
    compare("teacher", [teacher := Fixed(0, 1)], GOLD, batch_size=1)
    assert teacher.names == ["teacher", "teacher, speed"]


def test_the_report_has_every_seed_and_their_summary():
    report = compare("student", [Fixed(0, 1), Fixed(0, 0)], GOLD, batch_size=1).to_json()
    assert [run["conlleval"]["micro"]["f1"] for run in report["runs"]] == [100, 0]
    assert report["summary"]["n"] == 2
    assert report["bytes"] == 1000


def test_a_single_run_has_no_deviation():
    assert compare("teacher", [Fixed(0, 1)], GOLD, batch_size=1).row().f1.std is None


def test_a_model_that_was_trained_for_other_types_is_named():
    chemical = Sentence.from_words(["no", "gold"], ["O", "B-Chemical"], path="test.tsv", line=7)
    with pytest.raises(InputError) as refused:
        check_tags(Fixed(0, 1), "runs/disease", AnnotatedWords([SENTENCE, chemical]))
    message = str(refused.value)
    assert message.startswith("runs/disease: this model was trained for Disease ")
    assert "does not know B-Chemical" in message and "test.tsv:8" in message


def test_types_that_a_model_finds_and_the_sentences_lack_are_told(caplog):
    check_tags(Fixed(0, 1), "runs/disease", GOLD)
    assert not caplog.records
    nothing = AnnotatedWords([Sentence.from_words(["no"], ["O"])])
    check_tags(Fixed(0, 1), "runs/disease", nothing)
    (record,) = caplog.records
    assert record.getMessage().startswith("runs/disease: this model finds Disease too")


def test_types_that_were_not_chosen_are_no_errors(absl_log):
    nothing = AnnotatedWords([Sentence.from_words(["no"], ["O"])], chosen=frozenset({"Gene"}))
    check_tags(Fixed(0, 1), "runs/disease", nothing)
    told = {(record.levelname, record.getMessage()) for record in absl_log.records}
    assert told == {("INFO", "runs/disease: what this model finds of Disease does not count.")}


@pytest.mark.parametrize(
    ("gold", "place"),
    [
        (AnnotatedWords([SENTENCE], Counter(Gene=1)), "in a mention that reading lost"),
        (
            AnnotatedDocuments(
                [
                    Document.from_text("no p53", id="7", path="a.txt").with_annotations(
                        [Annotation("Gene", ((3, 6),), "p53")]
                    )
                ]
            ),
            "a.txt, document '7'",
        ),
    ],
)
def test_types_of_lost_mentions_and_of_documents_have_to_be_known_too(gold, place):
    with pytest.raises(InputError, match="does not know B-Gene") as refused:
        check_tags(Fixed(0, 1), "runs/disease", gold)
    assert f"({place})" in str(refused.value)
    assert "--types=Gene=Disease" in str(refused.value)


def test_a_model_has_a_row_for_each_type_and_one_for_all():
    lost = AnnotatedWords([SENTENCE], Counter(Disease=3))
    result = compare("student", [Fixed(0, 1), Fixed(0, 1)], lost, batch_size=1)
    disease, every = result.type_rows()
    assert (disease.model, disease.type, every.type) == ("student", "Disease", "all")
    assert (disease.support, str(disease.precision), str(disease.recall)) == (
        4, "100.00 ± 0.00", "25.00 ± 0.00",
    )  # fmt: skip
    assert every.f1 == disease.f1 and every.interval == disease.interval
    assert disease.interval[0] == 0 and disease.interval[1] > 40 == disease.f1.mean
    report = result.to_json()
    assert (report["by"], report["lost"]) == ("words", {"Disease": 3})
    assert report["f1_intervals"]["per_type"] == {"Disease": disease.interval}
    assert json.loads(json.dumps(report))["f1_intervals"]["micro"] == list(every.interval)


def test_only_exported_students_have_a_calibration_error(export_folder):
    sentences = read_demo("test")[:40]
    result = compare("ready", [load_exported(export_folder)], AnnotatedWords(sentences), 32)
    error = result.calibration
    assert error.mentions > 10 and 0 < error.scores == error.raw < 1  # it has no calibration
    assert result.to_json()["calibration"]["mentions"] == error.mentions
    chosen = AnnotatedWords(sentences, chosen=frozenset({"Disease"}))
    of_diseases = compare("ready", [load_exported(export_folder)], chosen, 32).calibration
    assert 0 < of_diseases.mentions < error.mentions
    assert compare("student", [Fixed(0, 1)], GOLD, batch_size=1).calibration is None


A, B, NONE = ["B-A"], ["B-B"], ["O"]


def test_intervals_are_those_of_the_bootstrap_of_each_type():
    gold, predicted = [A, A, B, B, NONE] * 4, [A, NONE, B, A, NONE] * 4
    found = f1_intervals([(gold, predicted)])
    (samples,) = bootstrap_f1([sentence_counts(gold, predicted)[np.newaxis]])
    assert found.micro == percentile_interval(samples)
    one = [[tags if tags != B else NONE for tags in side] for side in (gold, predicted)]
    (samples,) = bootstrap_f1([sentence_counts(*one)[np.newaxis]])
    assert found.per_type["A"] == percentile_interval(samples)
    assert list(found.per_type) == ["A", "B"]


def test_what_is_always_right_has_no_width():
    found = f1_intervals([([A, B] * 30, [A, NONE] * 30)])
    assert found.per_type["A"] == (100, 100)
    assert found.per_type["B"] == (0, 0)


def test_a_type_that_only_one_seed_finds_counts_for_the_others_as_nothing():
    gold = [A] * 10
    found = f1_intervals([(gold, gold), (gold, [B] * 10)])
    assert found.micro == (50, 50)
    assert found.per_type == {"A": (50, 50), "B": (0, 0)}


@pytest.mark.parametrize("gold", [[], [NONE], [NONE, NONE]])
def test_without_mentions_there_are_no_types(gold):
    found = f1_intervals([(gold, gold)])
    assert (found.micro, found.per_type) == ((0, 0), {})
    assert found.to_json() == {"micro": (0, 0), "per_type": {}}
