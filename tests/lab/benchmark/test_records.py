"""Lines of JSON that survive an interruption."""

import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark import records
from bioner_kd.lab.benchmark.records import Failure, Profile, Score

from .made import measurement

EVERY = [
    measurement("int8", 1000),
    Score("int8", 84.5),
    Profile("int8", {"encoding": 1.0}, {"imports": 0.1}, {"imports": 10}),
    Failure("crf", "F1", "exit code 1: x"),
]


def test_speed_is_words_and_milliseconds_of_sentences():
    one = measurement("int8", 1000)
    assert (one.words_per_second, one.milliseconds) == (1000, 25)
    assert one.words_per_cpu_second == 2000


def test_what_is_added_is_read_again(tmp_path):
    for record in EVERY:
        records.append(tmp_path / "m", record)
    assert records.read(tmp_path / "m") == EVERY


def test_nothing_is_there_before_the_first():
    assert records.read(records.Path("nowhere")) == []


def test_a_last_line_that_was_cut_short_is_measured_again(tmp_path):
    path = tmp_path / "m"
    records.append(path, EVERY[1])
    whole = path.read_text()
    path.write_text(whole + whole[:20])
    assert records.read(path) == [EVERY[1]]
    records.append(path, EVERY[3])
    assert records.read(path) == [EVERY[1], EVERY[3]]


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "other"}', '{"kind": "score"}', "5"])
def test_a_damaged_file_is_named_with_its_line(tmp_path, line):
    path = tmp_path / "m"
    records.append(path, EVERY[1])
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match="m:2: is no record .*--overwrite"):
        records.read(path)


def test_a_log_shows_the_heart_of_a_record():
    assert [records.shown(record) for record in EVERY[:3]] == [
        *["1,000 words/s, ready in 0.40 s", "84.50", "done"]
    ]
