"""What ships is scored by words and by characters, on documents with types of their own."""

from pathlib import Path

import pytest

import bioner_kd
from bioner_kd import Corpus
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes import scoring
from bioner_kd.recipes.scoring import read_gold
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.training.machine import MachineConfig

# Inside "breast cancer" lies "breast", which no tag of words can mark; "hepat" ends inside a word.
DOCUMENTS = """1|t|Aspirin for breast cancer.
1|a|Hepatitis was seen.
1\t0\t7\tAspirin\tDrug\tD1
1\t12\t25\tbreast cancer\tIllness\tD2
1\t12\t18\tbreast\tIllness\tD3
1\t27\t32\tHepat\tIllness\tD4

"""
TYPES = ("Drug=Chemical", "Illness=Disease")


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "made.PubTator").write_text(DOCUMENTS, encoding="utf-8")
    return f"test={tmp_path / 'made.PubTator'}"


def test_a_ready_student_is_scored_by_words_where_lost_mentions_count_as_missed(path, absl_log):
    corpus = Corpus(corpus=path, types=TYPES)
    (result,) = bioner_kd.evaluate(corpus, {"ready": [DEFAULT]})
    (scores,) = result.scores
    assert scores.conlleval.micro.support == 4
    assert (scores.conlleval.micro.precision, scores.conlleval.micro.recall) == (100, 75)
    assert (result.by, result.lost) == ("words", {"Disease": 1})
    told = [record.getMessage() for record in absl_log.records]
    assert "Scored by words: 1 of 4 mentions were lost in reading, and count as missed." in told


def test_tensorflow_is_set_up_before_a_model_is_loaded(path, monkeypatch):
    done, load = [], scoring.load_model
    monkeypatch.setattr(MachineConfig, "apply", lambda self, seed: done.append((self, seed)))
    monkeypatch.setattr(scoring, "load_model", lambda path: done.append(str(path)) or load(path))
    machine = MachineConfig(intra_op_threads=1)
    corpus = Corpus(corpus=path, types=TYPES)
    bioner_kd.evaluate(corpus, {"ready": [DEFAULT]}, machine=machine)
    assert done == [(machine, 0), DEFAULT]


def test_by_characters_a_mention_is_right_with_its_very_characters(path):
    corpus = Corpus(corpus=path, types=TYPES)
    (result,) = bioner_kd.evaluate(corpus, {"ready": [DEFAULT]}, by="characters")
    (scores,) = result.scores
    assert scores.conlleval.micro.support == 4
    assert scores.conlleval.micro.precision == pytest.approx(200 / 3)  # Hepatitis is not Hepat
    assert scores.conlleval.micro.recall == 50
    assert [row.type for row in result.type_rows()] == ["Chemical", "Disease", "all"]
    assert result.to_json()["by"] == "characters"


def test_what_a_model_finds_of_types_that_were_not_chosen_is_no_error(path):
    corpus = Corpus(corpus=path, types=("Drug=Chemical",))
    for by in ("words", "characters"):
        (result,) = bioner_kd.evaluate(corpus, {"ready": [DEFAULT]}, by=by)
        assert result.scores[0].conlleval.micro.f1 == 100
        assert result.scores[0].conlleval.per_type.keys() == {"Chemical"}


def test_types_that_the_model_lacks_are_refused_with_the_way_out(path):
    for by in ("words", "characters"):
        with pytest.raises(InputError, match="does not know B-Drug.*--types=Drug=Chemical"):
            bioner_kd.evaluate(path, {"ready": [DEFAULT]}, by=by)


def test_seeds_of_one_row_find_the_same_types(path):
    corpus = Corpus(corpus=path, types=("Illness=Disease",))
    with pytest.raises(UsageError, match="different types .Chemical, Disease and Disease."):
        bioner_kd.evaluate(corpus, {"ready": [DEFAULT, "disease_bilstm"]})


def test_an_export_is_scored_beside_the_student_that_it_was_made_of(export_folder, trained_student):
    runs = {"student": [trained_student.folder], "export": [export_folder]}
    student, export = bioner_kd.evaluate("demo", runs)
    assert student.scores == export.scores
    assert student.parameters == export.parameters


def test_the_demo_is_the_same_by_words_and_by_characters():
    words, characters = (read_gold(Corpus(), "test", by) for by in ("words", "characters"))
    tags = [sentence.tags for sentence in words.sentences]
    assert characters.score(tags).conlleval == words.score(tags).conlleval
    assert words.score(tags).conlleval.micro.f1 == 100
    assert len(characters.sentences) == len(words.sentences)


def test_a_type_that_no_document_has_and_an_unknown_choice_are_refused(path):
    for by in ("words", "characters"):
        with pytest.raises(UsageError, match="there is no 'Gene'"):
            read_gold(Corpus(corpus=path, types=("Drug", "Gene")), "test", by)
    with pytest.raises(UsageError, match="--by=letters: must be one of words, characters"):
        read_gold(Corpus(), "test", "letters")
