import zipfile
from pathlib import Path

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
from bioner_kd.text.format import Faults, Format
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


BAD = {
    "lines": (b"one\ntwo \xff two\nthr\0ee\nfour\n", "lines.txt"),
    "jsonl": (
        b'{"text": "one"}\n{"text": "two \xff two"}\n{"text": "thr\0ee"}\n{"text": "four"}\n',
        "a.jsonl",
    ),
    "csv_table": (b"id,text\n1,one\n2,two \xff two\n3,thr\0ee\n4,four\n", "a.csv"),
    "tsv_table": (b"id\ttext\n1\tone\n2\ttwo \xff two\n3\tthr\0ee\n4\tfour\n", "a.tsv"),
    "pubtator": (b"1|t|one\n\n2|t|two \xff two\n\n3|t|thr\0ee\n\n4|t|four\n", "a.PubTator"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_document_with_a_nul_or_a_byte_that_is_no_text_is_left_out(
    tmp_path: Path, kind: str
) -> None:
    data, name = BAD[kind]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError):
        list(read_documents(tmp_path / name))
    faults = Faults("skip")
    found = list(read_documents(tmp_path / name, faults=faults))
    assert [document.text.strip() for document in found] == ["one", "four"]
    assert faults.number == 2
    assert all(name in message for message in faults.skipped)
    assert "a NUL byte or bytes that are not UTF-8" in faults.skipped[0]
    assert "--on_error=replace" in faults.skipped[1]


@pytest.mark.parametrize("kind", BAD)
def test_a_nul_is_read_as_a_space_and_other_bytes_as_replacement_characters(
    tmp_path: Path, kind: str
) -> None:
    data, name = BAD[kind]
    (tmp_path / name).write_bytes(data)
    faults = Faults("replace")
    found = list(read_documents(tmp_path / name, faults=faults))
    texts = ["one", "two \ufffd two", "thr ee", "four"]
    assert [document.text.strip() for document in found] == texts
    assert faults.number == 0


def test_bad_bytes_in_archives_and_folders_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_bytes(b"g\xffout")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", b"g\xffout")
    for name in ("folder", "a.zip"):
        (found,) = read_documents(tmp_path / name, faults=Faults("replace"))
        assert found.text == "g\ufffdout"
        assert list(read_documents(tmp_path / name, faults=Faults("skip"))) == []


def test_replacing_bytes_does_not_hide_other_faults(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n{"text": two}\n', encoding="utf-8")
    with pytest.raises(InputError, match="a.jsonl:2"):
        list(read_documents(tmp_path / "a.jsonl", faults=Faults("replace")))
