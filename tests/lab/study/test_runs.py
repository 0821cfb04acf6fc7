from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.lab.study.runs import (
    BestEpoch,
    FinishedRun,
    best_epoch,
    find_folders,
    parse_flags,
    read_run,
)

from .made import make_run


def test_flags_are_read_as_programs_write_them():
    text = "--alpha=0.3\n--features=a,b\n--norepair_tags\n--measure\n--output=a=b\n--teacher=\n"
    assert parse_flags(text) == {
        "alpha": "0.3",
        "features": "a,b",
        "repair_tags": "no",
        "measure": "yes",
        "output": "a=b",
        "teacher": "",
    }


def test_comments_and_empty_lines_are_passed_over_and_repeated_flags_joined():
    assert parse_flags("# why\n\n--run=a\n  --run=b\n") == {"run": "a, b"}


NAMES = st.from_regex(r"[a-mo-z][a-z_]{0,8}", fullmatch=True)


@given(st.dictionaries(NAMES, st.from_regex(r"[ -~]{0,12}", fullmatch=True).map(str.strip)))
def test_what_is_written_is_read(flags):
    assert parse_flags("".join(f"--{name}={value}\n" for name, value in flags.items())) == flags


@pytest.mark.parametrize(("record", "seed"), [("--seed=7\n", 7), ("--alpha=1\n", None), ("", None)])
def test_a_seed_may_be_unknown(record, seed):
    assert FinishedRun(Path("a"), record).seed == seed


def test_where_a_run_lies_and_how_the_machine_was_used_are_no_settings():
    run = make_run("a", 3, alpha=0.3, intra_op_threads=1, deterministic="true")
    assert run.settings == {"corpus": "demo", "alpha": "0.3"}


def test_a_run_is_read_from_its_folder(tmp_path):
    (tmp_path / "run.cfg").write_text("--seed=2\n--alpha=1.0\n")
    run = read_run(tmp_path)
    assert (run.folder, run.seed, run.settings) == (tmp_path, 2, {"alpha": "1.0"})


def test_teachers_that_are_averaged_share_what_they_have_in_common(tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.cfg").write_text(f"--epochs=3\n--seed={seed}\n--corpus=demo\n")
    run = read_run(Path(f"{tmp_path}/a+{tmp_path}/b"))
    assert (run.seed, run.settings) == (None, {"epochs": "3", "corpus": "demo"})
    assert [part.folder for part in run.parts] == [tmp_path / "a", tmp_path / "b"]
    assert [part.seed for part in run.parts] == [1, 2]
    with pytest.raises(InputError, match="c: no such folder"):
        read_run(Path(f"{tmp_path}/a+{tmp_path}/c"))


def test_a_folder_may_have_a_plus_in_its_name(tmp_path):
    (tmp_path / "a+b").mkdir()
    (tmp_path / "a+b" / "run.cfg").write_text("--seed=4\n")
    run = read_run(tmp_path / "a+b")
    assert (run.seed, run.parts) == (4, ())


def test_a_folder_without_a_record_is_no_run(tmp_path):
    with pytest.raises(InputError, match=f"{tmp_path}: is not the folder of a finished run"):
        read_run(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        read_run(tmp_path / "missing")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("run_10", "run_9", "run_9.unfinished", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "run_file").touch()
    return tmp_path


def test_patterns_stand_for_finished_folders_in_natural_order(folders):
    assert find_folders([folders / "run_*"]) == [folders / "run_9", folders / "run_10"]


def test_each_folder_comes_once_and_names_stay_as_they_are(folders):
    given_names = [folders / "missing", folders / "run_10", folders / "run_?", folders / "run_*"]
    assert [path.name for path in find_folders(given_names)] == ["missing", "run_10", "run_9"]


def test_a_pattern_of_nothing_is_an_error(folders):
    with pytest.raises(InputError, match=r"taught_\*: no folder of a finished run"):
        find_folders([folders / "taught_*"])


def test_the_first_of_the_best_epochs_is_the_one(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,loss,devel_f1\n1,3,70.5\n2,2,81.25\n3,1,81.25\n")
    assert best_epoch(tmp_path) == BestEpoch(2, 81.25)


def test_a_program_without_devel_scores_has_no_best_epoch(tmp_path):
    assert best_epoch(tmp_path) is None
    (tmp_path / "history.csv").write_text("epoch,loss\n1,3\n")
    assert best_epoch(tmp_path) is None


@pytest.mark.parametrize("text", ["epoch,devel_f1\n1,many\n", "devel_f1\n1\n", "epoch,devel_f1\n1"])
def test_a_damaged_history_is_named(tmp_path, text):
    (tmp_path / "history.csv").write_text(text)
    with pytest.raises(InputError, match=r"history\.csv: cannot be read.*delete the run's folder"):
        best_epoch(tmp_path)
