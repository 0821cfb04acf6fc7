import pytest

from bioner_kd.evaluation.robustness.measured import Finder, Measured, f1, percent, spread
from bioner_kd.evaluation.robustness.written import Written

from .conftest import NameTagger


@pytest.mark.parametrize(
    ("figure", "limits", "reached"),
    [
        (90.0, {"least": 90.0}, True),
        (89.9, {"least": 90.0}, False),
        (0.3, {"most": 0.2}, False),
        (0.2, {"most": 0.2}, True),
        (50.0, {}, None),
        (None, {"most": 0.2}, None),
    ],
)
def test_a_row_says_whether_its_figure_is_as_wanted(figure, limits, reached):
    row = Measured("lists", "one a line", "mentions found", 10, figure, **limits)
    assert row.reached is reached
    assert row.to_json()["reached"] is reached
    assert row.to_json()["percent"] == figure


def test_a_mention_is_hit_by_its_very_characters_and_type():
    finder = Finder(NameTagger("rash|fever"))
    cases = [
        Written("rash, fever", (("Disease", 0, 4), ("Disease", 6, 11))),
        Written("rash", (("Chemical", 0, 4),)),
        Written("skin rash", (("Disease", 0, 9),)),
    ]
    assert finder.hits(cases) == [True, True, False, False]


def test_types_that_were_not_chosen_do_not_count():
    tagger = NameTagger("rash")
    assert Finder(tagger, frozenset({"Chemical"})).find(["a rash"]) == [frozenset()]
    assert Finder(tagger, frozenset({"Disease"})).find(["a rash"]) == [{("Disease", 2, 6)}]


def test_f1_counts_mentions_over_all_texts():
    # 2 of 3 annotated ones are found, and 2 of 4 found ones are annotated.
    gold = [[("D", 0, 1), ("D", 2, 3)], [("D", 0, 1)]]
    found = [frozenset({("D", 0, 1), ("D", 4, 5)}), frozenset({("D", 0, 1), ("C", 0, 1)})]
    assert f1(gold, found) == pytest.approx(200 * 2 / 7)
    assert f1([[]], [frozenset()]) is None


def test_items_are_spread_over_all_of_them():
    assert spread(range(10), 5) == [0, 2, 4, 6, 8]
    assert spread("abc", 5) == ["a", "b", "c"]


def test_percent_of_nothing_is_nothing():
    assert percent([]) is None
    assert percent([True, False]) == 50
