"""Raw scores become precisions, and a precision chooses the entities."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.tagging.calibration import Calibration, Curve, Knot
from bioner_kd.tagging.decoding import Entity

SHARED = json.loads((Path(__file__).parent / "calibration_cases.json").read_text(encoding="utf-8"))
CASES = SHARED["cases"]
CALIBRATION = Calibration.from_json(SHARED["calibration"])
ENTITIES = [Entity(case["type"], case["name"], 0, 1, case["raw_score"]) for case in CASES]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_scores_of_the_shared_cases(number: int) -> None:
    case = CASES[number]
    found = CALIBRATION.calibrated(ENTITIES)[number]
    assert found.score == pytest.approx(case["score"], abs=1e-12)
    assert found.raw_score == case["raw_score"]
    assert (found.type, found.text, found.start, found.end) == (case["type"], case["name"], 0, 1)
    if curve := CALIBRATION.curves.get(case["type"]):
        assert curve.precision_above(case["raw_score"]) == pytest.approx(case["above"], abs=1e-12)


@pytest.mark.parametrize("kept", SHARED["kept"], ids=lambda kept: str(kept["min_precision"]))
def test_a_precision_keeps_the_shared_cases(kept: dict[str, Any]) -> None:
    found = CALIBRATION.kept(CALIBRATION.calibrated(ENTITIES), kept["min_precision"])
    assert [entity.text for entity in found] == kept["cases"]


def test_a_student_without_curves_keeps_its_scores() -> None:
    assert Calibration().calibrated(ENTITIES) == ENTITIES
    assert not Calibration() and CALIBRATION


def test_a_precision_cannot_be_asked_of_a_student_without_curves() -> None:
    with pytest.raises(InputError, match="not calibrated.*export the student again"):
        Calibration().kept(ENTITIES, 0.9)
    with pytest.raises(InputError, match="not calibrated"):
        Calibration().check()
    CALIBRATION.check()


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=20), st.data())
def test_precisions_never_fall_and_stay_within_those_of_the_knots(
    numbers: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    places = sorted({place for place, _, _ in numbers})
    values = [sorted(column) for column in zip(*[n[1:] for n in numbers], strict=True)]
    curve = Curve(9, tuple(Knot(*knot) for knot in zip(places, *values, strict=False)))
    low, high = sorted(data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    for value in (curve.precision, curve.precision_above):
        assert value(0) <= value(low) <= value(high) + 1e-9 <= value(1) + 2e-9
    for knot in curve.knots:
        assert curve.precision(knot.raw_score) == pytest.approx(knot.precision)
        assert curve.precision_above(knot.raw_score) == pytest.approx(knot.precision_above)


def test_json_and_pickle_bring_it_back() -> None:
    record = json.loads(json.dumps(CALIBRATION.to_json()))
    assert Calibration.from_json(record) == CALIBRATION
    assert Calibration.from_json({}) == Calibration()
    assert pickle.loads(pickle.dumps(CALIBRATION)) == CALIBRATION


GOOD = {"mentions": 3, "knots": [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]}
WRONG = {
    "a list": [],
    "a type that is a list": {"Disease": []},
    "no mentions": {"Disease": {"knots": GOOD["knots"]}},
    "mentions that are no number": {"Disease": GOOD | {"mentions": True}},
    "fewer than no mentions": {"Disease": GOOD | {"mentions": -1}},
    "no knots": {"Disease": {"mentions": 3}},
    "an empty curve": {"Disease": GOOD | {"knots": []}},
    "too many knots": {"Disease": GOOD | {"knots": [[n / 21, n / 21, n / 21] for n in range(21)]}},
    "a knot of two numbers": {"Disease": GOOD | {"knots": [[0.1, 0.2]]}},
    "a knot of words": {"Disease": GOOD | {"knots": [["a", "b", "c"]]}},
    "a knot beyond 1": {"Disease": GOOD | {"knots": [[0.1, 0.2, 1.5]]}},
    "a knot below 0": {"Disease": GOOD | {"knots": [[-0.1, 0.2, 0.5]]}},
    "a knot of a huge number": {"Disease": GOOD | {"knots": [[0.1, 0.2, 10**400]]}},
    "a knot that is no number": {"Disease": GOOD | {"knots": [[0.1, 0.2, float("nan")]]}},
    "two knots at one place": {"Disease": GOOD | {"knots": [[0.1, 0.2, 0.3]] * 2}},
    "a precision that falls": {"Disease": GOOD | {"knots": [[0.1, 0.2, 0.3], [0.2, 0.1, 0.3]]}},
    "an expectation that falls": {"Disease": GOOD | {"knots": [[0.1, 0.2, 0.3], [0.2, 0.2, 0.2]]}},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_calibration_is_refused_with_its_name(wrong: str) -> None:
    with pytest.raises(ValueError, match="'calibration'"):
        Calibration.from_json(WRONG[wrong])
