import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.evaluation.comparison import check_tags, compare
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

GOLD = [Sentence.from_words(["no", "fever"], ["O", "B-Disease"])]


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
        check_tags(Fixed(0, 1), "runs/disease", [*GOLD, chemical])
    message = str(refused.value)
    assert message.startswith("runs/disease: this model was trained for Disease ")
    assert "does not know B-Chemical" in message and "test.tsv:8" in message


def test_types_that_a_model_finds_and_the_sentences_lack_are_told(caplog):
    check_tags(Fixed(0, 1), "runs/disease", GOLD)
    assert not caplog.records
    check_tags(Fixed(0, 1), "runs/disease", [Sentence.from_words(["no"], ["O"])])
    (record,) = caplog.records
    assert record.getMessage().startswith("runs/disease: this model finds Disease too")
