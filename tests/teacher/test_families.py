"""A teacher of a family other than BERT, from its checkpoint to the logits of the saved teacher."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import UsageError
from bioner_kd.teacher.config import ReadingConfig
from bioner_kd.teacher.fine_tuning import fine_tune
from bioner_kd.teacher.saved_teacher import load_teacher, teacher_fingerprint
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.config import TrainingConfig

from .checkpoint.test_encoder_model import random_state
from .tiny_families import write_byte_level, write_family, write_word_pieces

WINDOWS = WindowConfig(max_subwords=24, overlap=8)
SENTENCES = [
    Sentence.from_words(words.split(), tags.split(), path="train.tsv", line=1)
    for words, tags in [
        ("the tumor of a gene", "O B-Disease O O O"),
        ("gene tumor gene and tumor", "O B-Disease I-Disease O B-Disease"),
        (" ".join(["gene", "tumor"] * 20), " ".join(["O", "B-Disease"] * 20)),
        ("β", "O"),
    ]
]

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")


def tune(pretrained, folder, **options):
    folder.mkdir(exist_ok=True)
    fine_tune(
        pretrained,
        SENTENCES,
        SENTENCES,
        training=TrainingConfig(epochs=2, batch_size=3, learning_rate=1e-3),
        windows=WINDOWS,
        folder=folder,
        settings={},
        **options,
    )


@pytest.fixture(params=["roberta", "mpnet", "deberta-v2"])
def pretrained(request, tmp_path):
    folder = tmp_path / "pretrained"
    if request.param == "roberta":
        write_family(folder, "roberta", vocab_size=300)
        write_byte_level(folder)
    else:
        write_family(folder, request.param)
        write_word_pieces(folder, request.param)
    save_file(random_state(folder, request.param), folder / "model.safetensors")
    return folder


@pytest.mark.slow
def test_a_teacher_of_another_family_is_tuned_saved_and_read_in_parts(pretrained, tmp_path):
    tune(pretrained, tmp_path / "teacher", reading=ReadingConfig(subword_budget=24))
    whole = load_teacher(tmp_path / "teacher", ReadingConfig(subword_budget=10_000))
    parts = load_teacher(tmp_path / "teacher", ReadingConfig(subword_budget=24))
    pairs = zip(whole.logits(SENTENCES), parts.logits(SENTENCES), strict=True)
    for sentence, (one, other) in zip(SENTENCES, pairs, strict=True):
        assert one.shape == (len(sentence), 3)
        np.testing.assert_allclose(one, other, atol=1e-4)
    _, states = whole.logits_and_hidden_states(SENTENCES)
    assert [rows.shape for rows in states] == [(len(s), 32) for s in SENTENCES]


def test_windows_longer_than_the_positions_that_are_left_are_a_usage_error(tmp_path):
    folder = tmp_path / "pretrained"
    write_family(folder, "mpnet", max_position_embeddings=25)
    write_word_pieces(folder, "mpnet")
    with pytest.raises(UsageError, match="--max_subwords=24: .* has positions for 23 subwords"):
        tune(folder, tmp_path / "teacher")


def test_a_budget_smaller_than_a_window_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="--subword_budget=23: must be at least --max_subwords=24"):
        tune(tmp_path, tmp_path / "teacher", reading=ReadingConfig(subword_budget=23))


def test_logits_in_bfloat16_have_a_fingerprint_of_their_own(tmp_path):
    (tmp_path / "tf_model.h5").write_bytes(b"x")
    (tmp_path / "tokenizer.json").write_bytes(b"x")
    (tmp_path / "bioner_kd.json").write_text(
        '{"tags": ["O", "B-X", "I-X"], "windows": {"max_subwords": 24, "overlap": 8}}'
    )
    plain = teacher_fingerprint(tmp_path)
    half = teacher_fingerprint(tmp_path, ReadingConfig(precision="bfloat16"))
    assert half == {**plain, "precision": "bfloat16"}
