import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.notation.unique_names import UniqueNames, unique_documents


def test_a_name_that_stands_twice_is_told_with_both_places():
    names = UniqueNames()
    first = Document("7", path="a.txt", line=3)
    assert names.add(first) is first
    with pytest.raises(InputError, match="a.txt:9, document '7'.*twice.*first at line 3"):
        names.add(Document("7", path="a.txt", line=9))


def test_documents_without_a_name_may_be_many():
    names = UniqueNames()
    names.add(Document())
    names.add(Document())


def test_as_many_names_as_asked_are_remembered_and_not_all():
    names = UniqueNames(remembered=10)
    for number in range(100):
        names.add(Document(str(number)))
    for number in range(90, 100):
        with pytest.raises(InputError):
            names.add(Document(str(number)))
    names.add(Document("0"))


def document_of(piece: str) -> Document | None:
    if piece == "refused":
        raise InputError("a.txt:2: refused")
    wrong = (Annotation("Disease", ((0, 4),), "gout"),) if piece == "wrong" else ()
    return Document(piece, (Passage("Gout."),), wrong, path="a.txt") if piece != "none" else None


def test_documents_that_are_left_out_do_not_end_the_others():
    faults = Faults(SKIP)
    pieces = ["first", "none", "refused", "wrong", "first", "last"]
    found = unique_documents(pieces, document_of, faults)
    assert [document.id for document in found] == ["first", "last"]
    refused, wrong, twice = faults.skipped
    assert refused == "a.txt:2: refused" and "'Gout'" in wrong and "twice" in twice


def test_the_first_fault_is_an_error_where_none_is_skipped():
    found = unique_documents(["first", "refused", "last"], document_of, Faults())
    assert next(found).id == "first"
    with pytest.raises(InputError, match="refused"):
        next(found)
