"""Characters, words and sets of characters, against what Python reads."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.export.text_graph.characters import (
    CharacterSets,
    decode,
    encode,
    find_sorted,
    find_words,
    following,
    previous,
)
from bioner_kd.text.tokenizer import SEPARATOR, TOKENIZER, WORD, tokenize

from .texts import DATA, TEXTS


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
def decoded(texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tuple(decode(texts))


def read(data: list[bytes]) -> list[str]:
    """The texts as the graph decodes them."""
    code_points, starts = decoded(tf.constant(data, tf.string, [len(data)]))
    ends = [*(starts.numpy()[1:] - 1), len(code_points) - 1]
    assert code_points[0] == 0 and all(code_points.numpy()[ends] == 0)
    return [
        "".join(map(chr, code_points.numpy()[start:end]))
        for start, end in zip(starts.numpy(), ends, strict=False)
    ]


@settings(deadline=None)
@given(st.lists(DATA, max_size=5))
def test_any_bytes_are_what_python_reads_with_replacement(data: list[bytes]) -> None:
    assert read(data) == [text.decode("utf-8", "replace") for text in data]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xffb", "a\ufffdb"),
        (b"\xe2\x82", "\ufffd"),  # two of three bytes are one mistake
        (b"\xe2\x82A", "\ufffdA"),
        (b"\xc0\xaf", "\ufffd\ufffd"),  # too long a form
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),  # a surrogate
        (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),  # above U+10FFFF
        (b"\xef\xbb\xbfBOM", "\ufeffBOM"),
        ("\ufffe\ufdd0\U0001ffff".encode(), "\ufffe\ufdd0\U0001ffff"),
    ],
)
def test_damage_is_told_from_what_is_only_rare(data: bytes, text: str) -> None:
    assert read([data, b"next"]) == [text, "next"]


def test_the_end_of_one_text_is_not_read_with_the_start_of_the_next() -> None:
    assert read([b"\xe2", b"\x82\xac", b"", b"\xe2\x82\xac"]) == ["\ufffd", "\ufffd" * 2, "", "€"]


def test_no_texts() -> None:
    assert read([]) == []


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(st.characters(codec="utf-8")), st.characters(codec="utf-8"))))
def test_characters_become_their_strings(texts: list[str]) -> None:
    # As in words, a noncharacter stands alone.
    texts = [t for t in texts if len(t) < 2 or not any(_is_noncharacter(ord(c)) for c in t)]
    rows = tf.ragged.constant([[ord(c) for c in text] for text in texts], tf.int32, ragged_rank=1)
    assert encode(rows).numpy().tolist() == [text.encode() for text in texts]


def test_every_noncharacter_is_written() -> None:
    rare = [number for number in range(0x110000) if _is_noncharacter(number)]
    assert len(rare) == 66
    found = encode(tf.RaggedTensor.from_row_lengths(tf.constant(rare), np.ones(66, np.int64)))
    assert found.numpy().tolist() == [chr(number).encode() for number in rare]


def _is_noncharacter(number: int) -> bool:
    return number & 0xFFFE == 0xFFFE or 0xFDD0 <= number < 0xFDF0


def test_neighbours_beyond_the_ends_are_zeros() -> None:
    values = tf.constant([1, 2])
    assert following(values).numpy().tolist() == [2, 0]
    assert previous(values).numpy().tolist() == [0, 1]
    assert following(values, 3).numpy().tolist() == previous(values, 3).numpy().tolist() == [0, 0]


def test_every_code_point_is_in_the_sets_that_the_tokenizer_puts_it_in() -> None:
    found = CharacterSets(TOKENIZER.sets).find(tf.range(0x110000))
    classes = np.frombuffer(TOKENIZER.character_classes(), np.uint8)
    np.testing.assert_array_equal(found["word"], classes == WORD)
    np.testing.assert_array_equal(found["separator"], classes == SEPARATOR)


def test_edges_are_the_nuls_around_texts_and_no_others() -> None:
    characters = decode(tf.constant([b"a", b"", b"\0b"]))
    places = np.flatnonzero(characters.edges())
    assert places.tolist() == [0, 2, 3, 6] and characters.code_points[4] == 0


def test_sets_may_overlap_and_touch() -> None:
    sets = CharacterSets({"low": [(0, 9)], "even": [(4, 4), (6, 6)], "high": [(10, 0x10FFFF)]})
    found = sets.find(tf.constant([0, 4, 6, 9, 10, 0x10FFFF]))
    assert {name: "".join("01"[int(b)] for b in row) for name, row in found.items()} == {
        "low": "111100",
        "even": "011000",
        "high": "000011",
    }


def test_what_has_no_entry_is_not_found() -> None:
    keys = np.array([3, 5, 9], np.int32)
    found, place = find_sorted(keys, tf.constant([0, 3, 4, 5, 9, 10]))
    assert found.numpy().tolist() == [False, True, False, True, True, False]
    assert place.numpy().tolist() == [0, 0, 0, 1, 2, 0]


SETS = CharacterSets(TOKENIZER.sets)


SEEN = CharacterSets({"invisible": TOKENIZER.invisible})


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
def found_words(texts: tf.Tensor) -> tuple[tf.Tensor, ...]:
    every = decode(texts)
    visible = ~SEEN.find(every.code_points)["invisible"]
    characters = every.kept(visible)
    sets = SETS.find(characters.code_points)
    words = find_words(characters, sets["word"], sets["separator"]).among(every, visible)
    return encode(words.characters), words.texts, words.starts, words.ends


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_words_and_places_are_the_tokenizers(texts: list[str]) -> None:
    words, numbers, starts, ends = found_words(tf.constant(texts, tf.string, [len(texts)]))
    expected = [(number, *word) for number, text in enumerate(texts) for word in tokenize(text)]
    columns = (numbers.numpy(), (w.decode() for w in words.numpy()), starts.numpy(), ends.numpy())
    assert list(zip(*columns, strict=True)) == expected
