from dataclasses import dataclass

import pytest
from absl import flags

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, at_most, setting


@dataclass(frozen=True)
class Example(Settings):
    share: float = setting(0.5, "A share.", bound=at_most(1))
    steps: int = setting(3, "Steps.")
    fast: bool = setting(False, "Hurry.")
    name: str = setting("a", "A name.")
    kind: str = setting("x", "A kind.", choices=("x", "y"))
    parts: tuple[str, ...] = setting(("p", "q"), "Parts.")
    runs: tuple[str, ...] = setting(("r=1,2",), "Runs.", repeated=True)
    end: float | None = setting(None, "An end.")
    passes: int | None = setting(None, "Passes.")


CONCERN = FlagGroup("Example", Example(), {"steps": "Steps of this program."})


def read(*arguments: str) -> Example:
    values = flags.FlagValues()
    CONCERN.define(values)
    values(["program", *arguments])
    return CONCERN.read(values)


def test_without_flags_the_dataclass_is_its_default():
    assert read() == Example()


def test_every_type_of_field_is_read_from_its_flag():
    found = read(
        "--share=0.25", "--steps=7", "--fast", "--name=b c", "--kind=y", "--parts=s,t,u",
        "--runs=one=1,2", "--runs=two=3", "--end=0.75", "--passes=4",
    )  # fmt: skip
    runs = ("one=1,2", "two=3")
    assert found == Example(0.25, 7, True, "b c", "y", ("s", "t", "u"), runs, 0.75, 4)


def test_a_number_that_may_be_left_out_is_a_number_where_it_is_given():
    assert read("--share=1").end is None
    assert read("--end=1").end == 1.0
    with pytest.raises(flags.IllegalFlagValueError, match="end"):
        read("--end=never")
    assert read("--share=1").passes is None
    with pytest.raises(flags.IllegalFlagValueError, match="passes"):
        read("--passes=1.5")


def test_an_empty_list_has_no_parts():
    assert read("--parts=").parts == ()


def test_a_value_that_is_none_of_the_choices_is_refused():
    with pytest.raises(flags.IllegalFlagValueError, match="x"):
        read("--kind=z")


def test_the_dataclass_checks_what_flags_cannot():
    with pytest.raises(UsageError, match="--share=1.5"):
        read("--share=1.5")


def test_help_is_that_of_the_declaration_unless_the_program_means_something_else():
    values = flags.FlagValues()
    CONCERN.define(values)
    assert values["share"].help == "A share."
    assert values["steps"].help == "Steps of this program."
