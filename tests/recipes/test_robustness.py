from pathlib import Path

import pytest

from bioner_kd import Corpus
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.robustness import find_student, robustness
from bioner_kd.tagging.named import DEFAULT

LINES = "Aspirin\tB-Chemical\nfor\tO\nbreast\tB-Disease\ncancer\tI-Disease\n.\tO\n\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "devel.tsv").write_text(LINES, encoding="utf-8")
    return tmp_path


def test_the_ready_student_is_measured_on_the_mentions_of_a_split(path):
    ((name, rows),) = robustness(str(path), {"ready": [DEFAULT]}, split="devel")
    assert name == "ready"
    found = {(row.text, row.measure): row for row in rows}
    commas = found["joined by commas", "mentions found"]
    assert (commas.cases, commas.percent) == (2, 100)
    assert found["upper case", "F1 of given words"].usual == 100
    assert found["sentences as they are", "found mentions whose brackets do not pair"].cases == 2


def test_types_that_were_not_chosen_do_not_count(path):
    corpus = Corpus(corpus=str(path), types=("Disease",))
    ((_, rows),) = robustness(corpus, {"ready": [DEFAULT]}, split="devel")
    assert rows[0].cases == 1
    (brackets,) = (row for row in rows if row.text == "sentences as they are")
    assert brackets.cases == 1


def test_a_student_of_other_types_is_refused(path):
    (path / "devel.tsv").write_text(LINES.replace("Chemical", "Drug"), encoding="utf-8")
    with pytest.raises(InputError, match="does not know B-Drug"):
        robustness(str(path), {"ready": [DEFAULT]}, split="devel")


def test_what_is_no_exported_student_reads_no_text(tmp_path):
    with pytest.raises(UsageError, match="only these read text. Export it by bioner_kd export"):
        find_student("mine", tmp_path, "--robustness")
