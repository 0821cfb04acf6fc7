"""The .tflite files: equal to the Keras student, whole at every length, builtin operations only."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from bioner_kd.artefact.layout import LENGTHS, TFLITE_FILES
from bioner_kd.corpus.demo import read_demo
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.encoding.word_features import FeatureConfig
from bioner_kd.export.tflite import operators, tflite_models
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.saved_student import SavedStudent

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


def test_int8_weights_are_smaller(export_folder: Path) -> None:
    sizes = {form: (export_folder / name).stat().st_size for form, name in TFLITE_FILES.items()}
    assert sizes["int8"] < sizes["float32"]


@pytest.mark.slow
def test_each_length_has_a_signature_and_all_share_the_weights(
    trained_student: SavedStudent,
) -> None:
    (content,) = tflite_models(trained_student, [False])
    names = Interpreter(model_content=content).get_signature_list()
    assert set(names) == {f"t{length}" for length in LENGTHS} | {"dyn"}
    long = Sentence.from_words(word for s in read_demo("test") for word in s.words).words
    for length in LENGTHS:
        words = long[: length - 1]
        plain = run(content, trained_student, words, "dyn", len(words))
        padded = run(content, trained_student, words, f"t{length}", length)
        np.testing.assert_allclose(padded, plain, atol=1e-5)
    (alone,) = tflite_models(trained_student, [False], lengths=())
    # What a signature adds is its graph, and zeros to write its outputs to: not the weights again.
    zeros = sum(LENGTHS) * trained_student.model.config.units * 4
    assert len(content) - len(alone) < zeros + 40_000 * len(LENGTHS)
    assert len(content) < 2 * 4 * trained_student.parameters + zeros + 40_000 * len(LENGTHS)


@pytest.mark.slow
def test_a_student_of_words_alone_and_two_layers_converts(tmp_path: Path) -> None:
    student = make_student(
        tmp_path / "student",
        features=FeatureConfig(features=("word",)),
        config=StudentConfig(word_size=8, units=6, layers=2, **SMALL),
        steps=0,
    )
    (content,) = tflite_models(student, [False], lengths=(16,))
    words = read_demo("test")[0].words[:12]
    (logits,) = student.logits([Sentence.from_words(words)])
    np.testing.assert_allclose(run(content, student, words, "t16", 16), logits, atol=1e-4)


LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from bioner_kd.export.tflite import tflite_models
from bioner_kd.student.saved_student import load_student
contents = tflite_models(load_student(Path(sys.argv[1])), [False, True], lengths=(16,))
print(*map(len, contents))
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
    assert len(result.stdout.split()) == 2
