"""A broken line of a text file of word vectors is named by its number."""

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.vectors.reader import read_vectors

from .files import contents, message_of

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
