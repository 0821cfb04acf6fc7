"""An even sample of the sentences of several files."""

import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.config import ALL, SampleConfig
from bioner_kd.corpus.sampling import _Smallest, sample_text
from bioner_kd.errors import InputError

LINES = [f"sentence number {number} of this text" for number in range(400)]


@pytest.fixture
def write(tmp_path):
    def write(*lines, name="text.txt"):
        path = tmp_path / name
        opened = gzip.open if name.endswith(".gz") else open
        with opened(path, "wt", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        return str(path)

    return write


def texts(paths, **settings):
    return [sentence.text for sentence in sample_text(paths, SampleConfig(**settings)).sentences]


def test_without_a_size_every_sentence_comes_once(write):
    paths = [write(*LINES[:150], name="a.txt"), write(*LINES[150:], name="b.txt.gz")]
    found = texts(paths)
    assert found != LINES and sorted(found) == sorted(LINES)


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(write):
    path = write(*LINES)
    every = texts([path])
    for size in (1, 2, 37, 399, 400):
        assert texts([path], text_size=size) == every[:size]
    assert texts([path], text_size=1000) == every


def test_neither_the_order_of_lines_nor_of_files_matters(write):
    expected = texts([write(*LINES)], text_size=50)
    shuffled = random.Random(3).sample(LINES, len(LINES))
    paths = [write(*shuffled[:90], name="a"), write(*shuffled[90:], name="b")]
    assert texts(paths, text_size=50) == texts(paths[::-1], text_size=50) == expected


def test_every_file_has_its_share(write):
    many = [f"{word} is a word of the large file" for word in range(3000)]
    few = [f"{word} is a word of the small file" for word in range(1000)]
    found = texts([write(*many, name="a"), write(*few, name="b")], text_size=800)
    # Binomial with a standard deviation of 12, without replacement 11.
    assert 150 < sum("small" in text for text in found) < 250


def test_a_sentence_of_the_same_words_counts_once(write):
    sample = sample_text([write("gout is bad", "gout  is bad ", "gout is worse")], SampleConfig())
    assert sorted(s.words for s in sample.sentences) == [
        ("gout", "is", "bad"),
        ("gout", "is", "worse"),
    ]
    assert (sample.found, sample.repeats, sample.short, sample.long) == (3, 1, 0, 0)


@pytest.mark.parametrize("size", [1, 2, ALL])
def test_sentences_too_short_and_too_long_are_left_out_and_counted(write, size):
    path = write("Methods", "", "1 .", "gout is bad", "x " * 100_000, "a b c d e", "y" * 100_000)
    sample = sample_text([path], SampleConfig(text_size=size, max_words=5))
    assert {s.text for s in sample.sentences} <= {"gout is bad", "a b c d e"}
    assert len(sample.sentences) == (2 if size == ALL else size)
    # A sentence has at most 2000 words, so the longest line has fifty.
    assert (sample.found, sample.short, sample.long) == (55, 3, 50)


def test_bounds_on_the_words_are_inclusive(write):
    path = write("a", "a b", "a b c", "a b c d")
    assert sorted(texts([path], min_words=2, max_words=3)) == ["a b", "a b c"]


def test_a_text_of_lines_left_out_alone_is_an_empty_sample(write):
    assert texts([write("Methods", "Results")]) == []


@pytest.mark.parametrize("lines", [[], [""], ["  ", "\u200b"]])
def test_an_empty_file_is_named(write, lines):
    good, empty = write("gout is bad", name="good"), write(*lines, name="empty")
    with pytest.raises(InputError, match=f"{empty}: no word in this file"):
        sample_text([good, empty], SampleConfig())


def test_a_binary_file_is_named_with_its_line(tmp_path, write):
    (tmp_path / "binary").write_bytes(b"gout is bad\n\x00\x01\n")
    with pytest.raises(InputError, match="binary:2: a NUL byte"):
        sample_text([write("gout is bad"), str(tmp_path / "binary")], SampleConfig())


@given(st.lists(st.binary(min_size=1, max_size=1), max_size=60), st.integers(1, 8) | st.just(ALL))
def test_the_smallest_keys_are_kept_and_their_repeats_counted(keys, size):
    smallest = _Smallest(size)
    for key in keys:
        smallest.add(key, key.hex())
    kept = sorted(set(keys))[: None if size == ALL else size]
    assert smallest.result() == (
        [key.hex() for key in kept],
        sum(keys.count(key) - 1 for key in kept),
    )
