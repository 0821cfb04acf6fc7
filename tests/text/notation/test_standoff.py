import itertools

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.notation.standoff import (
    check_references,
    free_names,
    is_mention_name,
    mention_line,
    name_of,
    normalisation,
    normalisation_line,
    parse_mention,
    references,
)


def test_a_mention_is_read_and_written():
    line = "T3\tDisease 0 4;9 14\tGout hurts"
    found = parse_mention(line, "a.ann:1")
    assert found == Annotation("Disease", ((0, 4), (9, 14)), "Gout hurts", id="T3")
    assert mention_line("T3", Document.from_text("Gout and hurts."), found) == line


def test_a_line_break_in_a_mention_and_a_space_in_a_type_are_written_as_brat_does():
    mention = Annotation("Cell type", ((0, 7),), "a\r\nb\tc")
    line = mention_line("T1", Document.from_text("a\r\nb\tcd"), mention)
    assert line == "T1\tCell_type 0 7\ta  b\tcd"


@pytest.mark.parametrize(
    "line",
    [
        "T\tDisease 0 4\tGout",
        "T1\tDisease 0\tGout",
        "T1\tDisease 0 4",
        "T1\tDisease -1 4\tGout",
        "T1\tDisease 0 4;\tGout",
        "T1 Disease 0 4 Gout",
        f"T1\tDisease 0 {'9' * 99}\tGout",
    ],
)
def test_what_is_no_mention_is_told(line):
    with pytest.raises(InputError, match="a.ann:7: .*is no mention; write T and a number"):
        parse_mention(line, "a.ann:7")


@pytest.mark.parametrize(
    ("line", "name", "found"),
    [
        ("E1\tBinding:T1 Theme:T2 Cause:E2", "E1", ["T1", "T2", "E2"]),
        ("R1\tCID Arg1:T1 Arg2:T2", "R1", ["T1", "T2"]),
        ("*\tEquiv T1 T2 T3", "*", ["T1", "T2", "T3"]),
        ("A1\tNegation E1", "A1", ["E1"]),
        ("M2\tConfidence E1 L1", "M2", ["E1"]),
        ("N1\tReference T1 MESH:D1\tGout", "N1", ["T1"]),
        ("#1\tAnnotatorNotes T1\tT9 is wrong", "#1", ["T1"]),
        ("X1\tSomething T1", "X1", []),
    ],
)
def test_lines_say_what_they_refer_to(line, name, found):
    assert name_of(line, "") == name
    assert references(line) == found
    check_references([("", line)], {"T1", "T2", "T3", "E1", "E2"})
    if found:
        with pytest.raises(InputError, match=f"a.ann:7.*refers to '{found[-1]}', which is not"):
            check_references([("a.ann:7", line)], {"T1", "T2", "T3", "E1", "E2"} - {found[-1]})


@pytest.mark.parametrize("line", ["Gout hurts.", "T1 x", "", "1\tx", "Gout hurts\tx"])
def test_what_is_no_line_of_brat_is_told(line):
    with pytest.raises(InputError, match="a.ann:7"):
        name_of(line, "a.ann:7")


@pytest.mark.parametrize(
    ("identifier", "entry"), [("MESH:D1", "MESH:D1"), ("D1", "ID:D1"), (":x", "ID::x")]
)
def test_identifiers_have_a_vocabulary_in_the_file_alone(identifier, entry):
    line = normalisation_line("N1", "T2", identifier, "Gout")
    assert line == f"N1\tReference T2 {entry}\tGout"
    assert normalisation(line) == ("T2", identifier)
    assert normalisation("R1\tCID Arg1:T1 Arg2:T2") is None


def test_free_names_are_above_those_that_are_used():
    names = free_names("T", ["T2", "T11", "N40", "x", ""])
    assert list(itertools.islice(names, 2)) == ["T12", "T13"]
    assert [is_mention_name(name) for name in ("T1", "N1", "T", "T1a", "")] == [True] + [False] * 4
