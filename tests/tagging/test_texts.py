import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.texts import number_of_documents, read_input


def texts_of(*arguments: Any) -> list[str]:
    return [document.text for document in read_input(*arguments)]


def test_a_given_text_is_all() -> None:
    assert texts_of("a\nb", [], "lines") == ["a\nb"]
    assert texts_of("", [], "lines") == [""]


def test_files_hold_a_text_a_line_or_one_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("α\r\n\nb".encode())
    assert texts_of(None, [str(path)], "lines") == ["α", "", "b"]
    assert texts_of(None, [str(path)] * 2, "text") == ["α\r\n\nb"] * 2


def test_conll_files_hold_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("It\tO\nis\tO\n\nGout\tO\n", encoding="utf-8")
    found = [
        s.words for document in read_input(None, [str(path)], "conll") for s in document.sentences
    ]
    assert found == [("It", "is"), ("Gout",)]


def test_standard_input_is_read_where_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    assert texts_of(None, [], "lines") == ["a", "b"]


def test_a_text_and_files_contradict_each_other() -> None:
    with pytest.raises(UsageError, match="give a text or files, not both"):
        read_input("a", ["b"], "lines")


def test_nothing_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="Nothing to tag"):
        read_input(None, [], "lines")


def test_half_a_character_on_the_command_line_is_refused() -> None:
    with pytest.raises(InputError, match="--text: character 3 is not UTF-8"):
        read_input("ab\udcff", [], "lines")


def test_documents_are_counted_where_that_is_quick(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.txt").write_text("three")
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    assert [number_of_documents(files, kind) for kind in ("lines", "auto", "text")] == [3, 3, 2]
    assert number_of_documents(files, "pubtator") is None
    assert number_of_documents([], "lines") is None
    assert number_of_documents([str(tmp_path)], "lines") is None


def test_documents_of_an_archive_are_read_and_not_counted(tmp_path: Path) -> None:
    path = str(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.txt", "Aspirin.\n")
    assert texts_of(None, [path], "auto") == ["Aspirin.\n"]
    assert [number_of_documents([path], kind) for kind in ("auto", "lines", "text")] == [None] * 3
