"""Zip archives: which members are read, and what is said of archives that cannot be."""

import contextlib
import gzip
import io
import random
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.archive import Archive, is_archive
from bioner_kd.text.documents import read_documents

PUBTATOR = "1|t|Gout.\n1|a|It hurts.\n1\t0\t4\tGout\tDisease\tD1\n"


def put(path: Path, members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("method", [0, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_each_member_is_read_as_what_it_is(tmp_path, method):
    members = {
        "note 7.txt": "Gout.\nIt hurts.\n",
        "deep/er/a.PubTator": PUBTATOR,
        "b.txt.gz": gzip.compress(PUBTATOR.replace("1|", "2|").replace("1\t", "2\t").encode()),
        "deep/": "",
        ".hidden": "x",
        ".git/x": "x",
        "__MACOSX/._note": "x",
    }
    told: list[str] = []
    path = put(tmp_path / "a.zip", members, method)
    documents = list(read_documents(path, told=told.append))
    assert [(d.id, len(d.annotations), d.path, d.line) for d in documents] == [
        ("2", 1, f"{path}/b.txt.gz", 1),
        ("1", 1, f"{path}/deep/er/a.PubTator", 1),
        ("note 7", 0, f"{path}/note 7.txt", 1),
    ]
    assert documents[2].text == "Gout.\nIt hurts.\n"
    assert told[1].startswith(f"{path}/deep/er/a.PubTator is read as pubtator: ")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_an_archive_in_a_folder_is_read_as_well(tmp_path):
    put(tmp_path / "b.zip", {"x.txt": "Gout."})
    (tmp_path / "a.txt").write_text("It hurts.")
    assert [(d.id, d.text) for d in read_documents(tmp_path)] == [
        ("a", "It hurts."), ("x", "Gout."),
    ]  # fmt: skip


def test_the_format_may_be_named(tmp_path):
    path = put(tmp_path / "a.zip", {"b.txt": "Gout.\nIt hurts.\n"})
    assert [d.text for d in read_documents(path, format="lines")] == ["Gout.", "It hurts."]
    with pytest.raises(InputError, match=r"a\.zip/b\.txt:1: 'Gout\.' stands before"):
        list(read_documents(path, format="pubtator"))


def test_folders_of_brat_and_gm_may_be_archives(tmp_path):
    pairs = {"x/a.txt": "Gout.", "x/a.ann": "T1\tDisease 0 4\tGout\n", "x/annotation.conf": "[x]"}
    brat = put(tmp_path / "brat.zip", pairs)
    (document,) = read_documents(brat)
    assert (document.id, [a.text for a in document.annotations]) == ("x/a", ["Gout"])
    put(tmp_path / "half.zip", {**pairs, "x/b.ann": ""})
    with pytest.raises(InputError, match=r"half\.zip/x/b\.ann: there is no b\.txt"):
        list(read_documents(tmp_path / "half.zip"))
    put(tmp_path / "gm.zip", {"y/train.in": "X1 a gene\n", "y/GENE.eval": "X1|1 4|gene\n"})
    (document,) = read_documents(tmp_path / "gm.zip")
    assert [a.spans for a in document.annotations] == [((2, 6),)]


@pytest.mark.parametrize("name", ["../../etc/x.txt", "/etc/x.txt", "C:\\x.txt", "a\x1b[2J\n.txt"])
def test_hostile_names_are_shown_and_nothing_is_written(tmp_path, name):
    (tmp_path / "in").mkdir()
    path = put(tmp_path / "in" / "a.zip", {name: "Gout.", "~.txt": b"Sj\xf6gren"})
    first, _ = Archive(path).files()
    with first.open() as data:
        assert data.read() == b"Gout."
    assert first.name.isprintable()
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "in"]
    with pytest.raises(InputError, match=r"a\.zip/~\.txt:1: byte 0xf6"):
        list(read_documents(path))


@pytest.mark.parametrize("suffix", [".docx", ".XLSX", ".odt", ".epub"])
def test_documents_that_are_kept_in_archives_stay_refused_by_name(tmp_path, suffix):
    path = put(tmp_path / f"a{suffix}", {"b.txt": "x"})
    assert not is_archive(path)
    with pytest.raises(InputError, match="this file is a (document|spreadsheet)"):
        read_documents(path)
    inside = put(tmp_path / "b.zip", {f"a{suffix}": path.read_bytes()})
    with pytest.raises(InputError, match="b.zip/a.*this file is a (document|spreadsheet)"):
        read_documents(inside)


@pytest.mark.parametrize("member", ["[Content_Types].xml", "mimetype"])
def test_documents_in_archives_without_their_suffix_are_known_by_their_members(tmp_path, member):
    with pytest.raises(InputError, match="a.zip: this file is a document or a spreadsheet"):
        read_documents(put(tmp_path / "a.zip", {member: "x", "text.xml": "x"}))


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inside = put(tmp_path / "b.zip", {"b.txt": "x"}).read_bytes()
    with pytest.raises(InputError, match=r"a\.zip/b\.zip: this file is a zip archive.*unpack"):
        read_documents(put(tmp_path / "a.zip", {"b.zip": inside}))


@pytest.mark.parametrize("members", [{"a/": ""}, {".hidden": "x"}])
def test_an_archive_without_a_file_is_told(tmp_path, members):
    with pytest.raises(InputError, match=r"a\.zip: no file is in this archive"):
        read_documents(put(tmp_path / "a.zip", members))
    with pytest.raises(InputError, match=r"b\.zip: this file is an empty zip archive"):
        read_documents(put(tmp_path / "b.zip", {}))


def changed(path: Path, offset: int, value: bytes) -> Path:
    """Overwrites bytes of the only member's local header and of its entry in the directory."""
    data = bytearray(path.read_bytes())
    for magic, more in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        at = data.index(magic) + offset + more
        data[at : at + len(value)] = value
    path.write_bytes(bytes(data))
    return path


def test_an_encrypted_member_is_told(tmp_path):
    path = changed(put(tmp_path / "a.zip", {"b.txt": "x"}), 6, b"\1\0")
    with pytest.raises(InputError, match=r"a\.zip/b\.txt: .*encrypted; unpack.*password"):
        read_documents(path)


def test_a_member_that_python_cannot_unpack_is_told(tmp_path):
    path = changed(put(tmp_path / "a.zip", {"b.txt": "x"}), 8, b"\x61\0")
    with pytest.raises(InputError, match=r"a\.zip/b\.txt: .*Python does not unpack"):
        read_documents(path)


def test_damaged_archives_are_told(tmp_path):
    whole = put(tmp_path / "a.zip", {"b.txt": random.Random(1).randbytes(999).hex()}).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:-40])
    with pytest.raises(InputError, match=r"a\.zip: this zip archive is cut short or damaged"):
        read_documents(tmp_path / "a.zip")
    (tmp_path / "a.zip").write_bytes(whole[:300] + b"\0\0\0\0" + whole[304:])
    with pytest.raises(InputError, match=r"a\.zip/b\.txt: this zip archive is cut short or dam"):
        list(read_documents(tmp_path / "a.zip"))


