"""A broken line of a text and a broken word of a binary file of word vectors are named."""

import math

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.vectors.formats import CollectedVectors
from bioner_kd.vectors.reader import read_vectors

from .files import binary, contents, message_of

GOOD = "3 2\nthe 0.5 -1\nof 1 2\ngene 3 4\n"


def broken(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (broken("of 1 2", "of 1 two"), 3, ["a word and 2 numbers", "'two' behind 'of'"]),
        (broken("of 1 2", "of 1,5 2"), 3, ["'1,5'"]),
        (broken("0.5 -1", "x -1"), 2, ["'x' behind 'the'"]),
        (broken("of 1 2", "of 1"), 3, ["a word and 2 numbers", "found 1 after 'of'"]),
        (broken("of 1 2", "of 1 2 3"), 3, ["a word and 2 numbers", "found 3 after 'of'"]),
        (broken("gene 3 4", "two words 3 four"), 4, ["found 3 after 'two'"]),
        (broken("of 1 2", "of"), 3, ["found 0 after 'of'"]),
        (broken("of 1 2", ""), 3, ["expected a word and 2 numbers", "found ''"]),
        (broken("of 1 2", " 1 2"), 3, ["expected a word and 2 numbers", "found ' 1 2'"]),
        (broken("3 2", "3 5"), 2, ["a word and 5 numbers", "found 2 after 'the'"]),
        (broken("of 1 2", "of nan 2"), 3, ["'of' holds nan"]),
        (broken("of 1 2", "of 1 -inf"), 3, ["'of' holds -inf"]),
        (broken("of 1 2", "of 1 1e39"), 3, ["'of' holds inf"]),
        (broken("of 1 2", "of 1 1e999"), 3, ["'of' holds inf"]),
        (broken("of 1 2", "of\0 1 2"), 3, ["NUL byte"]),
        (broken("of 1 2", "o\rf 1 2"), 3, ["a word and 2 numbers", r"'o\rf 1 2'"]),
        (GOOD.removeprefix("3 2\n") + "cell 1\n", 4, ["a word and 2 numbers", "found 1"]),
    ],
)
def test_a_broken_line_is_named(write, data, line, words):
    path = write(data)
    message = message_of(path)
    assert message.startswith(f"{path}:{line}: ")
    assert all(word in message for word in words), message


@pytest.mark.parametrize("line", [2, 3])
def test_a_line_that_is_not_utf_8_is_named(write, line):
    lines = GOOD.encode().split(b"\n")
    lines[line - 1] = b"na\xefve 1 2"
    path = write(b"\n".join(lines))
    assert message_of(path).startswith(f"{path}:{line}: byte 0xef ")


# To the end of a line, into the middle of a vector, into a word.
@pytest.mark.parametrize("cut", [len(GOOD) - 9, len(GOOD) - 3, len(GOOD) - 7])
def test_a_file_that_is_cut_short_says_how_many_words_are_there(write, cut):
    message = message_of(write(GOOD[:cut]))
    assert "promises 3 words of 2 numbers, but 2 are there" in message
    assert "'2 2' in the first line" in message


def test_the_first_vector_of_a_repeated_word_counts_and_the_others_are_reported(write, caplog):
    path = write("5 2\nthe 1 2\nof 3 4\nthe 5 6\nthe 7 8\nThe 9 9\n")
    assert contents(read_vectors(path)) == {"the": [1, 2], "of": [3, 4], "The": [9, 9]}
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: 2 of 5 words stand there more than once; the first vector of each counts."
    ]


@pytest.mark.parametrize("header", ["", "4 2\n"])
def test_words_that_hold_spaces_are_left_out_and_counted(write, absl_log, header):
    lines = "the 0.5 -1\nat name@domain.com 0.1 0.2\n. . . 1 2\ngout 3 4\n"
    found = read_vectors(write(header + lines))
    assert found.words == ("the", "gout")
    np.testing.assert_array_equal(found.matrix, np.array([[0.5, -1], [3, 4]], np.float32))
    assert "2 of 4 words hold a space" in absl_log.text


