"""What is reached, what is missed and by how much."""

import dataclasses

import pytest

from bioner_kd.lab.benchmark.measurements import Measurement, Score
from bioner_kd.lab.benchmark.targets import Roles, targets

from .made import ROLES, contestants, good_records, measurement, results


def verdicts(records=None, roles=ROLES):
    return {target.what: target for target in targets(results(records), roles)}


def test_every_target_of_the_project_is_listed():
    found = verdicts()
    assert list(found) == [
        "words a second, times those of BioBERT's shape, fp32",
        "words a second, times those of BioBERT's shape, bf16",
        "bytes on disk, times smaller than BioBERT's shape, fp32",
        "words a second, times those of spaCy NER (CNN)",
        "F1, above that of spaCy NER (CNN)",
        "seconds from process start to the first tagged text",
        "peak memory of the process",
        "words a second of tag_many on 2 cores, times those on 1",
    ]
    needed = [target.needed for target in found.values()]
    assert needed == [
        *["at least 100 ×"] * 3,
        "at least 1.00 ×",
        "above 79.90",
        "under 0.50 s",
        "under 150 MB",
        "at least 1.80 ×",
    ]


def test_a_target_that_is_just_reached_is_reached():
    found = list(verdicts().values())
    assert [target.reached for target in found] == [True, False, *[True] * 6]
    assert found[0].share == pytest.approx(1.0)
    assert found[0].verdict == "reached (1.00 of what is needed)"


def test_a_missed_target_says_by_how_much_and_what_bounds_it():
    target = verdicts()["words a second, times those of BioBERT's shape, bf16"]
    assert (target.measured, target.verdict) == ("60 ×", "missed (0.60 of what is needed)")
    assert target.bound == "tokenising 10 %, encoding 10 %, interpreter 60 %, decoding 20 %"


def test_start_up_and_memory_are_bounded_by_what_comes_first():
    records = [
        dataclasses.replace(one, ready=0.8, memory=200_000_000)
        if isinstance(one, Measurement)
        else one
        for one in good_records()
    ]
    found = verdicts(records)
    ready = found["seconds from process start to the first tagged text"]
    assert (ready.measured, ready.reached, ready.share) == ("0.80 s", False, pytest.approx(1.6))
    assert ready.verdict == "missed (1.60 of what is allowed)"
    assert ready.bound == "imports 75 %, tables and model 25 %"
    memory = found["peak memory of the process"]
    assert (memory.measured, memory.reached) == ("200 MB", False)
    assert memory.bound == "after imports 40 MB, after tables and model 70 MB"


def test_a_file_that_is_too_large_is_told_by_its_parts(monkeypatch):
    larger = [
        dataclasses.replace(one, size=(one.size or 0) * 2) if one.name == "int8" else one
        for one in contestants()
    ]
    found = targets(dataclasses.replace(results(), contestants=larger), ROLES)[2]
    assert (found.measured, found.reached) == ("54 ×", False)
    assert found.bound == "student_int8.tflite 3.6 MB, tables.json 400 kB"


def test_an_equal_f1_is_not_higher():
    records = [*good_records(), Score("int8", 79.9)]
    assert verdicts(records)["F1, above that of spaCy NER (CNN)"].reached is False


def test_what_was_not_measured_is_neither_reached_nor_missed():
    found = verdicts([measurement("int8", 100)])
    assert {target.verdict for target in found.values()} >= {"not measured"}
    assert found["words a second of tag_many on 2 cores, times those on 1"].reached is None
    alone = verdicts([measurement("int8", 100)], Roles(single="int8"))
    assert "F1, above that of spaCy NER (CNN)" not in alone
    assert alone["peak memory of the process"].reached


def test_without_an_exported_student_nothing_is_reached():
    assert {target.reached for target in targets(results(), Roles())} == {None}
