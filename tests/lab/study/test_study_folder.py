import subprocess
import sys
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.lab.study.study_folder import (
    FAILED,
    FINISHED,
    NOT_YET,
    RunRow,
    read_runs,
    safe_name,
    settings_name,
    study_lock,
    write_runs,
)

ANY = st.text(min_size=1)
SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=-")


@given(ANY)
def test_any_text_becomes_one_safe_folder_name(text):
    name = safe_name(text)
    assert set(name) <= SAFE and 0 < len(name) <= 120
    assert PurePosixPath("a", name).parts == ("a", name)
    assert name not in ("..", ".") and name[0] not in "." and not name.endswith(".unfinished")


@given(ANY, ANY)
def test_texts_that_differ_in_more_than_spaces_have_different_names(one, other):
    same = one.replace(" ", "_") == other.replace(" ", "_")
    assert same or safe_name(one) != safe_name(other)


@given(st.lists(st.tuples(ANY, ANY), min_size=1, max_size=8))
def test_a_long_combination_is_cut_and_hashed(values):
    name = settings_name(values)
    assert 0 < len(name) <= 120
    longer = [*values, ("z", "1" * 200)]
    assert settings_name(longer) != settings_name([*values, ("z", "1" * 201)])


def test_plain_settings_are_readable():
    assert settings_name([("alpha", "0.3"), ("seed", "1")]) == "alpha=0.3+seed=1"
    assert safe_name("transfer 40k") == "transfer_40k"


@pytest.mark.parametrize("text", ["a/b", "word,char", "α", "..", "-rf", "1e+3", "a\nb", "x" * 121])
def test_what_is_not_safe_gets_a_hash(text):
    assert safe_name(text)[-9] == "-"


@pytest.mark.parametrize("text", ["logs", "LOGS", "runs.csv", "sweep.cfg", "a.unfinished"])
def test_what_the_study_needs_itself_gets_a_hash(text):
    assert safe_name(text).startswith(f"{text}-")


def test_a_second_sweep_is_refused_and_a_later_one_is_not(tmp_path):
    folder = tmp_path / "a" / "study"
    with study_lock(folder):
        with pytest.raises(InputError, match=f"{folder}: another sweep is at work here"):
            with study_lock(folder, wait=0.2):
                pass
    with study_lock(folder, wait=0):
        pass


def test_other_studies_are_not_locked(tmp_path):
    with study_lock(tmp_path / "a"), study_lock(tmp_path / "b", wait=0):
        pass


def test_a_child_that_inherits_the_lock_holds_it_until_it_ends(tmp_path):
    with study_lock(tmp_path) as lock:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,)
        )
    with pytest.raises(InputError), study_lock(tmp_path, wait=0.2):
        pass
    child.communicate(b"\n")
    with study_lock(tmp_path, wait=0):
        pass


def test_it_waits_for_a_child_that_is_about_to_end(tmp_path):
    with study_lock(tmp_path) as lock:
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(0.5)"], pass_fds=(lock,)
        )
    with study_lock(tmp_path, wait=30):
        assert child.wait(timeout=5) == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another --output"):
        with study_lock(tmp_path / "file" / "study"):
            pass


TEXT = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]))
NUMBER = st.none() | st.floats(0, 1e6)
ROWS = st.lists(
    st.builds(
        RunRow,
        TEXT,
        st.tuples(TEXT, TEXT).map(lambda cells: tuple(zip(("alpha", "seed"), cells, strict=True))),
        TEXT,
        st.sampled_from([FINISHED, FAILED, NOT_YET]),
        NUMBER,
        st.none() | st.integers(1, 99),
        NUMBER,
    ),
    min_size=1,
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_rows_that_were_written_are_read(tmp_path, rows):
    write_runs(tmp_path, rows)
    assert read_runs(tmp_path) == rows


def test_the_table_as_a_reader_sees_it(tmp_path):
    values = (("alpha", "0.3"), ("seed", "1"))
    write_runs(
        tmp_path,
        [
            RunRow("scratch", values, "scratch/alpha=0.3+seed=1", FINISHED, 84.1234, 9, 61.5),
            RunRow("a, b", values, "a_b-1/alpha=0.3+seed=1", FAILED, seconds=3.0),
            RunRow("", values, "x"),
        ],
    )
    assert (tmp_path / "runs.csv").read_text() == (
        "arm,alpha,seed,state,devel_f1,best_epoch,seconds,folder\n"
        "scratch,0.3,1,finished,84.1234,9,61.5,scratch/alpha=0.3+seed=1\n"
        '"a, b",0.3,1,failed,,,3.0,a_b-1/alpha=0.3+seed=1\n'
        ",0.3,1,not yet,,,,x\n"
    )


def test_a_missing_table_names_the_program_that_makes_it(tmp_path):
    with pytest.raises(InputError, match=r"runs\.csv: there is no such file.*bioner_kd sweep"):
        read_runs(tmp_path)


HEADER = "arm,seed,state,devel_f1,best_epoch,seconds,folder\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        HEADER + "a,1,finished\n",
        HEADER + "a,1,done,,,,x\n",
        HEADER + "a,1,finished,high,1,1,x\n",
        HEADER + 'a,"1,finished,1,1,1,x\n',
        "\0\1\2",
    ],
)
def test_a_damaged_table_is_named(tmp_path, text):
    (tmp_path / "runs.csv").write_text(text)
    with pytest.raises(InputError, match=r"runs\.csv: is not what a sweep wrote.*delete it"):
        read_runs(tmp_path)


def test_a_table_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "runs.csv").write_bytes(HEADER.encode() + b"\xff\xfe")
    with pytest.raises(InputError, match="is not what a sweep wrote"):
        read_runs(tmp_path)
