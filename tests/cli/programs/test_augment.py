import gzip

import numpy as np
import pytest

from bioner_kd.cli.programs import augment
from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.labelling import write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.tokenizer import MASK, sentence_from_text, split_words

from ..conftest import load_program


def run(*arguments: str):
    program = load_program("augment")
    program.values(["augment", *arguments])
    augment.main(program)


@pytest.fixture
def cache(tmp_path):
    """A labelled text of which two sentences have a mention, the last word of each."""
    sentences = [sentence_from_text(text) for text in ("This is gout", "No news", "I have asthma")]
    ids = ([0, 0, 1], [0, 0], [0, 0, 1])
    logits = [np.eye(2, dtype=np.float32)[row] for row in ids]
    store = LogitsCache(tmp_path / "cache" / "text")
    list(store.write(sentences, {"tags": ["O", "B-Disease"]}, lambda part: logits))
    write_sentences(tmp_path / "cache" / "text", sentences)
    return tmp_path / "cache"


def test_the_train_split_is_augmented_reproducibly(tmp_path):
    out = tmp_path / "new.txt.gz"
    run(f"--output={out}", "--copies=2")
    with gzip.open(out, "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert 420 < len(lines) <= 840
    known = {word for s in read_demo("train") for word in split_words(s.text)}
    assert {word for line in lines for word in split_words(line)} - known == {MASK}
    before = out.read_bytes()
    with pytest.raises(InputError, match="this file exists already.*--overwrite"):
        run(f"--flagfile={out}.cfg")
    run(f"--flagfile={out}.cfg", "--overwrite")
    assert out.read_bytes() == before


def test_mentions_that_a_teacher_found_are_exchanged(tmp_path, cache):
    out = tmp_path / "new.txt"
    run(
        "--corpus=", f"--cache={cache}", f"--output={out}", "--replace_mentions=1", "--mask_words=0"
    )
    assert out.read_text(encoding="utf-8") == "This is asthma\nI have gout\n"


def test_mentions_of_the_corpus_come_into_the_text_and_the_other_way(tmp_path, cache):
    out = tmp_path / "new.txt"
    run(f"--cache={cache}", f"--output={out}", "--replace_mentions=1", "--copies=9")
    lines = out.read_text(encoding="utf-8").splitlines()
    text = {line for line in lines if line.startswith("I have ")}
    assert len(text) > 2
    assert any("gout" in line for line in lines if "have" not in line and "This" not in line)


def test_nothing_to_augment_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="name a --corpus, a --cache, or both"):
        run("--corpus=", f"--output={tmp_path / 'new.txt'}")


def test_nothing_new_is_an_input_error(tmp_path, cache):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "train.tsv").write_text("gout\tB-Disease\n")
    arguments = (f"--corpus={corpus}", f"--output={tmp_path / 'new.txt'}", "--mask_words=0")
    with pytest.raises(InputError, match="No new sentence came of 1"):
        run(*arguments)
    assert not (tmp_path / "new.txt").exists()


def test_a_cache_without_text_is_named(tmp_path):
    with pytest.raises(InputError, match="cache_logits --text"):
        run(f"--cache={tmp_path}", f"--output={tmp_path / 'new.txt'}")
