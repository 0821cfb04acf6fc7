"""The format of a file of word vectors is found in it; what is none is refused."""

import gzip
import lzma
import pickle
import struct

import pytest

from bioner_kd.vectors.reader import read_vectors

from .files import binary, contents, message_of

EXPECTED = {"the": [0.5, -1.0], "β-blocker": [2.0, 0.25]}
ROWS = "the 0.5 -1\nβ-blocker 2 2.5e-1\n"
TEXT = f"2 2\n{ROWS}"
BINARY = binary(*EXPECTED.items())
FORMATS = {
    "word2vec text": TEXT.encode(),
    "no line end": TEXT.rstrip().encode(),
    "fastText, a space at each line's end": TEXT.replace("\n", " \n").encode(),
    "tabs": TEXT.replace(" ", "\t").encode(),
    "Windows": TEXT.replace("\n", "\r\n").encode(),
    "byte order mark": TEXT.encode("utf-8-sig"),
    "empty lines at the end": TEXT.encode() + b"\n\n",
    "GloVe": ROWS.encode(),
    "word2vec binary": BINARY,
    "gensim binary": binary(*EXPECTED.items(), end=b""),
}
formats = pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS)


@formats
@pytest.mark.parametrize("name", ["vectors.bin", "vectors.txt", "vectors.vec"])
def test_the_format_is_found_whatever_the_name(write, data, name):
    assert contents(read_vectors(write(data, name))) == EXPECTED


@formats
@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compressed_files_are_read_whatever_their_name(write, data, compress):
    assert contents(read_vectors(write(compress(data)))) == EXPECTED


@pytest.mark.parametrize("data", [TEXT, BINARY], ids=["text", "binary"])
def test_vectors_can_be_changed(write, data):
    matrix = read_vectors(write(data)).matrix
    matrix[0] = 0
    assert matrix[0].tolist() == [0, 0]


def test_words_that_look_like_numbers_are_words(write):
    assert list(contents(read_vectors(write("2 2\n5 1 2\n-0.5 3 4\n")))) == ["5", "-0.5"]


def test_fasttexts_words_keep_their_no_break_space(write):
    assert contents(read_vectors(write("1 2\n10\u00a0mg 1 2 \n"))) == {"10\u00a0mg": [1, 2]}


def test_only_blanks_and_tabs_end_a_word(write):
    words = ["a\fb", "\x1f", "a\u2028b", "a\vb"]
    rows = "".join(f"{word} 1 2\n" for word in words)
    assert list(contents(read_vectors(write(rows)))) == words
    assert list(contents(read_vectors(write(f"4 2\n{rows}")))) == words


def test_binary_numbers_that_hold_a_line_end_are_not_taken_for_text(write):
    number = struct.unpack("<f", b"\n1.5")[0]
    vectors = {"a": [number, -1.0], "b": [0.5, number]}
    assert contents(read_vectors(write(binary(*vectors.items())))) == vectors


@pytest.mark.parametrize("name", ["missing.vec", "."])
def test_a_missing_file_and_a_folder_are_refused(tmp_path, name):
    assert "no such file" in (message := message_of(tmp_path / name)) or "a folder" in message


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n \n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(write, data):
    assert "this file is empty" in message_of(write(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
        b"Aspirin helps against headache.\nSo does sleep.\n",
        b"gene 0.5\nprotein 0.25\n",
        b"2\nthe 0.5 -1\n",
        b"-2 2\nthe 0.5 -1\n",
        b"2.0 2\nthe 0.5 -1\n",
        b'{"words": 2}',
        bytes(1000),
        struct.pack("<i", 793712314) + bytes(100),  # how fastText's .bin starts
        pickle.dumps({"vectors": [0.5, 1.0]}),
        "2 2\nthe 0.5 -1\n".encode("utf-16"),
    ],
)
def test_other_files_are_no_vectors(write, data):
    message = message_of(write(data))
    assert "this is no file of word vectors: it starts with" in message
    assert "'20000 100'" in message and "fastText .vec" in message


@pytest.mark.parametrize("header", ["0 100", "5 0"])
def test_a_first_line_that_promises_nothing_is_refused(write, header):
    assert f"{header.replace(' ', ' words of ')} numbers" in message_of(write(f"{header}\n"))


def test_a_damaged_compressed_file_is_refused(write):
    for data in (TEXT.encode() * 1000, BINARY * 1000):
        whole = gzip.compress(data, mtime=0)
        assert "cut short or damaged" in message_of(write(whole[: len(whole) // 2]))


@pytest.mark.parametrize("data", [TEXT.encode() + ROWS.encode(), BINARY + BINARY[4:]])
def test_more_words_than_the_first_line_promises_are_refused(write, data):
    assert "goes on after the 2 words" in message_of(write(data))


@pytest.mark.parametrize("data", [b"2 2", b"2 2\n"])
def test_a_first_line_alone_is_refused(write, data):
    assert "promises 2 words of 2 numbers, but 0 are there" in message_of(write(data))
