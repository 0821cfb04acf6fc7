from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.artefact.layout import LENGTHS as ALL_LENGTHS
from bioner_kd.artefact.tflite import TFLiteModel
from bioner_kd.corpus.demo import read_demo
<<<<<<< HEAD
from bioner_kd.export.web.fixed_lengths import FixedLengthModel
=======
from bioner_kd.export.web.fixed_lengths import FixedLengthModel, Window, reading_plan
from bioner_kd.runtime.long_sentences import read_in_pieces
>>>>>>> i4-web
from bioner_kd.student.saved_student import SavedStudent

LENGTHS = (16, 32)  # of the export that the tests share


<<<<<<< HEAD
=======
@pytest.mark.parametrize(("words", "length"), [(1, 16), (16, 16), (17, 32), (32, 32)])
def test_a_sentence_is_padded_to_the_next_length(words: int, length: int) -> None:
    assert reading_plan(words, LENGTHS) == [Window(length, 0, 0, words)]


def test_a_longer_one_is_read_in_overlapping_windows() -> None:
    assert reading_plan(60, LENGTHS) == [
        Window(32, 0, 0, 28),
        Window(32, 24, 28, 42),
        Window(32, 28, 42, 60),
    ]


@given(st.integers(1, 3000), st.sets(st.integers(2, 200), min_size=1))
def test_every_word_is_read_once_with_context(words: int, lengths: set[int]) -> None:
    windows = reading_plan(words, sorted(lengths))
    rows = [word for window in windows for word in range(window.first, window.end)]
    assert rows == list(range(words))
    for window in windows:
        end = window.start + window.length
        assert window.length in lengths and window.start <= window.first < window.end <= end
        margin = max(lengths) // 4 // 2
        assert window.start == 0 or window.first - window.start >= margin
        assert len(windows) == 1 or end == words or end - window.end >= margin


@pytest.mark.parametrize("words", [1, 512, 513, 700, 896, 897, 5000])
def test_a_long_sentence_is_read_in_the_pieces_of_pythons_tagger(words: int) -> None:
    pieces = iter(range(100))

    def read(sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        # Instead of logits, the number of the piece and that of the word.
        return [
            np.stack([np.full(len(f["word_ids"]), next(pieces)), f["word_ids"]], axis=1)
            for f in sentences
        ]

    (found,) = read_in_pieces(read, [{"word_ids": np.arange(words)}])
    plan = enumerate(reading_plan(words, ALL_LENGTHS))
    expected = [[n, word] for n, w in plan for word in range(w.first, w.end)]
    assert found.tolist() == expected


>>>>>>> i4-web
@pytest.mark.slow
@pytest.mark.parametrize("form", ["float32", "int8"])
def test_logits_are_those_of_any_length(
    export_folder: Path, trained_student: SavedStudent, form: str
) -> None:
    content = (export_folder / f"student_{form}.tflite").read_bytes()
    fixed, free = FixedLengthModel(content, LENGTHS), TFLiteModel(content)
    encode = trained_student.features.encode
    short = [s.words for s in read_demo("test") if len(s) <= max(LENGTHS)][:40]
    for words in short:
        expected = free.logits(encode(words))
        np.testing.assert_allclose(fixed.logits(encode(words)), expected, atol=1e-4)
    batch = fixed.batch_logits([encode(words) for words in short])
    np.testing.assert_array_equal(batch[3], fixed.logits(encode(short[3])))


@pytest.mark.slow
def test_pieces_change_little(export_folder: Path, trained_student: SavedStudent) -> None:
    content = (export_folder / "student_float32.tflite").read_bytes()
    fixed, free = FixedLengthModel(content, LENGTHS), TFLiteModel(content)
    words = [word for sentence in read_demo("test")[:30] for word in sentence.words]
    features = trained_student.features.encode(words)
    found, expected = fixed.logits(features), free.logits(features)
    assert found.shape == expected.shape and len(words) > 300
    assert np.mean(found.argmax(axis=1) == expected.argmax(axis=1)) > 0.95
