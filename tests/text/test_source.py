import gzip
import io
import sys

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.source import STDIN, Source, files_of


class FakeStdin:
    def __init__(self, content):
        self.buffer = io.BufferedReader(io.BytesIO(content))

    def fileno(self):
        raise io.UnsupportedOperation


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_looking_at_the_start_of_standard_input_takes_nothing_away(monkeypatch, pack):
    monkeypatch.setattr(sys, "stdin", FakeStdin(pack(b"one\ntwo\n")))
    source = Source(STDIN)
    assert source.start() == "one\ntwo\n"
    assert list(source.lines()) == ["one", "two"]


def test_damaged_standard_input_is_named(monkeypatch):
    monkeypatch.setattr(sys, "stdin", FakeStdin(gzip.compress(b"one\n" * 9999)[:40]))
    with pytest.raises(InputError, match="<stdin>.*cut short"):
        list(Source(STDIN).lines())


def test_the_start_has_no_byte_order_mark(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\n")
    assert Source(tmp_path / "a.txt").start() == "one\r\n"


def test_line_ends_are_kept_where_asked(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\nthree")
    source = Source(tmp_path / "a.txt")
    assert list(source.lines(keep_ends=True)) == ["one\r\n", "two\n", "three"]
    assert list(source.lines()) == ["one", "two", "three"]


def test_a_missing_file_is_told_before_the_first_line(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Source(tmp_path / "none.txt").lines()


def test_files_of_a_folder_are_sorted_and_none_is_hidden(tmp_path):
    for name in ("b.txt", "a/c.txt", ".hidden", ".git/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert files_of(tmp_path) == [tmp_path / "a/c.txt", tmp_path / "b.txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty.*no file"):
        files_of(tmp_path / "empty")


def test_files_of_a_folder_know_their_names_in_it(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("b.txt", "a/c.txt"):
        (tmp_path / name).write_text(name)
    first, second = Source(tmp_path).files()
    assert (first.member, second.member) == ("a/c.txt", "b.txt")
    assert list(first.lines()) == ["a/c.txt"]
    assert first.beside("b.txt") is None
    (found,) = second.files()
    assert found is second
    assert Source(STDIN).files()[0].path == STDIN


def test_a_file_beside_another_is_found(tmp_path):
    for name in ("a.txt", "a.ann"):
        (tmp_path / name).write_text(name)
    beside = Source(tmp_path / "a.txt").beside("a.ann")
    assert beside is not None
    assert list(beside.lines()) == ["a.ann"]
    assert Source(tmp_path / "a.txt").beside("b.ann") is None
    assert Source(STDIN).beside("a.ann") is None
