"""What both protocols of a server share."""

import json
import threading
from typing import Any

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.calibration import Calibration, Curve, Knot
from bioner_kd.tagging.choices import Choices
from bioner_kd.tagging.client.server import ServerConfig, call_within, read_answer
from bioner_kd.tagging.postprocessing import Postprocessing


def test_without_a_url_it_is_tf_servings_port_here() -> None:
    assert ServerConfig().address == "http://localhost:8501"
    assert ServerConfig(protocol="grpc").address == "localhost:8500"
    assert ServerConfig(url="https://gpu7").address == "https://gpu7"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"protocol": "soap"}, "--protocol=soap"),
        ({"url": "localhost:8501"}, "--url=localhost:8501: for rest"),
        ({"url": "http://h:1", "protocol": "grpc"}, "--url=http://h:1: for grpc"),
        ({"model": ""}, "--model="),
        ({"timeout": 0.0}, "--timeout=0"),
        ({"timeout": float("nan")}, "--timeout=nan"),
        ({"batch_size": 0}, "--batch_size=0"),
    ],
)
def test_bad_settings(settings: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ServerConfig(**settings)


def test_what_is_done_in_time_is_returned_or_raised() -> None:
    assert call_within(60, lambda: 7) == 7
    with pytest.raises(KeyError, match="x"):
        call_within(60, lambda: {}["x"])


def test_what_is_not_done_is_left_behind() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError, match="0.05 s"):
        call_within(0.05, release.wait)
    release.set()


ROW = {
    "words": ["breast", "cancer", "or", "gout", "", ""],
    "tags": ["B-D", "I-D", "O", "B-D", "", ""],
    "scores": [0.5, 0.7, 0.9, 0.8, 0.0, 0.0],
    "starts": [0, 7, 14, 17, -1, -1],
    "ends": [6, 13, 16, 21, -1, -1],
    "num_words": 4,
}


def test_words_are_joined_to_entities_and_padding_is_left_out() -> None:
    empty = {**{name: ["", ""] for name in ROW}, "num_words": 0}
    found, nothing = read_answer(["breast cancer or gout", " "], [ROW, empty], "server")
    assert [(e.type, e.text, e.start, e.end) for e in found] == [
        ("D", "breast cancer", 0, 13),
        ("D", "gout", 17, 21),
    ]
    assert [round(entity.score, 6) for entity in found] == [0.6, 0.8]
    assert nothing == []


@pytest.mark.parametrize(
    "change",
    [
        {"num_words": -1},
        {"num_words": True},
        {"num_words": 4.0},
        {"num_words": 7},
        {"num_words": 10**30},
        {"num_words": [4]},
        {"words": "breast"},
        {"words": {"0": "breast"}},
        {"words": ["breast", "cancer", "or"]},
        {"words": ["breast", "cancer", "or", None]},
        {"words": ["breast", "cancer", "or", ["gout"]]},
        {"words": ["breast", "cancer", "or", ""], "ends": [6, 13, 16, 17]},
        # The same words counted from the end, in another order, or twice.
        {"starts": [-22, 7, 14, 17], "ends": [-16, 13, 16, 21]},
        {"starts": [0, 7, 14, -5], "ends": [6, 13, 16, -1]},
        {"starts": [0.0, 7.0, 14.0, 17.0]},
        {"starts": [False, 7, 14, 17]},
        {"words": ["gout"] * 4, "starts": [17] * 4, "ends": [21] * 4},
        {
            "words": ["gout", "or", "cancer", "breast"],
            "starts": [17, 14, 7, 0],
            "ends": [21, 16, 13, 6],
        },
        {"ends": [6, 13, 16, 10**30]},
        {"scores": [0.5, 0.7, 0.9, float("nan")]},
        {"scores": [0.5, 0.7, 0.9, float("inf")]},
        {"scores": [0.5, 0.7, 0.9, -0.1]},
        {"scores": [0.5, 0.7, 0.9, 1.1]},
        {"scores": [0.5, 0.7, 0.9, "0.8"]},
        {"scores": [0.5, 0.7, 0.9, True]},
        {"tags": ["B-D", "I-D", "O", 7]},
        {"tags": ["B-D", "I-D", "O", "B-\x1b[2J"]},
        {"tags": ["B-D", "I-D", "O", "gout" * 1_000_000]},
    ],
)
def test_an_answer_that_is_wrong_inside_is_one_line(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="^server: .*--model") as caught:
        read_answer(["breast cancer or gout."], [ROW | change], "server")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 600


@pytest.mark.parametrize("rows", [None, "x", 1, {}, [], [ROW, ROW], [None], ["x"], [[ROW]]])
def test_answers_that_are_no_list_of_objects_are_refused(rows: Any) -> None:
    with pytest.raises(InputError, match="^server: .*--model"):
        read_answer(["breast cancer or gout."], rows, "server")


def test_a_score_may_be_a_whole_number() -> None:
    ((found, _),) = read_answer(["breast cancer or gout"], [ROW | {"scores": [1] * 4}], "server")
    assert found.score == 1


CALIBRATION = Calibration({"D": Curve(60, (Knot(0.5, 0.3, 0.6), Knot(0.9, 0.7, 0.9)))})
CALIBRATED = ROW | {
    "in_entity": ROW["scores"],
    "postprocessing": json.dumps(Postprocessing(CALIBRATION).to_json()),
}


def test_scores_are_calibrated_by_what_the_server_says() -> None:
    ((first, second),) = read_answer(["breast cancer or gout"], [CALIBRATED], "server")
    assert [round(one.score, 6) for one in (first, second)] == [0.4, 0.6]
    assert [round(one.raw_score, 6) for one in (first, second)] == [0.6, 0.8]


def test_a_precision_keeps_what_is_expected_to_have_it() -> None:
    def kept(precision: float) -> list[str]:
        choices = Choices(min_precision=precision)
        (found,) = read_answer(["breast cancer or gout"], [CALIBRATED], "server", choices)
        return [one.text for one in found]

    assert kept(0.6) == ["breast cancer", "gout"]
    assert kept(0.7) == ["gout"]
    assert kept(0.95) == []


def test_a_precision_of_a_server_without_calibration_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="^min_precision: .*not calibrated"):
        read_answer(["breast cancer or gout"], [ROW], "server", Choices(min_precision=0.9))


def test_a_damaged_calibration_is_no_answer() -> None:
    wrong = CALIBRATED | {"postprocessing": '{"calibration": {"D": []}}'}
    with pytest.raises(InputError, match="^server: .*calibration.*--model"):
        read_answer(["breast cancer or gout"], [wrong], "server")
