import csv
import io
from dataclasses import replace

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.writing import write_documents


@pytest.fixture(params=["csv", "tsv"])
def kind(request):
    return request.param


@pytest.fixture
def written(tmp_path, kind):
    def written(*documents):
        path = tmp_path / f"out.{kind}"
        write_documents(documents, path)
        data = path.read_bytes().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(data, newline=""), dialect=DIALECT[kind]))

    return written


DIALECT = {"csv": "excel", "tsv": "excel-tab"}


def mentions(text, *spans, id="7", **fields):
    found = [Annotation(kind, ((a, b),), text[a:b], score=0.1234567) for kind, a, b in spans]
    extra = {"fields": fields} if fields else {}
    return replace(Document.from_text(text, id=id), annotations=tuple(found), extra=extra)


def test_a_mention_is_a_row_with_the_fields_of_its_document(written):
    document = mentions("Aspirin helps.", ("Chemical", 0, 7), ("X", 8, 13), year="1978", type=[1])
    found = replace(document.annotations[0], identifiers=("A", "B"))
    document = replace(document, annotations=(found, *document.annotations[1:]))
    assert written(document, mentions("nothing", id="8"), mentions("b", ("Y", 0, 1), id="9")) == [
        ["id", "type", "text", "start", "end", "score", "identifiers", "year", "type_"],
        ["7", "Chemical", "Aspirin", "0", "7", "0.123457", "A|B", "1978", "[1]"],
        ["7", "X", "helps", "8", "13", "0.123457", "", "1978", "[1]"],
        ["9", "Y", "b", "0", "1", "0.123457", "", "", ""],
    ]


def test_a_mention_in_parts_or_without_a_place_is_a_row(written):
    parts = Annotation("X", ((0, 1), (4, 5)), "a c")
    whole = Annotation("Y", (), "d")
    document = replace(Document.from_text("a b c", line=3), annotations=(parts, whole))
    assert written(document)[1:] == [
        ["3", "X", "a c", "0", "5", "", ""],
        ["3", "Y", "d", "", "", "", ""],
    ]


def test_a_field_without_a_column_is_told(written):
    with pytest.raises(InputError, match="document '8'.*'year'"):
        written(mentions("a", ("X", 0, 1)), mentions("a", ("X", 0, 1), id="8", year=1))


def test_no_documents_are_a_header_alone(written):
    assert written() == [["id", "type", "text", "start", "end", "score", "identifiers"]]


def test_spreadsheets_compute_no_cell_of_csv(tmp_path):
    document = mentions("=1+1 and -5", ("@X", 0, 4), ("N", 9, 11), a="+x", b="-1.5e3")
    write_documents([document], tmp_path / "a.csv")
    write_documents([document], tmp_path / "a.tsv")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,type,")
    assert data.decode().splitlines()[1:] == [
        "7,'@X,'=1+1,0,4,0.123457,,'+x,-1.5e3",
        "7,N,-5,9,11,0.123457,,'+x,-1.5e3",
    ]
    assert (tmp_path / "a.tsv").read_bytes().startswith(b"id\ttype\t")
    assert "\t=1+1\t" in (tmp_path / "a.tsv").read_text()


def test_a_field_that_is_nested_too_deeply_is_told(written):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InputError, match="document '7'.*nested"):
        written(mentions("a", ("X", 0, 1), deep=deep))
    while deep:  # freed step by step, as Python would free it recursively
        (deep,) = deep
