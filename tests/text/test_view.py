import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.text.ranges import ranges_of_characters
from bioner_kd.text.view import Sight

SIGHT = Sight(ranges_of_characters("\u00ad", "\u200b"))


def test_a_text_without_invisible_characters_is_its_own_view() -> None:
    view = SIGHT.view("gout 💊")
    assert view.text is view.source and view.offsets is None
    assert view.in_source(2, 6) == (2, 6)


@pytest.mark.parametrize(
    ("span", "place"), [((0, 4), (1, 7)), ((0, 1), (1, 2)), ((3, 4), (6, 7)), ((4, 4), (9, 9))]
)
def test_characters_are_found_in_the_source(span: tuple[int, int], place: tuple[int, int]) -> None:
    view = SIGHT.view("\u00adgo\u200b\u00adut\u00ad\u200b")
    assert view.text == "gout" and view.in_source(*span) == place


@given(st.text("ab\u00ad\u200b💊"))
def test_each_visible_character_stands_where_it_is_said_to(text: str) -> None:
    view = SIGHT.view(text)
    assert view.text == text.replace("\u00ad", "").replace("\u200b", "")
    for place, character in enumerate(view.text):
        start, end = view.in_source(place, place + 1)
        assert (text[start:end], end - start) == (character, 1)


def test_nothing_is_invisible_where_no_character_is_said_to_be() -> None:
    assert Sight(()).view("a\u00adb").text == "a\u00adb"
