"""word2vec on a small text."""

import logging as standard_logging
import math
import tempfile

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import MASK
from bioner_kd.vectors.learning import ALGORITHMS, VectorConfig, learn_vectors
from bioner_kd.vectors.reader import read_vectors
from bioner_kd.vectors.word_vectors import WordVectors, write_vectors


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        *((name, 0, "at least 1") for name in ("size", "window", "min_count", "epochs")),
        ("negative", 0, "at least 1"),
        ("workers", 0, "at least 1"),
        ("algorithm", "glove", "one of skipgram, cbow"),
        ("sample", -1e-4, "at least 0 and below 1"),
        ("sample", 1.0, "at least 0 and below 1"),
        ("sample", math.nan, "at least 0 and below 1"),
        ("seed", -1, r"in \[0, 2\*\*32\)"),
        ("seed", 2**32, r"in \[0, 2\*\*32\)"),
    ],
)
def test_settings_out_of_bounds_are_named(setting, value, rule):
    with pytest.raises(UsageError, match=f"--{setting}={value}: must be {rule}"):
        VectorConfig(**{setting: value})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_bounds_themselves_are_allowed(algorithm):
    VectorConfig(
        size=1, window=1, min_count=1, epochs=1, negative=1, sample=0.0, seed=2**32 - 1, workers=1,
        algorithm=algorithm,
    )  # fmt: skip


DRUGS, PARTS = ["aspirin", "ibuprofen", "codeine"], ["liver", "kidney", "spleen"]


def invented_text(sentences: int = 1500) -> list[Sentence]:
    """Drugs stand where drugs do and parts of the body where those do."""
    rng = np.random.default_rng(3)
    texts = []
    for _ in range(sentences):
        drug, part = rng.choice(DRUGS), rng.choice(PARTS)
        texts.append(f"patients swallow {drug} tablets twice daily with water")
        texts.append(f"surgeons resect the {part} under general anaesthesia here")
    return [Sentence.from_words(text.split()) for text in texts]


def tiny(**changes) -> VectorConfig:
    defaults = {"size": 16, "epochs": 3, "sample": 0.0, "workers": 1, "window": 2}
    return VectorConfig(**{**defaults, **changes})


def cosine(vectors: WordVectors, one: str, other: str) -> float:
    a, b = (vectors.matrix[vectors.words.index(word)] for word in (one, other))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_words_of_like_contexts_get_like_vectors(algorithm):
    vectors = learn_vectors(invented_text(), tiny(algorithm=algorithm))
    within = [cosine(vectors, group[0], word) for group in (DRUGS, PARTS) for word in group[1:]]
    across = [cosine(vectors, drug, part) for drug in DRUGS for part in PARTS]
    assert min(within) > max(across) + 0.2


def test_words_are_forms_by_frequency():
    text = ["Gene gene GENE", "p53 p21 gene", "β - Gene", "once β"]
    sentences = [Sentence.from_words(line.split()) for line in text]
    vectors = learn_vectors(sentences, tiny(min_count=2, size=4))
    assert vectors.words[0] == "gene"
    assert set(vectors.words) == {"gene", "p00", "beta"}
    assert vectors.matrix.shape == (3, 4) and vectors.matrix.dtype == np.float32


def test_masked_and_endless_words_get_no_vector(tmp_path, absl_log):
    longest, endless = "a" * 9_999, "b" * 10_000
    text = [Sentence.from_words(["gene", MASK, longest, endless])] * 5
    vectors = learn_vectors(text, tiny(size=4, epochs=1))
    assert set(vectors.words) == {"gene", longest}
    assert "2 more do not: masked, or of 10000 bytes or more" in absl_log.text
    write_vectors(tmp_path / "vectors.bin", vectors)
    assert read_vectors(tmp_path / "vectors.bin").words == vectors.words


def test_one_worker_repeats_exactly_and_another_seed_does_not():
    first, again, other = (
        learn_vectors(read_demo("train"), tiny(epochs=1, seed=seed)) for seed in (5, 5, 6)
    )
    assert first.words == again.words == other.words
    assert first.matrix.tobytes() == again.matrix.tobytes() != other.matrix.tobytes()


def test_several_workers_train_too():
    vectors = learn_vectors(read_demo("train"), tiny(workers=3))
    assert len(vectors.words) > 300 and np.isfinite(vectors.matrix).all()


@pytest.mark.parametrize("sentences", [[], invented_text(1)])
def test_a_text_without_a_frequent_word_is_refused(sentences):
    words = sum(map(len, sentences))
    with pytest.raises(InputError, match=f"{words} words in .* none is there --min_count=9 times"):
        learn_vectors(sentences, tiny(min_count=9))


def test_a_line_of_any_length_is_read_whole(caplog):
    words = [f"word{chr(97 + number % 26)}" for number in range(30_000)]
    with caplog.at_level(standard_logging.INFO, logger="absl"):
        vectors = learn_vectors([Sentence.from_words(words)], tiny(epochs=1, min_count=1000))
    assert len(vectors.words) == 26
    assert "30,000 words in" in caplog.text


def test_sentences_are_gone_through_once():
    learn_vectors(iter(invented_text(50)), tiny(epochs=2))


def test_each_epoch_is_logged_and_gensims_own_lines_are_not(caplog):
    with caplog.at_level(standard_logging.INFO, logger="absl"):
        learn_vectors(invented_text(50), tiny(epochs=2))
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("800 words in 100 sentences; ")
    assert [line[:9] for line in lines[1:]] == ["Epoch 1/2", "Epoch 2/2"]
    assert standard_logging.getLogger("gensim").level == standard_logging.NOTSET


def test_nothing_stays_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stopped():
        yield from invented_text(5)
        assert list(tmp_path.iterdir())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_vectors(stopped(), tiny())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_for_temporary_files_is_named():
    def sentences():
        yield Sentence.from_words(["gene"])
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device.*TMPDIR"):
        learn_vectors(sentences(), tiny())
