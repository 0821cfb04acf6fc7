import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import (
    all_formats,
    named_format,
    read_documents,
    readable,
    recognise,
    writable,
)
from bioner_kd.text.format import Format
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents


def test_every_module_of_formats_is_a_format_of_its_own_name():
    assert {"lines", "text"} <= set(all_formats())
    for name, format_ in all_formats().items():
        assert isinstance(format_, Format)
        assert format_.name == name
        assert format_.about
        assert format_.read or format_.record_writer or format_.write


def test_plain_text_is_a_document_a_line(tmp_path):
    (tmp_path / "a.txt").write_text("Aspirin.\n\nIt helps.\n")
    documents = list(read_documents(tmp_path / "a.txt"))
    assert [(d.text, d.line) for d in documents] == [("Aspirin.", 1), ("", 2), ("It helps.", 3)]


def test_a_folder_of_plain_text_is_a_document_a_file(tmp_path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(f"{name}\nsecond line\n")
    documents = list(read_documents(tmp_path))
    assert [(d.id, d.text) for d in documents] == [
        ("a", "a.txt\nsecond line\n"), ("b", "b.txt\nsecond line\n"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<?xml version='1.0'?>\n<unheard-of><a/></unheard-of>", "'unheard-of'"),
        ("<!DOCTYPE x>\n<!-- c -->\n<somewhat>", "'somewhat'"),
        ('{"number": 3}\n{"number": 4}\n', "JSON"),
        ("[1, 2]", "JSON"),
    ],
)
def test_what_is_plainly_something_else_is_refused_by_name(tmp_path, content, what):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(InputError, match=rf"a\.txt.*{what}.*--input=lines"):
        read_documents(tmp_path / "a.txt")
    forced = read_documents(tmp_path / "a.txt", format="lines")
    assert [d.text for d in forced] == content.splitlines()


@pytest.mark.parametrize("name", sorted({*readable()} & {*writable()} - {"brat", "csv", "tsv"}))
@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".json", ".xml"])
def test_what_is_written_is_recognised_by_its_content(tmp_path, name, suffix):
    if name == "docbin":
        pytest.importorskip("spacy")
    document = Document(
        "7",
        (Passage("Aspirin.", 0, "title"), Passage("Gout and pain.", 9, "abstract")),
        (Annotation("Chemical", ((0, 7),), "Aspirin", identifiers=("MESH:D1",), score=0.5),),
        extra={"fields": {"year": 1978}},
    )
    path = tmp_path / f"a{suffix}"
    write_documents([document], path, format=name)
    assert recognise(Source(path)).name == name
    (found,) = read_documents(path)
    assert [(one.type, one.text) for one in found.annotations] == [("Chemical", "Aspirin")]


def test_the_name_of_a_format_that_is_only_written_reads_nothing(tmp_path):
    (tmp_path / "page.html").write_text("<html><body><p>Aspirin.</p></body></html>")
    with pytest.raises(InputError, match=r"page\.html.*XML or HTML.*'html'"):
        read_documents(tmp_path / "page.html")


@pytest.mark.parametrize(
    "line", ["<5 mg of aspirin", "[18F]FDG uptake rose.", "{sic} aspirin", "a < b", "<", ""]
)
def test_text_that_begins_with_a_bracket_is_text(tmp_path, line):
    (tmp_path / "a.txt").write_text(line + "\nmore text\n")
    assert recognise(Source(tmp_path / "a.txt")).name == "lines"


def test_an_unknown_format_is_told_with_the_known_ones():
    with pytest.raises(UsageError, match="'none'.*lines"):
        named_format("none", readable())


def test_missing_files_are_told_at_once(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_documents(tmp_path / "none.txt")
    with pytest.raises(InputError, match="no such file"):
        read_documents(tmp_path / "none.txt", format="lines")
