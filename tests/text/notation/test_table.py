import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import SKIP, Faults, ReadOptions
from bioner_kd.text.notation.table import MOST_CHARACTERS, is_table
from bioner_kd.text.source import Source

# What a cell of a table can hold and give back: no NUL, which no text has.
CELLS = st.text(
    st.sampled_from('"\n\t, a') | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=8,
)


@pytest.fixture(params=["csv", "tsv"])
def kind(request):
    return request.param


@pytest.fixture
def read(tmp_path, kind):
    def read(text, faults=None, **options):
        path = tmp_path / f"a.{kind}"
        text = text if kind == "csv" else text.replace(",", "\t")
        path.write_text(text, encoding="utf-8", newline="")
        return list(read_documents(path, options=ReadOptions(**options), faults=faults))

    return read


def test_a_row_is_a_document_with_its_other_columns(read):
    first, second = read("pmid,year,text\n7,1978,Aspirin.\n\n8,,It helps.\n")
    assert (first.id, first.text, first.line) == ("7", "Aspirin.", 2)
    assert first.extra == {"fields": {"year": "1978"}}
    assert (second.id, second.text, second.line) == ("8", "It helps.", 4)


@pytest.mark.parametrize(
    ("header", "options", "id", "texts"),
    [
        ("PMID,Title,Abstract", {}, "a", [("Title", "b"), ("Abstract", "c")]),
        ("key,sentence,n", {}, "", [("", "b")]),
        ("key,text,body", {"id_column": "key", "text_column": "body"}, "a", [("", "c")]),
        ("key,text,body", {"text_column": "body, key"}, "", [("body", "c"), ("key", "a")]),
    ],
)
def test_usual_and_named_columns_are_id_and_text(read, header, options, id, texts):
    (document,) = read(f"{header}\na,b,c\n", **options)
    assert document.id == id
    assert [(one.kind, one.text) for one in document.passages] == texts


def test_quoted_cells_may_have_line_breaks(read):
    text = 'id,text\r\n1,"two\nlines, ""quoted"""\r\n2,"x"\r\n'
    first, second = read(text)
    assert first.text in ('two\nlines, "quoted"', 'two\nlines\t "quoted"')
    assert (second.id, second.text, second.line) == ("2", "x", 4)


def test_semicolons_may_stand_between_cells(tmp_path):
    (tmp_path / "a.csv").write_text("\ufeffid;text\n1;a, b\n")
    (document,) = read_documents(tmp_path / "a.csv")
    assert (document.id, document.text) == ("1", "a, b")


def test_quotation_marks_of_the_text_are_text_in_tsv(tmp_path):
    cells = ['"Aspirin" helps', '"unclosed', '"whole"', '"two\nlines"', '"unclosed', *["a"] * 200]
    text = "".join(f"{number}\t{cell}\n" for number, cell in enumerate(cells))
    (tmp_path / "a.tsv").write_text("id\ttext\n" + text)
    found = [document.text for document in read_documents(tmp_path / "a.tsv")]
    expected = ['"Aspirin" helps', '"unclosed', "whole", "two\nlines", '"unclosed']
    assert found == [*expected, *["a"] * 200]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_what_python_writes_is_read(tmp_path, rows):
    for name, delimiter in (("a.csv", ","), ("a.tsv", "\t")):
        with open(tmp_path / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
            writer.writerows([("note", "text"), *rows])
        found = read_documents(tmp_path / name, format=name[2:])
        pairs = [(document.extra["fields"]["note"], document.text) for document in found]
        assert pairs == [row for row in rows if any(cell.strip() for cell in row)]


@pytest.mark.parametrize(
    ("text", "options", "what"),
    [
        ("", {}, "empty"),
        ("id,note\n1,a\n", {}, "no column that holds the text.*'id', 'note'.*--text_column"),
        ("id,text\n1,a\n", {"text_column": "text,body"}, "no column 'body'.*'id', 'text'"),
        ("id,text\n1,a\n", {"id_column": "key"}, "no column 'key'.*--id_column"),
        ("id,text,id\n1,a,2\n", {}, "two columns are called 'id'"),
        ("id,type,text,start,end\n1,X,a,0,1\n", {}, "a row of this table is a mention"),
        ("id,text\n1,a\n1,b\n", {}, ":3, document '1'.*twice"),
        ("id,text\n1,a\n2,b,c\n", {}, ":3: 3 columns.*names 2"),
        ('id,text\n1,a\n2,"b" c\n"', {}, ":[34]: .*quotation marks"),
    ],
)
def test_faults_are_told(read, text, options, what):
    with pytest.raises(InputError, match=rf"a\.[ct]sv.*{what}"):
        read(text, **options)


def test_reading_goes_on_behind_a_faulty_row(read):
    faults = Faults(SKIP)
    found = read('id,text\n1,a\n2,b,c\n"x"y,2,3\n4,d\n', faults)
    assert [document.text for document in found] == ["a", "d"]
    assert faults.number == 2


def test_a_cell_that_is_never_closed_takes_no_memory(tmp_path):
    with open(tmp_path / "a.csv", "w") as file:
        file.write('id,text\n1,"')
        for _ in range(MOST_CHARACTERS // 1000 + 2):
            file.write("x" * 999 + "\n")
    with pytest.raises(InputError, match=r"a\.csv:2: .*more than 16,777,216 characters"):
        list(read_documents(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("start", "name"),
    [
        ("id,text\n1,a\n", "csv"),
        ("id;text\n1;a, b\n", "csv"),
        ("id\ttext\n1\ta\n", "tsv"),
        ('pmid,title,abstract\n1,a,"b\n' + "long\n" * 30_000, "csv"),
        ("pmid\ttitle\tabstract\n" + "1\ta\tb\n" * 30_000, "tsv"),
        ("Text, with a comma\nand, more, commas\n", "lines"),
        ("Title, abstract\n", "lines"),
        ("text\nonly one column\n", "lines"),
        ("lung\tB-Disease\ntext\tO\n", "conll"),
        ("Aspirin helps.\nIt does.\n", "lines"),
    ],
)
def test_tables_are_recognised(tmp_path, start, name):
    (tmp_path / "a.txt").write_text(start)
    assert recognise(Source(tmp_path / "a.txt")).name == name


@given(st.text())
def test_any_start_is_looked_at(start):
    assert is_table("id,text\n" + start, ",") in (True, False)
