import bz2
import errno
import gzip
import io
import itertools
import lzma
import os
import sys

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.plain_text import read_plain_text, write_plain_text
from bioner_kd.text.text_file import open_decompressed

TEXT = "\ufeffAspirin helps.\r\n\n \u200b \n  β-blockers too\nlast line"


@pytest.fixture
def write(tmp_path):
    def write(data, name="text.txt"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return write


def message_of(path):
    with pytest.raises(InputError) as caught:
        list(read_plain_text(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_lines_become_sentences_with_offsets_in_their_line(write):
    path = write(TEXT)
    first, second, third = read_plain_text(path)
    assert first.text == "Aspirin helps."
    assert second.text == "  β-blockers too" and second.spans[0] == (2, 3)
    assert third.words == ("last", "line")
    assert [first.line, second.line, third.line] == [1, 4, 5]
    assert second.place(1) == f"{path}:4, word 2"
    assert first.tags is None


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_read_whatever_their_name(write, compress):
    path = write(compress(TEXT.encode()))
    assert [s.text for s in read_plain_text(path)] == [s.text for s in read_plain_text(write(TEXT))]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_damaged_compressed_files_are_refused(write, compress):
    data = compress(bytes(range(1, 10)) * 5000)
    path = write(data[: len(data) // 2])
    message = message_of(path)
    assert message.startswith(f"{path}: ") and "damaged" in message
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 0xFF
    assert "damaged" in message_of(write(bytes(flipped)))


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_bytes_come_out_as_they_went_in(write, compress):
    data = bytes(range(256)) * 3
    with open_decompressed(write(compress(data))) as opened:
        assert opened.read(5) + opened.read() == data


def test_damage_is_named_where_bytes_are_read(write):
    with pytest.raises(InputError, match="damaged"):
        with open_decompressed(write(gzip.compress(bytes(1000))[:-9])) as opened:
            opened.read()


def test_standard_input(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO("one\n\ntwo β\n".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    sentences = list(read_plain_text("-"))
    assert [s.text for s in sentences] == ["one", "two β"]
    assert sentences[1].place(0) == "<stdin>:3, word 1"


def test_latin_1_is_named_by_line_and_byte_of_the_file(write):
    path = write("ok\nβ\n".encode() + b"na\xefve\n")
    message = message_of(path)
    assert message.startswith(f"{path}:3: byte 0xef at offset 8 ") and "iconv" in message


def test_what_comes_before_a_bad_line_is_read(write):
    sentences = read_plain_text(write(b"good\n\xff\n"))
    assert next(sentences).text == "good"
    with pytest.raises(InputError):
        next(sentences)


def test_binary_and_utf_16_files_are_refused(write):
    assert "NUL byte at offset 6" in message_of(write(b"abc\nde\0f"))
    assert "UTF-16" in message_of(write("pain".encode("utf-16")))


def test_missing_files_are_refused_at_once(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_plain_text(tmp_path / "no.txt")
    with pytest.raises(InputError, match="folder"):
        read_plain_text(tmp_path)


def test_files_are_read_lazily(monkeypatch):
    taken = []

    def endless():
        for number in itertools.count(1):
            taken.append(number)
            yield b"line\n"

    class Stdin:
        buffer = endless()

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert len(list(itertools.islice(read_plain_text("-"), 5))) == 5
    assert taken == [1, 2, 3, 4, 5]


def test_empty_file_has_no_sentences(write):
    assert list(read_plain_text(write(b""))) == []


@pytest.mark.parametrize(
    ("name", "start"), [("a.txt", b"one"), ("a.txt.gz", b"\x1f\x8b"), ("a.xz", b"\xfd7zXZ")]
)
def test_what_is_written_is_read_again_compressed_as_its_name_says(tmp_path, name, start):
    lines = ["one", "  β-blockers\u2028too", "\x0bthree\r"]
    write_plain_text(tmp_path / name, lines)
    data = (tmp_path / name).read_bytes()
    assert data.startswith(start)
    read = list(read_plain_text(tmp_path / name))
    assert [s.words for s in read] == [("one",), ("β", "-", "blockers", "too"), ("three",)]
    write_plain_text(tmp_path / name, lines)
    assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize("name", ["a.txt", "a.gz", "a.xz"])
def test_writing_that_fails_leaves_what_was_there(tmp_path, name):
    write_plain_text(tmp_path / name, ["before"])

    def lines():
        yield "after"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match="No space left"):
        write_plain_text(tmp_path / name, lines())
    assert [s.text for s in read_plain_text(tmp_path / name)] == ["before"]
    assert os.listdir(tmp_path) == [name]
