from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.lab.benchmark import jobs, models
from bioner_kd.lab.benchmark.models import StandInTokenizer, shape_size
from bioner_kd.lab.benchmark.process import run_child
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.saved_teacher import load_teacher, save_teacher
from bioner_kd.teacher.tokenizer import load_tokenizer

from ...teacher.tiny_bert import write_checkpoint

SENTENCES = read_demo("test")[:6]


def tags_in_a_process(tmp_path: Path, opener: str, **options: object) -> list[list[str]]:
    jobs.write_sentences(tmp_path / "some", SENTENCES)
    arguments = {
        "opener": f"{models.__name__}:{opener}",
        "options": options,
        "sentences": str(tmp_path / "some"),
    }
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
    assert tags_in_a_process(tmp_path, "open_tagger", **options) == expected
    many = tags_in_a_process(tmp_path, "open_tagger_many", **options, threads=1)
    assert many == expected


@pytest.mark.slow
def test_the_keras_student_gives_the_same_tags(trained_student: Any, expected, tmp_path):
    options = {"folder": str(trained_student.folder), "batch_size": 4}
    assert tags_in_a_process(tmp_path, "open_student", **options) == expected


def test_entities_are_read_from_padded_arrays():
    found = {
        "tags": np.array([[b"B-D", b"I-D", b"O"], [b"B-E", b"", b""]]),
        "starts": np.array([[0, 4, 9], [2, -1, -1]], np.int32),
        "ends": np.array([[3, 8, 12], [5, -1, -1]], np.int32),
        "num_words": np.array([3, 1], np.int32),
    }
    assert list(models.spans_of_batch(found)) == [[("D", 0, 8)], [("E", 2, 5)]]


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
    tags = tags_in_a_process(tmp_path, "open_saved_model_texts", **options)
    assert tags == [["B-Disease", *["I-Disease"] * (len(s) - 1)] for s in SENTENCES]


TAGS = ["O", "B-Disease", "I-Disease"]
TINY = {
    "vocab_size": 28996,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
}


@pytest.mark.parametrize(
    ("word", "pieces"),
    [("a", 1), ("cancer", 1), ("cancers", 2), ("carcinomas", 2), ("adenocarcinoma", 3)],
)
def test_the_stand_in_cuts_long_words_into_more_pieces(word, pieces):
    assert len(StandInTokenizer().subwords(word)) == pieces


@given(st.text(min_size=1, max_size=60))
def test_the_stand_in_gives_ids_that_the_model_has(word):
    ids = StandInTokenizer().subwords(word)
    assert ids == StandInTokenizer().subwords(word)
    assert all(1000 <= number < models.SHAPE["vocab_size"] for number in ids)


def test_biobert_has_as_many_bytes_as_its_weights():
    # As transformers counts them: 107,721,987 with a head of three tags and no pooler.
    assert shape_size(3) == 4 * 107_721_987


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_shape_with_random_weights_tags_every_word(tmp_path, precision):
    options = {"tags": TAGS, "precision": precision, "batch_size": 2, "shape": TINY}
    found = tags_in_a_process(tmp_path, "open_shape", **options)
    assert [len(tags) for tags in found] == [len(sentence) for sentence in SENTENCES]
    assert {tag for tags in found for tag in tags} <= set(TAGS)


@pytest.mark.slow
def test_a_fine_tuned_teacher_gives_its_own_tags(tmp_path):
    write_checkpoint(tmp_path / "bert")
    tags = TagSet(tuple(TAGS))
    bert = load_token_classifier(tmp_path / "bert", tags.tags, fine_tuned=False)
    tokenizer = load_tokenizer(tmp_path / "bert")
    folder = tmp_path / "teacher"
    folder.mkdir()
    model = Teacher(bert, pad_id=tokenizer.pad_id)
    save_teacher(folder, model, tokenizer, tags, WindowConfig(64, 16), "bert")
    found = tags_in_a_process(tmp_path, "open_teacher", folder=str(folder), batch_size=2)
    teacher = load_teacher(folder)
    assert found == [teacher.decoder.decode(rows) for rows in teacher.logits(SENTENCES)]


MODULE = "uses_threads"
SOURCE = """
def report_threads(report):
    from bioner_kd.lab.benchmark.models import use_threads
    use_threads()
    import tensorflow as tf
    threading = tf.config.threading
    report({
        "inside": threading.get_intra_op_parallelism_threads(),
        "between": threading.get_inter_op_parallelism_threads(),
    })
"""


@pytest.mark.slow
def test_tensorflow_gets_as_many_threads_as_its_process_has_cores(tmp_path, monkeypatch):
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (line,) = run_child(f"{MODULE}:report_threads", {}, threads=2, timeout=600)
    assert line.record == {"inside": 2, "between": 2}
