import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.unique_names import UniqueNames


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
