"""The rules from tags to entities, one after the other."""

import json

import pytest

from bioner_kd.errors import InputError
from bioner_kd.tagging.calibration import Calibration, Curve, Knot
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tagged_text import TaggedText

TEXT = "Aspirin relieves severe headache"
FOUND = TaggedText(
    TEXT,
    TEXT.split(),
    [(0, 7), (8, 16), (17, 23), (24, 32)],
    ["B-Chemical", "O", "B-Disease", "I-Disease"],
    [0.9, 1.0, 0.5, 0.7],
    [0.9, 0.0, 0.5, 0.7],
)
CURVE = Curve(80, (Knot(0.2, 0.1, 0.5), Knot(0.6, 0.5, 0.8), Knot(1.0, 0.9, 0.9)))
RULES = Postprocessing(Calibration({"Disease": CURVE, "Chemical": CURVE}))


def scored(
    rules: Postprocessing, choices: Choices = NOTHING_CHOSEN
) -> list[tuple[str, float, float]]:
    return [
        (one.text, round(one.score, 6), round(one.raw_score, 6))
        for one in rules.entities(FOUND, choices)
    ]


def test_without_rules_scores_are_mean_probabilities() -> None:
    assert scored(Postprocessing()) == [("Aspirin", 0.9, 0.9), ("severe headache", 0.6, 0.6)]


def test_scores_are_calibrated_and_raw_scores_stay() -> None:
    assert scored(RULES) == [("Aspirin", 0.8, 0.9), ("severe headache", 0.5, 0.6)]


def test_a_precision_is_that_of_all_mentions_from_a_raw_score_on() -> None:
    assert scored(RULES, Choices(min_precision=0.8)) == scored(RULES)
    assert scored(RULES, Choices(min_precision=0.81)) == [("Aspirin", 0.8, 0.9)]
    assert scored(RULES, Choices(min_precision=1.0)) == []


def test_a_name_of_the_user_is_kept_whatever_the_precision() -> None:
    names = Names.of(always=[("headache", "Disease")])
    assert scored(RULES, Choices(names, 1.0)) == [("headache", 1.0, 1.0)]


def test_a_precision_of_a_student_without_calibration_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="not calibrated"):
        Postprocessing().entities(FOUND, Choices(min_precision=0.9))


def test_rules_come_back_from_json() -> None:
    assert Postprocessing.from_json(json.loads(json.dumps(RULES.to_json()))) == RULES
    assert Postprocessing().to_json() == {}
    assert Postprocessing.from_json({}) == Postprocessing()


@pytest.mark.parametrize("record", [[], {"calibration": []}])
def test_what_are_no_rules_is_refused(record: object) -> None:
    with pytest.raises(ValueError, match="postprocessing|calibration"):
        Postprocessing.from_json(record)
