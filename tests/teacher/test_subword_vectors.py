"""Word vectors out of a teacher's subword embeddings, against numbers that can be seen by hand."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.subword_vectors import subword_vectors
from bioner_kd.text.tokenizer import MASK
from bioner_kd.vectors.word_vectors import WordVectors

from .tiny_bert import CONFIG, SPECIAL, VOCABULARY, write_checkpoint, write_config, write_tokenizer

TABLE = "bert.embeddings.word_embeddings.weight"


def write_teacher(folder, embeddings: dict[str, list[float]], name: str = TABLE) -> None:
    """A checkpoint whose pieces are these, and the special ones with embeddings of zero."""
    size = len(next(iter(embeddings.values())))
    rows = [*([[0.0] * size] * len(SPECIAL)), *embeddings.values()]
    write_config(folder, vocab_size=len(rows), hidden_size=size, num_attention_heads=1)
    write_tokenizer(folder, [*SPECIAL, *embeddings])
    save_file({name: np.array(rows, np.float32)}, folder / "model.safetensors")


def rows(vectors: WordVectors) -> dict[str, list[float]]:
    matrix = vectors.matrix.round(5) + 0.0  # no -0.0
    return dict(zip(vectors.words, matrix.tolist(), strict=True))


def test_a_word_has_the_mean_of_its_subwords(tmp_path):
    # On one axis, centred at (2 + 0 - 2) / 3 = 0, "ab" is halfway between "a" and "##b".
    write_teacher(tmp_path, {"a": [2, 1, 1], "##b": [-2, 1, 1], "c": [-2, 1, 1]})
    vectors = subword_vectors(tmp_path, {"a": 3, "ab": 2, "c": 1}, size=1)
    assert vectors.words == ("a", "ab", "c")
    assert vectors.matrix.dtype == np.float32
    assert rows(vectors) == {"a": [2], "ab": [0], "c": [-2]}


def test_masked_and_endless_words_get_no_vector(tmp_path):
    write_teacher(tmp_path, {"a": [2, 1], "b": [-2, 1]})
    counts = {"a": 3, "b": 2, MASK: 4, "c" * 10_000: 5}
    assert subword_vectors(tmp_path, counts, size=1).words == ("a", "b")


def test_the_axes_are_the_principal_ones(tmp_path):
    corners = {"a": [4, 1, 0], "b": [-4, 1, 0], "c": [4, -1, 0], "d": [-4, -1, 0]}
    write_teacher(tmp_path, {piece: [7 + x, y - 5, z] for piece, (x, y, z) in corners.items()})
    vectors = subword_vectors(tmp_path, dict.fromkeys("abcd", 1), size=2)
    assert rows(vectors) == {piece: corner[:2] for piece, corner in corners.items()}


def test_spellings_of_a_form_are_averaged_by_their_counts(tmp_path):
    # Cased, because a piece has an upper-case letter; three "A" and one "a" make 3/4 of the way.
    write_teacher(tmp_path, {"a": [0, 0], "A": [4, 0], "b": [-3, 0]})
    vectors = subword_vectors(tmp_path, {"A": 3, "b": 2, "a": 1}, size=1)
    assert rows(vectors) == {"a": [3], "b": [-3]}


def test_words_are_forms_by_frequency_and_rare_ones_are_left_out(tiny_teacher_folder):
    counts = {"p53": 2, "p21": 2, "Gene": 3, "rare": 2, "β": 3, "\u0301": 9, "": 9, "a b": 9}
    vectors = subword_vectors(tiny_teacher_folder, counts, size=4, min_count=3)
    assert vectors.words == ("p00", "beta", "gene")


def test_all_axes_keep_all_distances(tmp_path):
    table = write_checkpoint(tmp_path)[TABLE]
    letters = list("abcdefghijklmnopqrstuvwxyz")
    vectors = subword_vectors(tmp_path, dict.fromkeys(letters, 1), size=CONFIG["hidden_size"])
    embedded = table[[VOCABULARY.index(letter) for letter in letters]]
    for one, other in ((0, 1), (5, 9), (25, 3)):
        assert np.linalg.norm(vectors.matrix[one] - vectors.matrix[other]) == pytest.approx(
            np.linalg.norm(embedded[one] - embedded[other]), rel=1e-4
        )


def test_the_axes_are_those_of_numpys_svd(tmp_path):
    table = write_checkpoint(tmp_path)[TABLE]
    letters = list("abcdefghijklmnopqrstuvwxyz0")
    vectors = subword_vectors(tmp_path, dict.fromkeys(letters, 1), size=6)
    embedded = table[[VOCABULARY.index(letter) for letter in vectors.words]]
    left, values, _ = np.linalg.svd(embedded - embedded.mean(axis=0), full_matrices=False)
    expected = (left * values)[:, :6]
    np.testing.assert_allclose(np.abs(vectors.matrix), np.abs(expected), atol=1e-4)


@pytest.mark.parametrize("name", [TABLE, TABLE.removeprefix("bert.")])
def test_pretrained_and_bare_encoders_are_read(tmp_path, name):
    write_teacher(tmp_path, {"a": [1, 0], "b": [-1, 0]}, name)
    assert rows(subword_vectors(tmp_path, {"a": 1, "b": 1}, size=1)) == {"a": [1], "b": [-1]}


@pytest.mark.slow
def test_a_fine_tuned_teacher_gives_the_vectors_of_its_checkpoint(tmp_path):
    from bioner_kd.teacher.checkpoint.heads import load_token_classifier
    from bioner_kd.teacher.tokenizer import load_tokenizer

    write_checkpoint(tmp_path / "pretrained")
    model = load_token_classifier(tmp_path / "pretrained", ["O", "B-Disease"], fine_tuned=False)
    model.save_pretrained(tmp_path / "teacher")
    load_tokenizer(tmp_path / "pretrained").save(tmp_path / "teacher")
    counts = {"gene": 3, "tumors": 2, "fibrous": 1}
    pretrained, teacher = (
        subword_vectors(tmp_path / name, counts, size=3) for name in ("pretrained", "teacher")
    )
    np.testing.assert_allclose(teacher.matrix, pretrained.matrix, atol=1e-6)


def test_more_numbers_than_the_teacher_has_are_refused(tiny_teacher_folder):
    with pytest.raises(UsageError, match="--size=33.* have 32 numbers"):
        subword_vectors(tiny_teacher_folder, {"gene": 1}, size=33)


def test_words_that_are_all_rare_are_refused(tiny_teacher_folder):
    with pytest.raises(InputError, match="--min_count=5"):
        subword_vectors(tiny_teacher_folder, {"gene": 4}, size=2, min_count=5)


@pytest.mark.parametrize(
    ("name", "table", "fault"),
    [
        ("bert.other.weight", np.ones((9, 2), np.float32), "one float tensor"),
        (TABLE, np.ones((9, 2), np.int8), "one float tensor"),
        (TABLE, np.ones(9, np.float32), "one float tensor"),
        (TABLE, np.ones((9, 2), np.float32), "embed 9 subwords"),
    ],
)
def test_weights_that_are_no_berts_are_refused(tiny_teacher_folder, name, table, fault):
    save_file({name: table}, tiny_teacher_folder / "model.safetensors")
    with pytest.raises(InputError, match=fault):
        subword_vectors(tiny_teacher_folder, {"gene": 1}, size=2)
