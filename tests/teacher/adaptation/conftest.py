"""Fixtures of the tests of continued pretraining."""

from pathlib import Path

import pytest

from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer

from ..tiny_bert import write_checkpoint


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare BERT without dropout, so that runs repeat."""
    folder = tmp_path_factory.mktemp("pretrained")
    write_checkpoint(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return folder


@pytest.fixture(scope="session")
def tokenizer(pretrained: Path) -> SubwordTokenizer:
    return load_tokenizer(pretrained)
