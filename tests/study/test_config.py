import pytest

from bioner_kd.errors import UsageError
from bioner_kd.study.config import SweepConfig


@pytest.mark.parametrize("jobs", [0, -1])
def test_fewer_than_one_job_is_refused(jobs):
    with pytest.raises(UsageError, match="--jobs.*at least 1"):
        SweepConfig(jobs=jobs)


def test_a_study_has_a_folder():
    with pytest.raises(UsageError, match="--output"):
        SweepConfig(output="")
