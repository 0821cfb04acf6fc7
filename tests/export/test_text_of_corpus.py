"""The whole test split of NCBI-disease as raw text: the graph gives what the Tagger gives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.export.parity import Row, compare_texts, tag_in_graph
from bioner_kd.export.saved_model import write_saved_model
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.decoding import entities_from_tags
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.formats.conll import read_conll
from bioner_kd.text.sentence_splitter import split_sentences

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def split(public_file: Callable[[str], Path]) -> list:
    return read_conll(public_file("NCBI-disease/test.tsv"))


@pytest.fixture(scope="module", params=["plain", "crf"])
def student(
    request: pytest.FixtureRequest,
    trained_student: SavedStudent,
) -> SavedStudent:
    if request.param == "plain":
        return trained_student
    return request.getfixturevalue("crf_student")


@pytest.fixture(scope="module")
def version(student: SavedStudent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "1"
    write_saved_model(student, folder)
    return folder


def test_no_word_differs_from_the_keras_students(
    split: list, version: Path, student: SavedStudent
) -> None:
    found = compare_texts(version, split, student)
    assert found["words"] == sum(map(len, split)) > 24_000
    assert found["words_that_differ"] == 0
    assert found["largest_score_difference"] < 1e-5


def test_entities_offsets_and_tags_are_the_taggers(split: list, version: Path) -> None:
    tagger, entities = Tagger.load(version), 0
    texts = [sentence.text for sentence in split]
    # Abstracts too, which are cut into sentences.
    texts += [" ".join(texts[n : n + 10]).replace(" .", ".") for n in range(0, len(texts), 10)]
    for text, rows in zip(texts, tag_in_graph(texts, version), strict=True):
        expected = tagger.tag(text)
        assert_same_tags(rows, text, tagger)
        found = entities_from_tags(
            [row[1] for row in rows], [row[2] for row in rows], [row[3:5] for row in rows], text
        )
        assert [(e.type, e.text, e.start, e.end) for e in found] == [
            (e.type, e.text, e.start, e.end) for e in expected
        ]
        scores = [entity.score for entity in expected]
        np.testing.assert_allclose([entity.score for entity in found], scores, atol=1e-4)
        entities += len(expected)
    assert entities > 500


def assert_same_tags(rows: list[Row], text: str, tagger: Tagger) -> None:
    sentences = split_sentences(text)
    assert [(row[0], *row[3:5]) for row in rows] == [
        (word, *span) for s in sentences for word, span in zip(s.words, s.spans, strict=True)
    ]
    assert [row[1] for row in rows] == [t for s in sentences for t in tagger.tag_words(s.words)]
