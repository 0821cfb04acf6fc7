import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Passage
from bioner_kd.text.notation.bioc_fields import (
    Fields,
    home_of,
    identifiers_of,
    score_of,
    with_identifiers,
)

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


@pytest.mark.parametrize(
    ("infons", "expected"),
    [
        ({"type": "Disease", "MESH": "D1"}, ("MESH:D1",)),
        ({"MESH": "D1|D2"}, ("MESH:D1", "MESH:D2")),
        ({"MESH": "MESH:D1", "OMIM": "2"}, ("MESH:D1", "OMIM:2")),
        ({"NCBI_Gene": "1; 2"}, ("NCBIGene:1", "NCBIGene:2")),
        ({"identifier": "MESH:D1"}, ("MESH:D1",)),
        ({"identifier": 7157}, ("7157",)),
        ({"identifier": ["1", "2"]}, ("1", "2")),
        ({"identifier": "tmVar:p|DEL|6;RS#:1"}, ("tmVar:p|DEL|6", "RS#:1")),
        ({"identifier": "p|SUB|V|600|E"}, ("p|SUB|V|600|E",)),
        ({"identifier": "-", "MESH": "-1", "OMIM": "None"}, ()),
        ({"identifier": None, "mesh": {"a": 1}, "omim": True}, ()),
        ({"type": "MESH", "note": "D1"}, ()),
    ],
)  # fmt: skip
def test_identifiers_are_those_of_vocabularies(infons, expected):
    assert identifiers_of(infons) == expected


def test_infons_that_say_the_identifiers_stay_as_they_are():
    infons = {"MESH": "D1|D2", "type": "Disease"}
    assert with_identifiers(infons, ["MESH:D1", "MESH:D2"]) == infons
    assert with_identifiers(infons, ["MESH:D3"]) == {"type": "Disease", "identifier": "MESH:D3"}
    assert with_identifiers(infons, []) == {"type": "Disease"}


@pytest.mark.parametrize(
    ("said", "score"),
    [("0.5", 0.5), (1, 1.0), ("high", None), ("nan", None), (10**400, None), (None, None)],
)
def test_a_score_is_a_number(said, score):
    assert score_of({"score": said}) == score


def test_a_place_is_in_the_last_passage_and_sentence_that_begin_before_it():
    passages = (
        Passage("a b", 0, extra={"bioc": {"sentences": [{"offset": 0}, {"offset": 2}]}}),
        Passage("c", 5),
    )
    assert [home_of(passages, at) for at in (0, 2, 4, 5, 9)] == [[0, 0], [0, 1], [0, 1], [1], [1]]
    assert home_of((), 0) == []
