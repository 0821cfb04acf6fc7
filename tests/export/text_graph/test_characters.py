"""Bytes to characters and back: what Python makes of them, whatever they are."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.export.text_graph.characters import decode, encode, following, previous

from .texts import DATA


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
