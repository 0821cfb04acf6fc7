"""Files of text that are compressed, and files that hold no text."""

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.plain_text import read_plain_text, read_text_lines, write_plain_text
from bioner_kd.text.text_file import read_lines

COMPRESS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def archive(kind: str) -> bytes:
    data = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(data, "w") as file:
            file.writestr("a.txt", "text")
    else:
        with tarfile.open(fileobj=data, mode="w") as file:
            member = tarfile.TarInfo("a.txt")
            member.size = 4
            file.addfile(member, io.BytesIO(b"text"))
    return data.getvalue()


OTHERS = {
    "a.pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF, not plain text; .*pdftotext"),
    "a.zip": (archive("zip"), "a zip archive, not plain text; unpack"),
    "a.DOCX": (archive("zip"), "a document, not plain text; save it as plain text"),
    "a.xlsx": (archive("zip"), "a spreadsheet"),
    "a.tar": (archive("tar"), "a tar archive, .* unpack"),
    "a.tar.gz": (gzip.compress(archive("tar")), "a tar archive, .* unpack"),
    "a.tar.bz2": (bz2.compress(archive("tar")), "a tar archive, .* unpack"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive"),
    "a.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    "a.rtf": (b"{\\rtf1\\ansi", "rich text"),
    "a.parquet": (b"PAR1\x15\x04", "a Parquet file"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_no_text_is_named_for_what_it_is(tmp_path, name):
    data, words = OTHERS[name]
    path = tmp_path / name
    path.write_bytes(data)
    for read in (read_plain_text, read_text_lines, read_lines):
        with pytest.raises(InputError, match=words) as caught:
            read(path)  # at once, before any line
        assert str(caught.value).startswith(f"{path}: this file is ")


@pytest.mark.parametrize("text", ["PK is a protein kinase.", "Rare", "BZ is short.", "", "7z"])
def test_text_that_begins_alike_is_text(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    assert list(read_text_lines(tmp_path / "a.txt")) == ([text] if text else [])


@pytest.mark.parametrize("compress", COMPRESS.values())
def test_tables_of_words_may_be_compressed_too(tmp_path, compress):
    (tmp_path / "a").write_bytes(compress(b"Gout\tB-Disease\n"))
    assert read_lines(tmp_path / "a") == ["Gout\tB-Disease"]


@pytest.mark.parametrize("compress", COMPRESS.values())
def test_the_standard_input_may_be_compressed(monkeypatch, compress):
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(compress("β one\ntwo\n".encode()))
    with open(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert list(read_text_lines("-")) == ["β one", "two"]


def test_a_pdf_on_the_standard_input_is_named(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(OTHERS["a.pdf"][0]))
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(InputError, match="<stdin>: this file is a PDF"):
        next(read_text_lines("-"))


@pytest.mark.parametrize("suffix", COMPRESS)
def test_what_is_written_by_its_suffix_is_read(tmp_path, suffix):
    write_plain_text(tmp_path / f"a{suffix}", ["one", "two"])
    assert (tmp_path / f"a{suffix}").read_bytes()[:3] == COMPRESS[suffix](b"one\ntwo\n")[:3]
    assert list(read_text_lines(tmp_path / f"a{suffix}")) == ["one", "two"]
