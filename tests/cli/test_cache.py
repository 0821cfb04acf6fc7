import gzip

import pytest

from bioner_kd.cli import cache
from bioner_kd.errors import UsageError

from .conftest import load_program


def texts(*arguments: str):
    program = load_program("cache_logits")
    program.values(["cache_logits", *arguments])
    return cache.read_texts(program)


def test_splits_are_labelled_under_their_own_names():
    found = texts("--corpus=demo", "--splits=devel,test")
    assert {name: len(sentences) for name, sentences in found.items()} == {"devel": 80, "test": 100}


def test_plain_text_is_labelled_a_line_a_sentence(tmp_path):
    with gzip.open(tmp_path / "text.gz", "wt", encoding="utf-8") as file:
        file.write("Aspirin helps.\n\nβ-blockers do not.\n")
    found = texts("--splits=", f"--text={tmp_path / 'text.gz'}")
    assert [s.words[0] for s in found[cache.TEXT]] == ["Aspirin", "β"]


def test_a_split_that_no_corpus_has_is_refused():
    with pytest.raises(UsageError, match="trian"):
        texts("--splits=trian")
