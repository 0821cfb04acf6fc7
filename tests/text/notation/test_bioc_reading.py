import copy

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.notation.bioc_reading import BioCReader

from ..formats.bioc_cases import RICH, SYNDROME, counted_in


def read(said):
    return BioCReader("a.xml").document(said, {}, 7)


def test_a_passage_without_text_has_that_of_its_sentences():
    document = read(RICH)
    title, abstract = document.passages
    assert (title.kind, title.text, title.offset) == ("title", "Breast or ovarian\ncancer.", 0)
    assert (abstract.text, abstract.offset) == ('It grew.  p53 <"&> fell.', 30)
    assert [(one["offset"], one["end"]) for one in abstract.extra["bioc"]["sentences"]] == [
        (30, 38), (40, 54),
    ]  # fmt: skip


def test_annotations_have_type_spans_identifiers_and_score():
    first, second, third, fourth = read(RICH).annotations
    assert (first.type, first.id, first.score) == ("Disease", "A", 0.5)
    assert first.spans == ((0, 6), (18, 24))
    assert first.identifiers == ("MESH:D1", "MESH:D2")
    assert (second.identifiers, second.score) == ((), None)
    assert fourth.identifiers == ("NCBIGene:7157",)
    assert (third.type, third.spans, third.text) == ("", (), "")


def test_the_text_of_a_mention_is_that_of_the_document_and_the_other_one_is_kept():
    first, second, *_ = read(RICH).annotations
    assert (first.text, first.extra["bioc"]["text"]) == ("Breast cancer", "Breast ... cancer")
    assert (second.text, second.extra["bioc"]["text"]) == ("ovarian\ncancer", "ovarian cancer")


def test_relations_know_where_they_stand():
    relations = read(RICH).relations["bioc"]
    assert [(one["id"], one.get("place")) for one in relations] == [
        ("R1", [0]), ("R2", [1, 1]), ("R3", None),
    ]  # fmt: skip
    assert relations[0]["nodes"] == [{"refid": "A", "role": "first"}, {"refid": "B", "role": ""}]


@pytest.mark.parametrize("unit", SYNDROME)
def test_the_unit_is_the_one_in_which_the_mentions_stand(unit):
    document = read(counted_in(unit))
    assert [a.text for a in document.annotations] == ["syndrome", "Dry"]
    assert [a.spans for a in document.annotations] == [((11, 19),), ((20, 23),)]
    assert document.text == "Sjögren α😀 syndrome Dry."
    assert document.extra.get("bioc", {}).get("unit", "characters") == unit


def test_a_document_whose_unit_does_not_show_is_taken_in_that_of_the_one_before():
    reader, plain = BioCReader("a.xml"), counted_in("bytes")
    plain["passages"] = [passage | {"annotations": []} for passage in plain["passages"]]
    assert reader.document(plain, {}, 1).text == "Sjögren α😀 syndrome      Dry."
    reader.document(counted_in("bytes"), {}, 2)
    assert reader.document(plain, {}, 3).text == "Sjögren α😀 syndrome Dry."


def test_who_counts_in_no_unit_is_told_both_texts():
    with pytest.raises(
        InputError, match="a.xml:7, document 'of characters'.*'Dryness'.*11:19.*'syndrome'"
    ):
        read(counted_in("characters", mention="Dryness"))


def changed(path, value):
    said = copy.deepcopy(RICH)
    part = said
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return said


_B = ("passages", 0, "annotations", 1)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ([], "an object with passages"),
        (changed(("passages",), 3), "passages is a list of objects, not 3"),
        (changed(("passages",), ["x"]), "passages is a list of objects"),
        (changed(("id",), {"a": 1}), "an id or role is a string"),
        (changed(("infons",), []), "infons are an object"),
        (changed(("passages", 0, "text"), 3), "text is a string"),
        (changed(("passages", 0, "offset"), "1" * 5000), "offset is a whole number"),
        (changed(("passages", 0, "offset"), None), "offset is a whole number, not None"),
        (changed(("passages", 0, "offset"), True), "offset is a whole number"),
        (changed(("passages", 0, "offset"), 10**14), "leave more than 1,000,000 characters"),
        (changed(("passages", 0, "offset"), -1), "passage begins at character -1"),
        (changed(("passages", 1, "offset"), 10), "passage begins at character 10"),
        (changed(("passages", 1, "sentences", 1, "offset"), 35), "sentence begins at 35"),
        (changed(("passages", 1, "sentences", 1, "offset"), 10**14), "leave more than 1,000,000"),
        (changed((*_B, "text"), "cervical cancer"), "'cervical cancer'.*'ovarian.ncancer'"),
        (changed((*_B, "locations", 0, "length"), 900), "10:910 of a text of"),
        (changed((*_B, "locations", 0, "length"), "x"), "length is a whole number"),
        (changed((*_B, "locations"), [{"offset": 0, "length": 9}] * 2), "said to stand at"),
    ],
)
def test_what_is_no_document_of_bioc_is_told(said, what):
    with pytest.raises(InputError, match=rf"(?s)a\.xml:7.*{what}"):
        read(said)


def test_few_bytes_do_not_take_much_memory():
    gaps = [{"offset": 900_000 * n, "text": "x"} for n in range(10_000)]
    with pytest.raises(InputError, match="leave more than 1,000,000 characters"):
        read({"id": "1", "passages": gaps})
    mark = {"id": "1", "infons": {}, "locations": [{"offset": 0, "length": 100_000}]}
    passage = {"offset": 0, "text": "x" * 100_000, "annotations": [mark] * 10_000}
    with pytest.raises(InputError, match="its mentions have more than"):
        read({"id": "1", "passages": [passage]})


def test_an_annotation_that_has_no_length_has_no_spans():
    document = read(changed((*_B, "locations"), [{"offset": -1, "length": 0}]))
    assert document.annotations[1].spans == ()
    assert document.annotations[1].extra["bioc"]["locations"] == [[-1, 0]]
