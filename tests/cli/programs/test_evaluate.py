import json

import pytest

from bioner_kd.cli.programs import evaluate
from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.robustness.measured import Measured
from bioner_kd.student.files import weights_file
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


def test_only_exported_students_are_measured_on_other_text(tmp_path):
    (tmp_path / "student").mkdir()
    weights_file(tmp_path / "student").touch()
    row = f"mine={tmp_path / 'student'}"
    with pytest.raises(UsageError, match="--run=mine=.* is no exported student"):
        evaluate.read_rows(evaluate.EvaluationChoice(run=(row,), robustness=True))
    ready = evaluate.EvaluationChoice(run=(f"ready={DEFAULT}",), robustness=True)
    assert list(evaluate.read_rows(ready)) == ["ready"]


def test_the_report_has_what_was_measured_beside_the_scores(tmp_path):
    row = Measured("lists", "one a line", "mentions found", 12, 25.0, 80.0, least=77.0)
    evaluate.write_report(str(tmp_path / "a.json"), [], {"split": "devel"}, [("ready", [row])])
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["robustness"] == [{"name": "ready", "rows": [row.to_json()]}]
    evaluate.write_report(str(tmp_path / "b.json"), [], {})
    assert json.loads((tmp_path / "b.json").read_text()) == {"settings": {}, "models": []}
