"""Columns of the words of a text: they are what lists of the same values are."""

from array import array

import pytest

from bioner_kd.tagging.word_columns import MOST_TAGS, Changed, Spans, Tags, Words

TEXT = "Gout hurts a lot"
BOUNDS = array("I", [0, 4, 5, 10, 11, 12, 13, 16])
COLUMNS = [
    (Spans(BOUNDS), [(0, 4), (5, 10), (11, 12), (13, 16)]),
    (Words(TEXT, BOUNDS, {}), ["Gout", "hurts", "a", "lot"]),
    (Words(TEXT, BOUNDS, {1: "hurt"}), ["Gout", "hurt", "a", "lot"]),
    (Tags(("O", "B-D"), array("H", [1, 0, 0, 1])), ["B-D", "O", "O", "B-D"]),
    (Changed([0.0, 0.1, 0.2, 0.3], {1: 0.9}), [0.0, 0.9, 0.2, 0.3]),
]


@pytest.mark.parametrize(("column", "values"), COLUMNS)
def test_a_column_is_read_as_a_list(column, values):
    assert len(column) == len(values) and list(column) == values and column == values
    assert [column[n] for n in range(-4, 4)] == [*values, *values]
    for key in (slice(1, 3), slice(2, None), slice(-2, None), slice(3, 1), slice(0, 4, 2)):
        assert list(column[key]) == values[key]
    assert column != values[:3] and column != [*values[:3], None]
    with pytest.raises(IndexError, match="no word 4"):
        column[4]


def test_a_long_column_is_read_in_blocks():
    bounds = array("I", range(20_000))
    assert list(Spans(bounds)) == [(n, n + 1) for n in range(0, 20_000, 2)]


def test_a_copy_of_tags_is_changed_alone():
    tags = Tags(("O", "B-D"), array("H", [1, 0, 0]))
    for before in (tags, ["B-D", "O", "O"]):
        copy = Tags.copied(before)
        assert copy == before
        copy.put(1, ["B-New", "I-New"])
        assert copy == ["B-D", "B-New", "I-New"] and before == ["B-D", "O", "O"]


def test_tags_without_end_are_refused():
    with pytest.raises(ValueError, match="different tags"):
        Tags.copied([f"B-{number}" for number in range(MOST_TAGS + 1)])
