import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.notation.bioc_fields import Fields

FIELDS = Fields("a.json:3")


def test_what_is_missing_is_empty():
    assert FIELDS.objects({}, "passages") == []
    assert FIELDS.infons({"infons": None}) == {}
    assert FIELDS.text({"text": None}) == FIELDS.name(None) == ""


@pytest.mark.parametrize(("said", "number"), [(3, 3), ("12", 12), (" -1\n", -1)])
def test_a_number_may_be_text(said, number):
    assert FIELDS.number({"offset": said}, "offset") == number


@pytest.mark.parametrize(
    "said", [None, True, 1.5, "1.5", "", "0x1", "1" * 16, 10**15, "\u0663", []]
)
def test_what_is_no_whole_number_is_told(said):
    with pytest.raises(InputError, match="a.json:3: offset is a whole number, not"):
        FIELDS.number({"offset": said}, "offset")


def test_an_id_may_be_a_number():
    assert FIELDS.name(227508) == "227508"
    with pytest.raises(InputError, match="an id or role is a string"):
        FIELDS.name(False)
