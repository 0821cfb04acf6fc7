import pytest

from bioner_kd.cli.programs import evaluate
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.named import DEFAULT


def test_rows_may_be_exports_but_no_averages_of_them(tmp_path):
    choice = evaluate.EvaluationChoice(run=(f"ready={DEFAULT}", f"two={DEFAULT},{DEFAULT}"))
    assert {name: len(paths) for name, paths in evaluate.read_rows(choice).items()} == {
        "ready": 1, "two": 2,
    }  # fmt: skip
    (tmp_path / "a.tflite").touch()
    joined = f"both={tmp_path / 'a.tflite'}+{DEFAULT}"
    with pytest.raises(InputError, match=r"a\.tflite: this is an exported student"):
        evaluate.read_rows(evaluate.EvaluationChoice(run=(joined,)))


def test_borders_are_compared_by_words_or_characters_alone():
    with pytest.raises(UsageError, match="--by=letters: must be one of words, characters"):
        evaluate.EvaluationChoice(by="letters")
