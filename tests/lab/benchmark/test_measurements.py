import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark import measurements
from bioner_kd.lab.benchmark.measurements import Failure, MedianRange, Profile, Reading, Score

from .made import measurement, results

EVERY = [
    measurement("int8", 1000),
    Score("int8", 84.5),
    Profile("int8", {"encoding": 1.0}, {"imports": 0.1}, {"imports": 10}),
    Failure("crf", "F1", "exit code 1: x"),
    Reading(
        "pubmed", 2, 600, 5000, reading=0.5, reading_cpu=0.4, seconds=2.0, cpu_seconds=1.5, load=0.1
    ),
]


def test_speed_is_words_and_milliseconds_of_sentences():
    one = measurement("int8", 1000)
    assert (one.words_per_second, one.milliseconds) == (1000, 25)
    assert one.words_per_cpu_second == 2000


def test_what_is_added_is_read_again(tmp_path):
    for record in EVERY:
        measurements.append(tmp_path / "m", record)
    assert measurements.read(tmp_path / "m") == EVERY


def test_nothing_is_there_before_the_first():
    assert measurements.read(measurements.Path("nowhere")) == []


def test_a_last_line_that_was_cut_short_is_measured_again(tmp_path):
    path = tmp_path / "m"
    measurements.append(path, EVERY[1])
    whole = path.read_text()
    path.write_text(whole + whole[:20])
    assert measurements.read(path) == [EVERY[1]]
    measurements.append(path, EVERY[3])
    assert measurements.read(path) == [EVERY[1], EVERY[3]]


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "other"}', '{"kind": "score"}', "5"])
def test_a_damaged_file_is_named_with_its_line(tmp_path, line):
    path = tmp_path / "m"
    measurements.append(path, EVERY[1])
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match="m:2: is no record .*--overwrite"):
        measurements.read(path)


def test_a_log_shows_the_heart_of_a_record():
    assert [measurements.shown(record) for record in EVERY[:3]] == [
        *["1,000 words/s, ready in 0.40 s", "84.50", "done"]
    ]
    assert measurements.shown(EVERY[4]) == "2,500 words/s of reading and tagging"


def test_a_spread_has_median_least_and_greatest():
    assert MedianRange.of([3, 1, 10, 2, 4]) == MedianRange(3, 1, 10)
    assert MedianRange.of([]) is None


def test_ratios_are_taken_within_a_round_before_their_median():
    # In round 2 the whole machine is ten times slower: 4, 4 and 5 times, and never 40.
    pairs = [(400, 100), (40, 10), (500, 100)]
    records = []
    for number, (ours, theirs) in enumerate(pairs, start=1):
        records.append(measurement("int8", ours, number=number))
        records.append(measurement("spacy", theirs, number=number))
    ratio = results(records).ratio("int8", "spacy", 1)
    assert ratio == MedianRange(pytest.approx(4), pytest.approx(4), pytest.approx(5))


def test_a_round_that_one_of_the_two_lacks_gives_no_ratio():
    records = [
        measurement("int8", 400, number=1),
        measurement("int8", 800, number=2),
        measurement("spacy", 100, number=2),
    ]
    assert results(records).ratio("int8", "spacy", 1).median == pytest.approx(8)
    assert results(records).ratio("int8", "spacy", 2) is None
    assert results(records).ratio("int8", "nobody", 1) is None


def test_two_cores_are_compared_with_one():
    ratio = results().ratio("int8_many", "int8_many", 2, other_threads=1)
    assert ratio == MedianRange(*[pytest.approx(1.8)] * 3)


def test_speeds_of_all_rounds_are_summed_up():
    found = results()
    assert found.spread("spacy", 1, lambda m: m.words_per_second) == MedianRange(
        *map(pytest.approx, (12_000, 6_000, 24_000))
    )
    assert found.spread("spacy", 1, lambda m: m.milliseconds).median == pytest.approx(25 / 12)
    assert found.threads() == [1, 2]


def test_sizes_are_compared_where_both_are_known():
    assert results().times_smaller("int8", "biobert_fp32") == pytest.approx(107.5)
    assert results().times_smaller("int8", "nobody") is None


def test_random_weights_have_no_f1():
    found = results([Score("int8", 84.5), Failure("spacy", "F1", "exit code 1: x")])
    assert (found.f1("int8"), found.f1("biobert_fp32")) == (84.5, None)
    assert [one.contestant for one in found.failures()] == ["spacy"]
