"""Predictions of a run, computed once."""

import dataclasses
import gzip
import json
import shutil
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.study import predictions
from bioner_kd.lab.study.predictions import predict, predictions_file
from bioner_kd.tagging.tag_set import TagSet

from .made import SPLIT


@pytest.fixture
def student(trained_student: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_student.folder, tmp_path / "student"))


@pytest.fixture(scope="module")
def logits(trained_student: Any) -> dict[tuple[str, ...], np.ndarray]:
    """What the student says of each sentence, by its words."""
    rows = trained_student.logits(SPLIT.sentences)
    return {s.words: row for s, row in zip(SPLIT.sentences, rows, strict=True)}


@pytest.fixture
def loads(
    trained_student: Any, logits: dict[tuple[str, ...], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    """The folders whose model was loaded; none really is, which would take seconds each."""
    seen: list[Path] = []

    def load(folder: Path) -> Any:
        seen.append(folder)
        return types.SimpleNamespace(
            decoder=trained_student.decoder,
            parameters=trained_student.parameters,
            size=trained_student.size,
            logits=lambda sentences, batch_size, name="": [logits[s.words] for s in sentences],
        )

    monkeypatch.setattr(predictions, "load_model", load)
    return seen


def test_predictions_are_the_students_tags(student, trained_student, logits):
    made = predict(student, SPLIT, batch_size=8)
    assert made.tags == [trained_student.decoder.decode(logits[s.words]) for s in SPLIT.sentences]
    assert (made.teacher, made.parameters) == (False, trained_student.parameters)
    assert made.size == trained_student.size


def test_a_second_look_reads_what_the_first_one_kept(student, loads):
    first = predict(student, SPLIT, batch_size=8)
    assert predict(student, SPLIT, batch_size=8) == first
    assert loads == [student]
    assert predictions_file(student, SPLIT).name == "predicted_demo_devel.json.gz"


def test_other_splits_are_kept_beside_each_other(student, loads):
    half = dataclasses.replace(SPLIT, name="half", sentences=SPLIT.sentences[:40])
    assert len(predict(student, half, batch_size=8).tags) == 40
    assert len(predict(student, SPLIT, batch_size=8).tags) == len(SPLIT.sentences)
    assert (
        predict(student, half, batch_size=8).tags == predict(student, SPLIT, batch_size=8).tags[:40]
    )
    assert len(loads) == 2


def test_another_model_or_other_words_are_predicted_anew(student, loads):
    predict(student, SPLIT, batch_size=8)
    tables = student / "tables.json"
    tables.write_text(tables.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    predict(student, SPLIT, batch_size=8)
    fewer = dataclasses.replace(SPLIT, sentences=SPLIT.sentences[1:])
    assert len(predict(student, fewer, batch_size=8).tags) == len(SPLIT.sentences) - 1
    assert len(loads) == 3


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


def _shortened(content: bytes) -> bytes:
    record = json.loads(gzip.decompress(content))
    record["tags"][3] = record["tags"][3][:-1]
    return gzip.compress(json.dumps(record).encode())


def _without_parameters(content: bytes) -> bytes:
    record = json.loads(gzip.decompress(content))
    del record["parameters"]
    return gzip.compress(json.dumps(record).encode())


def _unknown_tag(content: bytes) -> bytes:
    record = json.loads(gzip.decompress(content))
    record["tags"][0][0] = 99
    return gzip.compress(json.dumps(record).encode())


DAMAGES = [
    _cut,
    _flipped,
    _shortened,
    _without_parameters,
    _unknown_tag,
    lambda _: b"",
    lambda _: b"[]",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_predictions_are_made_again(student, loads, damage):
    first = predict(student, SPLIT, batch_size=8)
    path = predictions_file(student, SPLIT)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert predict(student, SPLIT, batch_size=8) == first
    assert len(loads) == 2
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_scored_all_the_same(student, loads, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise InputError("cannot write here.")

    monkeypatch.setattr(predictions, "atomic_file", refuse)
    assert len(predict(student, SPLIT, batch_size=8).tags) == len(SPLIT.sentences)
    assert not predictions_file(student, SPLIT).exists()


def test_a_corpus_name_cannot_leave_the_folder(tmp_path):
    split = dataclasses.replace(SPLIT, corpus="../my corpus")
    assert predictions_file(tmp_path, split).name == "predicted_.._my_corpus_devel.json.gz"


def test_an_average_is_kept_with_its_first_teacher_and_apart_from_it(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    names = ("a", "a+b", "a+c", "a+b+c")
    paths = [
        predictions_file(Path(f"{tmp_path}/{name}".replace("+", f"+{tmp_path}/")), SPLIT)
        for name in names
    ]
    assert {path.parent for path in paths} == {tmp_path / "a"}
    assert len(set(paths)) == 4
    assert paths[1].name.startswith("predicted_demo_devel_mean_")


def test_a_student_of_other_tags_is_refused(student, loads):
    split = dataclasses.replace(SPLIT, corpus="genes", tag_set=TagSet(("O", "B-Gene", "I-Gene")))
    with pytest.raises(InputError, match="knows the tags O, .*, but genes has O, B-Gene, I-Gene"):
        predict(student, split, batch_size=8)
