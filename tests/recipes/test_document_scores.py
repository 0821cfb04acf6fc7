from pathlib import Path

import pytest

from bioner_kd import Corpus
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.document_scores import documents_table, score_documents
from bioner_kd.tagging.named import DEFAULT

# The document says what "BC" is, which no sentence alone does.
TEXT = (
    "1|t|Breast cancer (BC) and aspirin.\n"
    "1|a|We saw BC in ten women.\n"
    "1\t0\t13\tBreast cancer\tDisease\tD1\n"
    "1\t15\t17\tBC\tDisease\tD1\n"
    "1\t23\t30\taspirin\tChemical\tD2\n"
    "1\t39\t41\tBC\tDisease\tD1\n\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "two.PubTator"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_rules_for_documents_find_what_a_text_defines(path):
    ((name, scores),) = score_documents(path, {"ready": [DEFAULT]})
    assert (name, scores["documents"]) == ("ready", 1)
    assert scores["with"] == {"precision": 100, "recall": 100, "f1": 100}
    assert scores["without"]["recall"] < 100
    last = documents_table([(name, scores)]).splitlines()[-1].split()
    assert last == ["ready", "1", f"{scores['without']['f1']:.2f}", *["100.00"] * 3]


def test_types_that_were_not_chosen_do_not_count(path):
    ((_, scores),) = score_documents(path, {"ready": [DEFAULT]}, corpus=Corpus(types=("Chemical",)))
    assert scores["with"]["recall"] == 100


def test_documents_of_other_types_are_refused(path):
    path.write_text(TEXT.replace("Disease", "Gene").replace("Chemical", "Gene"), encoding="utf-8")
    with pytest.raises(InputError, match=r"no mention has a type of .* name its types by --types"):
        score_documents(path, {"ready": [DEFAULT]})


def test_what_is_no_exported_student_reads_no_documents(path, tmp_path):
    with pytest.raises(UsageError, match="--documents: --run=mine=.* is no exported student"):
        score_documents(path, {"mine": [tmp_path]})