def test_any_damage_is_one_error(tmp_path):
    whole = put(tmp_path / "a.zip", {"b.txt": "Gout.\n" * 9, "c.PubTator": PUBTATOR}).read_bytes()
    random_ = random.Random(7)
    failed = 0
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(random_.randint(1, 3)):
            data[random_.randrange(4, len(data))] = random_.randrange(256)
        (tmp_path / "a.zip").write_bytes(bytes(data))
        with contextlib.suppress(InputError):
            failed += 1
            list(read_documents(tmp_path / "a.zip"))
            failed -= 1
    assert failed > 100


def test_a_member_that_would_fill_the_memory_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("b.txt", "w") as member:
            for _ in range(80):
                member.write(b"a" * (1 << 20))
    with pytest.raises(InputError, match=r"a\.zip/b\.txt: .*83886080 bytes from"):
        read_documents(tmp_path / "a.zip")


def test_a_large_member_is_read_in_flat_memory(tmp_path):
    words = io.StringIO()
    random_ = random.Random(1)
    for _ in range(20_000):
        words.write(f"Gout {random_.random()} hurts {random_.random()} patients.\n")
    path = put(tmp_path / "a.zip", {"b.txt": words.getvalue()})
    assert len(words.getvalue()) > 1_000_000
    documents = read_documents(path, format="lines")
    tracemalloc.start()
    try:
        assert sum(1 for _ in documents) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
