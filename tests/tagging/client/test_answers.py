from typing import Any

import pytest

from bioner_kd.errors import InputError
from bioner_kd.tagging.client.answers import read_answer

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
    with pytest.raises(InputError, match="server: the model answered, but not as") as caught:
        read_answer(["breast cancer or gout."], [ROW | change], "server")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 600


@pytest.mark.parametrize("rows", [None, "x", 1, {}, [], [ROW, ROW], [None], ["x"], [[ROW]]])
def test_answers_that_are_no_list_of_objects_are_refused(rows: Any) -> None:
    with pytest.raises(InputError, match="server: the model answered, but not as"):
        read_answer(["breast cancer or gout."], rows, "server")


def test_a_score_may_be_a_whole_number() -> None:
    ((found, _),) = read_answer(["breast cancer or gout"], [ROW | {"scores": [1] * 4}], "server")
    assert found.score == 1
