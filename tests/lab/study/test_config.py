import pytest

from bioner_kd.errors import UsageError
from bioner_kd.lab.study.config import ReportConfig, SweepConfig


@pytest.mark.parametrize("jobs", [0, -1])
def test_fewer_than_one_job_is_refused(jobs):
    with pytest.raises(UsageError, match="--jobs.*at least 1"):
        SweepConfig(jobs=jobs)


def test_a_study_has_a_folder():
    with pytest.raises(UsageError, match="--output"):
        SweepConfig(output="")


@pytest.mark.parametrize("pair", ["a", "a vs b vs c", "avsb"])
def test_a_pair_has_two_groups(pair):
    with pytest.raises(UsageError, match=f"--pairs={pair}: must be 'GROUP vs GROUP'"):
        ReportConfig(pairs=("x vs y", pair))


def test_a_pair_may_hold_what_names_of_groups_hold():
    config = ReportConfig(pairs=("taught, alpha=0.3 vs scratch",))
    assert config.named_pairs == [("taught, alpha=0.3", "scratch")]
