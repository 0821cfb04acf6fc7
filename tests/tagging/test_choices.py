import pytest

from bioner_kd.errors import UsageError
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.names import Names


def test_by_default_nothing_is_chosen() -> None:
    assert Choices() == NOTHING_CHOSEN == Choices(None, None)
    assert Choices(Names.of(), 1.0).min_precision == 1.0


@pytest.mark.parametrize("precision", [0, -0.1, 1.01, float("nan")])
def test_a_precision_is_above_0_and_at_most_1(precision: float) -> None:
    with pytest.raises(UsageError, match="must be above 0 and at most 1"):
        Choices(min_precision=precision)
