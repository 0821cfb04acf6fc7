"""A student in Keras tags as its exports do."""

from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.student_tagger import student_tagger
from bioner_kd.tagging.tagger import Tagger

TEXTS = [" ".join(s.text for s in read_demo("test")[n : n + 3]) for n in range(0, 30, 3)]


def test_it_finds_what_the_export_finds(trained_student: SavedStudent, export_folder: Path) -> None:
    found = student_tagger(trained_student).tag_texts(["", *TEXTS])
    expected = Tagger.load(export_folder, form="float32").tag_texts(["", *TEXTS])
    assert sum(map(len, found)) > 10
    for mine, other in zip(found, expected, strict=True):
        assert [(e.type, e.start, e.end) for e in mine] == [(e.type, e.start, e.end) for e in other]
        assert [e.score for e in mine] == pytest.approx([e.score for e in other], abs=1e-4)


def test_one_sentence_is_read_as_among_others(trained_student: SavedStudent) -> None:
    tagger = student_tagger(trained_student)
    together = tagger.tag_texts(TEXTS)
    for text, expected in zip(TEXTS, together, strict=True):
        found = tagger.tag(text)
        assert [(e.type, e.start, e.end) for e in found] == [
            (e.type, e.start, e.end) for e in expected
        ]
