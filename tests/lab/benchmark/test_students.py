"""The student in all its forms tags as it should."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.lab.benchmark import jobs, students
from bioner_kd.lab.benchmark.process import run_child
from bioner_kd.tagging.tagger import Tagger

_MODULE = students.__name__
SENTENCES = read_demo("test")[:6]


def tags_in_a_process(tmp_path: Path, opener: str, **options: object) -> list[list[str]]:
    jobs.write_sentences(tmp_path / "some", SENTENCES)
    arguments = {"opener": opener, "options": options, "sentences": str(tmp_path / "some")}
    (line,) = run_child(jobs.TAG, arguments, threads=1, timeout=600)
    return line.record["tags"]


@pytest.fixture(scope="module")
def expected(export_folder: Path) -> list[list[str]]:
    tagger = Tagger.load(export_folder, form="float32")
    return [tagger.tag_words(sentence.words) for sentence in SENTENCES]


@pytest.mark.slow
def test_an_exported_model_gives_its_own_tags(export_folder, expected, tmp_path):
    assert any(set(tags) - {"O"} for tags in expected)
    options = {"path": str(export_folder), "form": "float32"}
    assert tags_in_a_process(tmp_path, f"{_MODULE}:open_tagger", **options) == expected
    many = tags_in_a_process(tmp_path, f"{_MODULE}:open_tagger_many", **options, threads=1)
    assert many == expected


@pytest.mark.slow
def test_the_keras_student_gives_the_same_tags(trained_student: Any, expected, tmp_path):
    options = {"folder": str(trained_student.folder), "batch_size": 4}
    assert tags_in_a_process(tmp_path, f"{_MODULE}:open_student", **options) == expected


def test_entities_are_read_from_padded_arrays():
    found = {
        "tags": np.array([[b"B-D", b"I-D", b"O"], [b"B-E", b"", b""]]),
        "starts": np.array([[0, 4, 9], [2, -1, -1]], np.int32),
        "ends": np.array([[3, 8, 12], [5, -1, -1]], np.int32),
        "num_words": np.array([3, 1], np.int32),
    }
    assert list(students.spans_of_batch(found)) == [[("D", 0, 8)], [("E", 2, 5)]]


@pytest.mark.slow
def test_a_text_signature_is_given_batches_of_texts(tmp_path):
    import tensorflow as tf

    class Model(tf.Module):
        """Every text is a disease from its first character to its last."""

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def serve(self, text: Any) -> dict[str, Any]:
            ends = tf.strings.length(text, unit="UTF8_CHAR")[:, tf.newaxis]
            return {
                "tags": tf.fill(tf.shape(ends), "B-Disease"),
                "starts": tf.zeros_like(ends),
                "ends": ends,
                "num_words": tf.ones_like(ends)[:, 0],
            }

    model = Model()
    tf.saved_model.save(model, str(tmp_path / "1"), {"serving_default": model.serve})
    options = {"folder": str(tmp_path / "1"), "batch_size": 4}
    tags = tags_in_a_process(tmp_path, f"{_MODULE}:open_saved_model_texts", **options)
    assert tags == [["B-Disease", *["I-Disease"] * (len(s) - 1)] for s in SENTENCES]