def test_a_word_with_too_many_numbers_is_still_a_damaged_line(write):
    with pytest.raises(InputError, match=":2: expected a word and 2 numbers"):
        read_vectors(write("the 0.5 -1\ngout 1 2 3\n"))


def test_words_with_spaces_alone_are_no_vectors(write):
    with pytest.raises(InputError, match="there is no word in this file"):
        read_vectors(write("1 2\nat name@domain.com 0.1 0.2\n"))


WORDS = {"the": [0.5, -1.0], "of": [1.0, 2.0], "gene": [3.0, 4.0]}
BINARY = binary(*WORDS.items())


@pytest.mark.parametrize("lost", [1, 5, 9, 12, 14])
def test_a_binary_file_that_is_cut_short_says_how_many_words_are_there(write, lost):
    # One byte less is the line end behind the last vector, which gensim leaves out as well.
    cut = BINARY[: -lost - 1]
    message = message_of(write(cut))
    assert "promises 3 words of 2 numbers, but 2 are there" in message


def test_more_words_promised_than_are_there(write):
    message = message_of(write(binary(*WORDS.items(), header="400000000 2")))
    assert "promises 400000000 words of 2 numbers, but 3 are there" in message


@pytest.mark.parametrize("size", [1, 3, 4, 99999])
def test_a_first_line_with_a_wrong_size_is_refused(write, size):
    message = message_of(write(binary(*WORDS.items(), header=f"3 {size}")))
    assert f"{size} numbers" in message


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_named_by_its_word(write, value):
    path = write(binary(*{**WORDS, "of": [1.0, value]}.items()))
    assert message_of(path).startswith(f"{path}, word 2: the vector of 'of' holds {value}")


@pytest.mark.parametrize("bad", [b"\xefx", b"", b"a\tb", b"x" * 20_000])
def test_what_is_no_word_is_named_by_its_number(write, bad):
    path = write(BINARY.replace(b"of ", bad + b" "))
    message = message_of(path)
    assert message.startswith(f"{path}, word 2: ") and "is no word in UTF-8" in message
    assert "unicode_errors='replace'" in message and len(message) < 600


def test_the_first_vector_of_a_repeated_word_counts_in_a_binary_file_too(write, caplog):
    path = write(binary(("the", [1.0, 2.0]), ("of", [3.0, 4.0]), ("the", [5.0, 6.0])))
    assert contents(read_vectors(path)) == {"the": [1, 2], "of": [3, 4]}
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: 1 of 3 words stand there more than once; the first vector of each counts."
    ]


def test_large_files_are_read_across_all_buffers(write):
    words = {f"w{number}": [float(number), -1.0, 0.5] for number in range(100_000)}
    vectors = read_vectors(write(binary(*words.items(), end=b"")))
    assert contents(vectors) == words


def test_words_come_out_in_their_order_with_their_vectors():
    collected = CollectedVectors("file", 2)
    collected.add("file:2", "b", np.array([1, 2], np.float32))
    collected.add("file:3", "a", np.array([3, 4], np.float32))
    vectors = collected.finish()
    assert vectors.words == ("b", "a")
    assert vectors.matrix.tolist() == [[1, 2], [3, 4]]


def test_no_words_are_refused():
    with pytest.raises(InputError, match="file: there is no word"):
        CollectedVectors("file", 2).finish()


def test_a_promise_that_is_kept_is_no_error():
    collected = CollectedVectors("file", 1)
    collected.add("file:2", "a", np.ones(1, np.float32))
    collected.add("file:3", "a", np.ones(1, np.float32))
    collected.check_count(2)
    with pytest.raises(InputError, match="promises 3 words of 1 numbers, but 2 are there"):
        collected.check_count(3)
