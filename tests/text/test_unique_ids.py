import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.unique_ids import UniqueIds


def test_a_name_stands_once_in_a_file():
    ids = UniqueIds()
    first = Document("1", path="a.xml", line=3)
    assert ids.check(first) is first
    ids.check(Document("2", path="a.xml", line=9))
    with pytest.raises(InputError, match=r"a\.xml:12, document '1'.*begins in line 3.*same id"):
        ids.check(Document("1", path="a.xml", line=12))


def test_documents_without_a_name_are_not_the_same():
    ids = UniqueIds()
    for line in (1, 2):
        assert ids.check(Document(line=line)).line == line
