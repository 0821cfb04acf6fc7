from bioner_kd.lab.study.runs_csv import FAILED, FINISHED, RunRow
from bioner_kd.lab.study.seeds import seeds_table


def row(arm, f1, **values):
    state = FAILED if f1 is None else FINISHED
    return RunRow(arm, tuple(values.items()), "x", state, f1)


def test_the_table_as_a_reader_sees_it():
    rows = [
        row("scratch", 70.0, alpha="0.3", seed="1"),
        row("scratch", 72.0, alpha="0.3", seed="2"),
        row("scratch", 80.0, alpha="1", seed="1"),
        row("scratch", None, alpha="1", seed="2"),
        row("taught", None, alpha="1", seed="1"),
    ]
    assert seeds_table(rows) == (
        "Settings            Scored      Devel F1\n"
        "------------------  ------  ------------\n"
        "scratch, alpha=0.3  2 of 2  71.00 ± 1.41\n"
        "scratch, alpha=1    1 of 2         80.00\n"
        "taught, alpha=1     0 of 1             –\n"
    )


def test_runs_that_differ_in_nothing_but_the_seed_are_one_line():
    assert "all       2 of 2  71.00 ± 1.41\n" in seeds_table(
        [row("", 70.0, seed="1"), row("", 72.0, seed="2")]
    )
