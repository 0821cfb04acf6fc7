"""The .tflite files: equal to the Keras student, whole at every length, builtin operations only."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tensorflow.lite.python import schema_py_generated as schema

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export import tflite
from bioner_kd.export.tflite import SMALLEST_ROUNDED, operators, tflite_models
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import FLOAT16, FLOAT32, INT8, LENGTHS, TFLITE_FILES
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import (
    FIRST_ENTRY,
    LEARNT,
    VECTOR,
    FeatureConfig,
    WordFeatures,
)
from bioner_kd.tagging.word_form import form_of
from bioner_kd.text.sentence import Sentence

from .trained_student import SMALL, make_student

ROOT = Path(__file__).resolve().parents[2]
FORMS = sorted(TFLITE_FILES)


def run(
    content: bytes, student: SavedStudent, words: tuple[str, ...], signature: str, length: int
) -> np.ndarray:
    """Logits of a sentence that is padded to a length."""
    padding = length - len(words)
    padded = {
        name: np.pad(ids, [(0, padding)] + [(0, 0)] * (ids.ndim - 1))[np.newaxis]
        for name, ids in student.features.encode(words).items()
    }
    runner = Interpreter(model_content=content, num_threads=1).get_signature_runner(signature)
    return runner(**padded)["logits"][0, : len(words)]


@pytest.fixture(params=FORMS)
def content(request: pytest.FixtureRequest, export_folder: Path) -> bytes:
    return (export_folder / TFLITE_FILES[request.param]).read_bytes()


def test_float32_logits_are_those_of_keras(
    export_folder: Path, trained_student: SavedStudent
) -> None:
    content = (export_folder / TFLITE_FILES["float32"]).read_bytes()
    sentences = read_demo("test")[:20]
    for sentence, logits in zip(sentences, trained_student.logits(sentences), strict=True):
        found = run(content, trained_student, sentence.words, "dyn", len(sentence))
        np.testing.assert_allclose(found, logits, atol=1e-4)


@pytest.mark.parametrize("words", [1, 7, 16])
@pytest.mark.parametrize(("signature", "length"), [("t16", 16), ("t32", 32), ("dyn", 50)])
def test_padding_changes_no_logits(
    content: bytes, trained_student: SavedStudent, words: int, signature: str, length: int
) -> None:
    sentence = tuple(word for s in read_demo("test")[:3] for word in s.words)[:words]
    plain = run(content, trained_student, sentence, "dyn", words)
    padded = run(content, trained_student, sentence, signature, length)
    np.testing.assert_allclose(padded, plain, atol=1e-5)


def test_one_sentence_leaves_nothing_behind_for_the_next(
    content: bytes, trained_student: SavedStudent
) -> None:
    runner = Interpreter(model_content=content, num_threads=1).get_signature_runner("dyn")

    def logits(words: tuple[str, ...]) -> np.ndarray:
        features = trained_student.features.encode(words)
        return runner(**{name: ids[np.newaxis] for name, ids in features.items()})["logits"]

    sentences = [sentence.words for sentence in read_demo("test")[:10]]
    first = [logits(words) for words in sentences]
    again = [logits(words) for words in reversed(sentences)]
    for one, other in zip(first, reversed(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_builtin_operations_are_used(content: bytes) -> None:
    found = operators(content)
    assert "WHILE" in found
    assert not [name for name in found if name.startswith(("CUSTOM", "Flex"))]
    # These keep state between calls.
    assert not {"UNIDIRECTIONAL_SEQUENCE_LSTM", "VAR_HANDLE", "READ_VARIABLE"} & set(found)


def test_an_operation_that_is_not_built_in_is_refused(
    trained_student: SavedStudent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tflite, "operators", lambda content: ["ADD", "CUSTOM:FlexBincount"])
    with pytest.raises(ValueError, match="student_float16.tflite: .* CUSTOM:FlexBincount"):
        tflite_models(trained_student, [FLOAT16], lengths=())


def test_every_signature_gives_the_same_logits_in_both_interpreters(
    content: bytes, trained_student: SavedStudent
) -> None:
    features = trained_student.features.encode(read_demo("test")[0].words[:16])
    rows = 16 - len(features["word_ids"])
    found = []
    for make in (Interpreter, tf.lite.Interpreter):
        interpreter = make(model_content=content, num_threads=1)
        for name in sorted(interpreter.get_signature_list()):
            length = rows if name in ("dyn", "batch", "t16") else rows + 16
            padded = {
                key: np.pad(ids, [(0, length)] + [(0, 0)] * (ids.ndim - 1))[np.newaxis]
                for key, ids in features.items()
            }
            logits = interpreter.get_signature_runner(name)(**padded)["logits"]
            found.append(logits[0, : len(features["word_ids"])].copy())
    assert len(found) == 8
    for logits in found:
        # int8 activations are rounded a little differently by the two.
        np.testing.assert_allclose(logits, found[0], atol=2e-3)


def weights(content: bytes) -> list[np.ndarray]:
    """Bytes of each constant of a file."""
    model = schema.Model.GetRootAs(content, 0)
    buffers = [model.Buffers(number) for number in range(model.BuffersLength())]
    return [buffer.DataAsNumpy() for buffer in buffers if buffer.DataLength()]


def test_no_room_for_results_is_stored(content: bytes, trained_student: SavedStudent) -> None:
    empty = [len(data) for data in weights(content) if not data.any()]
    # The state before the first word, of two directions.
    assert max(empty) == 2 * trained_student.model.config.units * 4


def test_nothing_is_stored_twice(content: bytes) -> None:
    large = [data.tobytes() for data in weights(content) if len(data) > 1000]
    assert len(set(large)) == len(large)


def test_large_weights_have_half_of_the_bytes_in_float16_and_a_quarter_in_int8(
    export_folder: Path,
) -> None:
    sizes = [
        [len(data) for data in weights((export_folder / TFLITE_FILES[form]).read_bytes())]
        for form in (FLOAT32, FLOAT16, INT8)
    ]
    large = [size for size in sizes[0] if size >= 4 * SMALLEST_ROUNDED]
    assert len(large) >= 2  # the products of the two directions, at least
    for size in large:
        assert size // 2 in sizes[1]
        assert size // 4 in sizes[2]
        assert size not in sizes[1] + sizes[2]


@pytest.mark.slow
@pytest.mark.parametrize("form", [FLOAT32, FLOAT16, INT8])
def test_fixed_vectors_have_a_byte_a_number_and_half_a_byte_in_int8(
    tmp_path: Path, form: str
) -> None:
    rows, size = 3000, 50
    student = student_with_vectors(tmp_path / "student", rows, size)
    content = tflite_models(student, [form], lengths=())[form]
    largest = max(map(len, weights(content)))
    words = rows + FIRST_ENTRY
    assert largest == words * (size // 2 + 1 if form == INT8 else size)
    sentence = read_demo("test")[0].words
    (expected,) = student.logits([Sentence.from_words(sentence)])
    found = run(content, student, sentence, "dyn", len(sentence))
    np.testing.assert_allclose(found, expected, atol=0.2 if form == INT8 else 2e-3)


def student_with_vectors(folder: Path, rows: int, size: int) -> SavedStudent:
    """An untrained student whose words have vectors."""
    forms = [form_of(word) for sentence in read_demo("train") for word in sentence.words]
    forms = list(dict.fromkeys([*forms, *map(str, range(rows))]))[:rows]
    tables = WordFeatures.from_sentences(
        read_demo("train"), FeatureConfig(features=(*LEARNT, VECTOR)), forms
    )
    tags = TagSet.from_sentences(read_demo("train"))
    config = StudentConfig(word_size=8, units=6, **SMALL)
    model = Student(config, tables.sizes(), len(tags), vector_size=size, tag_names=tags.tags)
    student = SavedStudent(model, tables, tags)
    student.logits([Sentence.from_words(["a"])])
    model.set_vectors(np.random.default_rng(2).normal(size=(rows, size)).astype(np.float32))
    return student


@pytest.mark.slow
def test_each_length_has_a_signature_and_all_share_the_weights(
    trained_student: SavedStudent,
) -> None:
    content = tflite_models(trained_student, [FLOAT32])[FLOAT32]
    names = Interpreter(model_content=content).get_signature_list()
    assert set(names) == {f"t{length}" for length in LENGTHS} | {"dyn", "batch"}
    long = Sentence.from_words(word for s in read_demo("test") for word in s.words).words
    for length in LENGTHS:
        words = long[: length - 1]
        plain = run(content, trained_student, words, "dyn", len(words))
        padded = run(content, trained_student, words, f"t{length}", length)
        np.testing.assert_allclose(padded, plain, atol=1e-5)
    alone = tflite_models(trained_student, [FLOAT32], lengths=())[FLOAT32]
    # What a signature adds is its graph: neither the weights again nor room for its results.
    assert len(content) - len(alone) < 25_000 * len(LENGTHS)


@pytest.mark.slow
def test_a_student_of_words_alone_and_two_layers_converts(tmp_path: Path) -> None:
    student = make_student(
        tmp_path / "student",
        features=FeatureConfig(features=("word",)),
        config=StudentConfig(word_size=8, units=6, layers=2, **SMALL),
        steps=0,
    )
    content = tflite_models(student, [FLOAT32], lengths=(16,))[FLOAT32]
    words = read_demo("test")[0].words[:12]
    (logits,) = student.logits([Sentence.from_words(words)])
    np.testing.assert_allclose(run(content, student, words, "t16", 16), logits, atol=1e-4)


LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from bioner_kd.export.tflite import tflite_models
from bioner_kd.student.saved_student import load_student
student = load_student(Path(sys.argv[1]))
contents = tflite_models(student, ["float32", "float16", "int8"], lengths=(16,))
print(*map(len, contents.values()))
"""


@pytest.mark.slow
def test_conversion_keeps_within_a_memory_limit_and_needs_no_network(
    trained_student: SavedStudent,
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, str(trained_student.folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.split()) == 3
