import logging
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export import text_parity
from bioner_kd.export.text_parity import compare_texts, tag_in_python
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.text.sentence import Sentence


def test_a_split_with_texts_of_several_sentences_and_of_none(
    export_folder: Path, trained_student: SavedStudent
) -> None:
    texts = ["It was gout. No, it was not.", " ", *(s.text for s in read_demo("test")[:40])]
    sentences = [Sentence(text, (), ()) for text in texts]
    found = compare_texts(export_folder / "saved_model" / "1", sentences, trained_student)
    assert (found["texts"], found["words_that_differ"]) == (42, 0)
    assert found["words"] == 10 + sum(map(len, read_demo("test")[:40]))


def test_each_word_that_differs_is_counted_and_told(
    export_folder: Path,
    trained_student: SavedStudent,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sentences = read_demo("test")[:2]
    first, second = tag_in_python([s.text for s in sentences], trained_student)
    word, tag, score, start, end = first[1]
    others = [("x", tag, score, start, end), (word, "B-X", score, start, end)]
    others += [(word, tag, score, start + 1, end), (word, tag, score, start, end - 1)]
    version = export_folder / "saved_model" / "1"
    for other in others:
        changed = [first[0], other, *first[2:]], second[:-1]
        monkeypatch.setattr(text_parity, "tag_in_graph", lambda *_, rows=changed: iter(rows))
        with caplog.at_level(logging.WARNING, "absl"):
            assert compare_texts(version, sentences, trained_student)["words_that_differ"] == 2
    assert "2 words of text differ from Python's; none should" in caplog.text
    changed = [first[0], (word, tag, score - 0.25, start, end), *first[2:]], second
    monkeypatch.setattr(text_parity, "tag_in_graph", lambda *_: iter(changed))
    found = compare_texts(version, sentences, trained_student)
    assert found["words_that_differ"] == 0
    assert found["largest_score_difference"] == pytest.approx(0.25)
