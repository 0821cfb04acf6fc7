import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.text.notation.json_start import first_objects


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ('{"a": 1}\n{"b": 2}\n{"c', ({"a": 1}, {"b": 2})),
        (' [ {"a": 1}, {"b": 2}, {"c', ({"a": 1}, {"b": 2})),
        ('{"a": "long te', ({"a": "long te"},)),
        ('{"a": "long \\u00', ({"a": "long "},)),
        ('{"a": 1, "b": [{"c": 3}, {"d', ({"a": 1, "b": [{"c": 3}]},)),
        ('{"a": 1, "b": tr', ({"a": 1},)),
        ("plain text", ()),
        ("[18F]FDG", ()),
        ("{sic} aspirin", ()),
        ("[1, 2]", ()),
        ("", ()),
        ("[" * 60_000, ()),
        ("{" * 60_000, ()),
        ('{"a":' * 10_000, ()),
    ],
)
def test_the_first_objects_of_a_start(start, found):
    assert first_objects(start) == found


@given(st.text())
def test_any_start_is_looked_at(start):
    assert first_objects("{" + start) is not None
