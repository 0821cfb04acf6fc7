"""A broken word of a binary file of word vectors is named by its number."""

import math

import pytest

from bioner_kd.vectors.reader import read_vectors

from .files import binary, contents, message_of

WORDS = {"the": [0.5, -1.0], "of": [1.0, 2.0], "gene": [3.0, 4.0]}
GOOD = binary(*WORDS.items())


@pytest.mark.parametrize("lost", [1, 5, 9, 12, 14])
def test_a_file_that_is_cut_short_says_how_many_words_are_there(write, lost):
    # One byte less is the line end behind the last vector, which gensim leaves out as well.
    cut = GOOD[: -lost - 1]
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
    path = write(GOOD.replace(b"of ", bad + b" "))
    message = message_of(path)
    assert message.startswith(f"{path}, word 2: ") and "is no word in UTF-8" in message
    assert "unicode_errors='replace'" in message and len(message) < 600


def test_the_first_vector_of_a_repeated_word_counts_and_the_others_are_reported(write, caplog):
    path = write(binary(("the", [1.0, 2.0]), ("of", [3.0, 4.0]), ("the", [5.0, 6.0])))
    assert contents(read_vectors(path)) == {"the": [1, 2], "of": [3, 4]}
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: 1 of 3 words stand there more than once; the first vector of each counts."
    ]


def test_large_files_are_read_across_all_buffers(write):
    words = {f"w{number}": [float(number), -1.0, 0.5] for number in range(100_000)}
    vectors = read_vectors(write(binary(*words.items(), end=b"")))
    assert contents(vectors) == words
