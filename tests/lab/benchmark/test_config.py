import pytest

from bioner_kd.errors import UsageError
from bioner_kd.lab.benchmark.config import BenchmarkConfig


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"sentences": -1}, "--sentences=-1: must be at least 0"),
        ({"slow_sentences": 0}, "--slow_sentences=0: must be at least 1"),
        ({"rounds": 0}, "--rounds=0"),
        ({"warm_up": 0}, "--warm_up=0"),
        ({"many_repeats": 0}, "--many_repeats=0"),
        ({"batch_size": 0}, "--batch_size=0"),
        ({"timeout": 0}, "--timeout=0: must be above 0"),
        ({"threads": ()}, "--threads=: must be numbers"),
        ({"threads": ("0",)}, "--threads=0"),
        ({"threads": ("1", "x")}, "--threads=1,x"),
        ({"threads": ("1", "1")}, "--threads=1,1"),
        ({"formats": ("brat",)}, "--formats=brat: must be chosen from lines, jsonl"),
        ({"formats": ("lines", "lines")}, "--formats=lines,lines: must be .*, each once"),
    ],
)
def test_settings_out_of_bounds_are_named(setting, says):
    with pytest.raises(UsageError, match=says):
        BenchmarkConfig(**setting)


def test_threads_become_numbers():
    assert BenchmarkConfig(threads=("1", "4")).cores == (1, 4)
