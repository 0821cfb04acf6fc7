import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import UsageError
from bioner_kd.lab.study.grid import Arm, Axis, PlannedRun, make_runs, parse_arms, parse_axes

NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).map("f_".__add__)
VALUES = st.lists(
    st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"])).map(str.strip),
    min_size=1,
    max_size=4,
    unique_by=str.casefold,
)
AXES = st.lists(st.builds(Axis, NAMES, VALUES.map(tuple)), max_size=3, unique_by=lambda a: a.name)
ARMS = st.lists(
    st.builds(Arm, st.text("abc /.,-", min_size=1), st.just(())),
    max_size=3,
    unique_by=lambda arm: arm.name.replace(" ", "_"),
)


@given(AXES, ARMS)
def test_every_combination_is_one_run_with_a_folder_of_its_own(axes, arms):
    if not axes and not arms:
        return
    distinct = [len({value.replace(" ", "_").casefold() for value in axis.values}) for axis in axes]
    if distinct != [len(axis.values) for axis in axes]:
        return
    runs = make_runs(["base.cfg"], arms, axes)
    assert len(runs) == max(len(arms), 1) * math.prod(len(axis.values) for axis in axes)
    assert len({run.name for run in runs}) == len(runs)
    assert len({(run.arm, run.values) for run in runs}) == len(runs)
    for run in runs:
        assert run.flags[0] == "--flagfile=base.cfg"
        assert run.flags[-len(axes) or len(run.flags) :] == tuple(
            f"--{name}={value}" for name, value in run.values
        )


@given(AXES, ARMS)
def test_a_run_keeps_its_name_when_the_study_grows(axes, arms):
    if not axes or not arms:
        return
    one = make_runs([], arms[:1], axes[:1])[0]
    more = [Axis(axes[0].name, axes[0].values[:1])]
    assert make_runs([], [*arms[:1], Arm("another", ())], more)[0].name == one.name


def test_the_last_axis_varies_fastest():
    runs = make_runs([], [], [Axis("alpha", ("0", "1")), Axis("seed", ("1", "2"))])
    assert [run.name for run in runs] == [
        "alpha=0+seed=1",
        "alpha=0+seed=2",
        "alpha=1+seed=1",
        "alpha=1+seed=2",
    ]


def test_arms_are_crossed_with_the_grid_and_the_grid_comes_last():
    arms = parse_arms(["scratch: --alpha=1", "transfer 40k: --transfer='a b.txt' --x=1,2"], [])
    runs = make_runs(["a.cfg", "b.cfg"], arms, parse_axes(["seed=1,2"]))
    assert [run.name for run in runs] == [
        "scratch/seed=1",
        "scratch/seed=2",
        "transfer_40k/seed=1",
        "transfer_40k/seed=2",
    ]
    assert runs[3] == PlannedRun(
        "transfer 40k",
        (("seed", "2"),),
        ("--flagfile=a.cfg", "--flagfile=b.cfg", "--transfer=a b.txt", "--x=1,2", "--seed=2"),
    )


def test_arms_need_no_grid():
    assert [run.name for run in make_runs([], [Arm("a", ()), Arm("b", ())], [])] == ["a", "b"]


def test_a_value_may_be_empty():
    assert Axis.parse("vectors=,a.vec").values == ("", "a.vec")


def test_a_later_axis_of_the_same_flag_counts():
    assert parse_axes(["alpha=0,1", "seed=1,2,3", "alpha=0.5"]) == [
        Axis("alpha", ("0.5",)),
        Axis("seed", ("1", "2", "3")),
    ]


@pytest.mark.parametrize("text", ["alpha", "=1", "--alpha=1", "al pha=1", '"alpha=1"', ""])
def test_an_axis_without_a_flag_is_refused(text):
    with pytest.raises(UsageError, match="flag=value,value"):
        Axis.parse(text)


@pytest.mark.parametrize("text", ["alpha=1,1", "alpha=0, 1,1 "])
def test_a_value_given_twice_is_refused(text):
    with pytest.raises(UsageError, match="twice"):
        Axis.parse(text)


@pytest.mark.parametrize("flag", ["output", "overwrite", "state", "folder"])
def test_what_the_sweep_sets_itself_cannot_be_varied(flag):
    with pytest.raises(UsageError, match=f"cannot vary --{flag}"):
        Axis.parse(f"{flag}=a,b")


@pytest.mark.parametrize("text", ["scratch", ": --alpha=1", "--alpha=1: ", '"a: --alpha=1"', ""])
def test_an_arm_without_a_name_is_refused(text):
    with pytest.raises(UsageError, match="name: flags"):
        Arm.parse(text)


def test_flags_of_an_arm_that_a_shell_would_not_read_are_refused():
    with pytest.raises(UsageError, match="No closing quotation"):
        Arm.parse("a: --x='b")
    with pytest.raises(UsageError, match="'alpha=1' is no flag"):
        Arm.parse("a: alpha=1")


def test_two_arms_of_one_name_are_refused():
    with pytest.raises(UsageError, match="two arms"):
        parse_arms(["a: --x=1", "a: --x=2"], [])


@pytest.mark.parametrize("flags", ["--alpha=1", "-alpha=1", "--alpha 1", "--noalpha"])
def test_an_arm_that_sets_what_the_grid_varies_is_refused(flags):
    with pytest.raises(UsageError, match="--arm=a: sets --alpha"):
        parse_arms([f"a: --x=1 {flags}"], [Axis("alpha", ("0", "1"))])


def test_a_flagfile_of_an_arm_may_set_what_the_grid_varies():
    arms = parse_arms(["a: --flagfile=alpha.cfg"], [Axis("alpha", ("0", "1"))])
    assert make_runs([], arms, [Axis("alpha", ("0",))])[0].flags[-1] == "--alpha=0"


def test_nothing_to_vary_is_refused():
    with pytest.raises(UsageError, match="--grid=seed=1,2,3"):
        make_runs(["a.cfg"], [], [])


@pytest.mark.parametrize("names", [("a b", "a_b"), ("A", "a")])
def test_two_runs_of_one_folder_are_refused(names):
    with pytest.raises(UsageError, match="share the folder"):
        make_runs([], [Arm(name, ()) for name in names], [])
