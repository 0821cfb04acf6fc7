"""Teachers as contestants."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.lab.benchmark import jobs, teachers
from bioner_kd.lab.benchmark.process import run_child
from bioner_kd.lab.benchmark.teachers import StandInTokenizer, shape_size
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.saved_teacher import load_teacher, save_teacher
from bioner_kd.teacher.tokenizer import load_tokenizer

from ...teacher.tiny_bert import write_checkpoint

SENTENCES = read_demo("test")[:5]
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
    assert all(1000 <= number < teachers.SHAPE["vocab_size"] for number in ids)


def test_biobert_has_as_many_bytes_as_its_weights():
    # As transformers counts them: 107,721,987 with a head of three tags and no pooler.
    assert shape_size(3) == 4 * 107_721_987


def tags_in_a_process(tmp_path: Path, opener: str, **options: object) -> list[list[str]]:
    jobs.write_sentences(tmp_path / "some", SENTENCES)
    arguments = {
        "opener": f"{teachers.__name__}:{opener}",
        "options": options,
        "sentences": str(tmp_path / "some"),
    }
    (line,) = run_child(jobs.TAG, arguments, threads=1, timeout=600)
    return line.record["tags"]


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
