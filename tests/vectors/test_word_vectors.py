"""Words with a vector each, their forms, and their files, which gensim reads as well."""

import gzip
import lzma

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.vectors.reader import read_vectors
from bioner_kd.vectors.word_vectors import WordVectors, can_be_stored, write_vectors


def vectors(*words: str) -> WordVectors:
    return WordVectors(words, np.zeros((len(words), 3), np.float32))


def test_the_size_is_that_of_a_row():
    assert vectors("a", "b").size == 3


def test_words_are_found_by_their_forms():
    assert vectors("The", "β-blocker", "</s>").by_form() == {"the": 0, "beta-blocker": 1, "</s>": 2}


def test_of_several_words_of_a_form_the_first_wins():
    assert vectors("P53", "gene", "p21", "GENE").by_form() == {"p00": 0, "gene": 1}


@pytest.mark.parametrize("words", [("Gene", "gene", "GENE"), ("GENE", "Gene", "gene")])
def test_the_word_that_is_the_form_itself_wins_wherever_it_stands(words):
    assert vectors(*words).by_form() == {"gene": words.index("gene")}


@pytest.mark.parametrize(
    ("words", "matrix", "fault"),
    [
        (("a",), np.zeros((2, 3), np.float32), "1 words for 2 vectors"),
        (("a",), np.zeros((1, 3)), "float64"),
        (("a",), np.zeros(1, np.float32), "must be of float32"),
        (("a", "b", "a"), np.zeros((3, 1), np.float32), "twice"),
        (("a b",), np.zeros((1, 1), np.float32), "'a b' cannot be a word"),
    ],
)
def test_words_and_rows_that_do_not_belong_together_are_refused(words, matrix, fault):
    with pytest.raises(ValueError, match=fault):
        WordVectors(words, matrix)


@pytest.mark.parametrize("word", ["", " ", "a b", "a\tb", "a\n", "\ra", "a\0"])
def test_what_a_file_of_vectors_cannot_hold(word):
    assert not can_be_stored(word)


@pytest.mark.parametrize("word", ["gene", "</s>", "β", "a\u00a0b", "a\u2028b", "0.5"])
def test_what_a_file_of_vectors_can_hold(word):
    assert can_be_stored(word)


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)
STORABLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(can_be_stored)
both_formats = pytest.mark.parametrize("binary", [True, False], ids=["binary", "text"])


@st.composite
def word_vectors(draw: st.DrawFn) -> WordVectors:
    words = draw(st.lists(STORABLE, min_size=1, max_size=6, unique=True))
    size = draw(st.integers(2, 5))
    row = st.lists(NUMBERS, min_size=size, max_size=size)
    rows = draw(st.lists(row, min_size=len(words), max_size=len(words)))
    return WordVectors(tuple(words), np.array(rows, np.float32))


def reads_as_text(data: bytes) -> bool:
    """Whether a binary file is so small that, by chance, each of its bytes could be of a text."""
    return not set(data) & {*range(9), *range(14, 32)} and "\ufffd" not in data.decode(
        errors="replace"
    )


def same(one: WordVectors, other: WordVectors) -> bool:
    return one.words == other.words and one.matrix.tobytes() == other.matrix.tobytes()


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress])
@both_formats
@settings(deadline=None)
@given(vectors=word_vectors())
def test_any_vectors_come_back_from_a_file(tmp_path_factory, binary, compress, vectors):
    path = tmp_path_factory.mktemp("round") / "vectors"
    write_vectors(path, vectors, binary=binary)
    assume(not binary or not reads_as_text(path.read_bytes()))
    path.write_bytes(compress(path.read_bytes()))
    assert same(read_vectors(path), vectors)


@pytest.fixture
def some() -> WordVectors:
    words = ("the", "β-blocker", "10\u00a0mg", "</s>")
    return WordVectors(words, np.random.default_rng(1).normal(size=(4, 7)).astype(np.float32))


@both_formats
def test_gensim_reads_what_is_written(tmp_path, some, binary):
    from gensim.models import KeyedVectors

    write_vectors(tmp_path / "vectors", some, binary=binary)
    read = KeyedVectors.load_word2vec_format(tmp_path / "vectors", binary=binary)
    assert same(WordVectors(tuple(read.index_to_key), read.vectors), some)


@both_formats
def test_what_gensim_writes_is_read(tmp_path, some, binary):
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(some.size)
    vectors.add_vectors(list(some.words), some.matrix)
    vectors.save_word2vec_format(str(tmp_path / "vectors"), binary=binary)
    assert same(read_vectors(tmp_path / "vectors"), some)


def test_known_files(tmp_path):
    vectors = WordVectors(("a", "β"), np.array([[1, -0.5], [0.1, 2**-30]], np.float32))
    write_vectors(tmp_path / "text", vectors, binary=False)
    text = "2 2\na 1 -0.5\nβ 0.100000001 9.31322575e-10\n"
    assert (tmp_path / "text").read_text(encoding="utf-8") == text
    write_vectors(tmp_path / "binary", vectors)
    first, second = (row.tobytes() for row in vectors.matrix)
    assert (tmp_path / "binary").read_bytes() == b"2 2\na " + first + "β ".encode() + second


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path, some, monkeypatch):
    (tmp_path / "vectors").write_text("old")
    monkeypatch.setattr("bioner_kd.vectors.word_vectors._binary", lambda _: iter([b"new", 1]))
    with pytest.raises(TypeError):
        write_vectors(tmp_path / "vectors", some)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]
    assert (tmp_path / "vectors").read_text() == "old"


def test_a_place_that_cannot_be_written_is_named(tmp_path, some):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=str(tmp_path / "file")):
        write_vectors(tmp_path / "file" / "vectors", some)
