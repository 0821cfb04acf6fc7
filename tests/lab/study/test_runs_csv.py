import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.lab.study.runs_csv import FAILED, FINISHED, NOT_YET, RunRow, read_runs, write_runs

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
