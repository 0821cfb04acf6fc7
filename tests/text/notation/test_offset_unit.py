import hypothesis
import hypothesis.strategies as st
import pytest

from bioner_kd.text.notation.offset_unit import BYTES, CHARACTERS, UNITS, UTF_16, Ruler, length

ENCODED = {
    CHARACTERS: len,
    BYTES: lambda text: len(text.encode()),
    UTF_16: lambda text: len(text.encode("utf-16-le")) // 2,
}
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@hypothesis.given(ANY_TEXT, st.sampled_from(UNITS))
def test_units_are_those_of_the_encoding(text, unit):
    ruler = Ruler(text, unit)
    assert length(text, unit) == ENCODED[unit](text)
    for at in range(len(text) + 1):
        assert ruler.units(at) == ENCODED[unit](text[:at])
        assert ruler.character(ruler.units(at)) == at


@pytest.mark.parametrize(("unit", "inside"), [(BYTES, (2, 4, 5, 6, 99)), (UTF_16, (3, 99))])
def test_a_place_inside_of_a_character_is_none(unit, inside):
    ruler = Ruler("aé😀", unit)
    assert [ruler.character(units) for units in inside] == [None] * len(inside)
