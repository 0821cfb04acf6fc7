import pytest

from bioner_kd.tagging.brackets import Brackets

from .tagged_texts import marked_text


@pytest.mark.parametrize(
    ("mention", "kept"),
    [
        ("a (b) c", "B I I I I"),
        ("a ) b", "B O O"),
        ("( a b", "O B I"),
        (") ( a ) ]", "O B I I O"),
        ("[ a ( b ]", "O B O O O"),
        ("( [", "O O"),
        ("a b", "B I"),
    ],
)
def test_the_first_part_without_a_lone_bracket_is_kept(mention, kept):
    found = Brackets().apply(marked_text(mention, [["X", mention, 0]]))
    assert " ".join(tag[0] for tag in found.tags) == kept


def test_other_entities_and_brackets_outside_of_entities_stay():
    text = marked_text("gout ) gout (", [["X", "gout", 0], ["Y", "gout", 7]])
    assert Brackets().apply(text) is text


def test_brackets_are_read_as_they_were_written():
    some = Brackets((("<", ">"),))
    assert Brackets.from_json(some.to_json()) == some
    text = marked_text("a > ( b", [["X", "a > ( b", 0]])
    assert some.apply(text).tags == ["B-X", "O", "O", "O"]


@pytest.mark.parametrize(
    "value", [None, [], "()", ["()"], [["("]], [["(", "("]], [["(", ")", "["]], [[1, 2]]]
)
def test_damaged_brackets_are_told(value):
    with pytest.raises(ValueError, match="brackets"):
        Brackets.from_json(value)
