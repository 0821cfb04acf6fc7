import pytest

from bioner_kd.text.notation.bioc_infons import identifiers_of, score_of, with_identifiers


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
