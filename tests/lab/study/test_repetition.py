"""Commands and flagfiles that make a report's runs again."""

import dataclasses
import shlex
from pathlib import Path

from bioner_kd.lab.study.analysis import analyse
from bioner_kd.lab.study.groups import Group
from bioner_kd.lab.study.repetition import report_command, write_flagfiles
from bioner_kd.lab.study.runs import FinishedRun, parse_flags

from .made import make_group, make_groups, make_run

SHOWN = Path("docs/my study")
STUDENTS = "--flagfile=x/flags/both_students.cfg"


def test_a_group_has_a_flagfile_and_a_command_a_run(tmp_path):
    commands = write_flagfiles(tmp_path, make_groups(), [], {}, shown=SHOWN)
    assert (tmp_path / "flags" / "taught.cfg").read_text() == (
        "--corpus=demo\n--alpha=0.3\n--temperature=2.0\n"
    )
    lines = commands["The runs of taught"].splitlines()
    assert lines[1] == (
        "bioner_kd distill --flagfile='docs/my study/flags/taught.cfg' --seed=2 "
        "--output=runs/taught_2"
    )
    assert len(lines) == 3
    assert commands["The runs of teacher"].startswith("bioner_kd finetune_teacher ")


def test_file_and_command_together_are_the_flags_of_the_run(tmp_path):
    groups = make_groups()
    commands = write_flagfiles(tmp_path, groups, [], {}, shown=tmp_path)
    for group in groups:
        for run, line in zip(
            group.runs, commands[f"The runs of {group.name}"].splitlines(), strict=True
        ):
            _, _, flagfile, *flags = shlex.split(line)
            record = Path(flagfile.removeprefix("--flagfile=")).read_text()
            assert parse_flags(record + "\n".join(flags)) == run.run.flags


def test_what_runs_of_a_group_differ_in_is_told_a_run(tmp_path):
    group, runs = make_group("odd", [0.7, 0.8])
    odd = tuple(make_run(f"r{n}", n, repair_tags=n, cache=f"c {n}") for n in (1, 2))
    (scored,) = analyse([(group, runs)], resamples=100, rounds=100)
    replaced = tuple(dataclasses.replace(r, run=o) for r, o in zip(runs, odd, strict=True))
    scored = dataclasses.replace(scored, group=Group("odd", odd), runs=replaced)
    commands = write_flagfiles(tmp_path, [scored], [], {}, shown=Path("x"))
    assert (
        commands["The runs of odd"]
        .splitlines()[1]
        .endswith("--seed=2 --output=r2 --repair_tags=2 --cache='c 2'")
    )
    assert (tmp_path / "flags" / "odd.cfg").read_text() == "--corpus=demo\n"


def test_teachers_that_are_averaged_are_trained_one_by_one(tmp_path):
    (scored,) = analyse([make_group("both", [0.9], teacher=True)], resamples=100, rounds=100)
    parts = (make_run("a", 1, teacher="x"), make_run("b", 2, teacher="y"))
    (run,) = scored.runs
    run = dataclasses.replace(run, run=FinishedRun(Path("a+b"), "--corpus=demo\n", parts))
    scored = dataclasses.replace(scored, runs=(run,))
    lines = write_flagfiles(tmp_path, [scored], [], {}, shown=Path("x"))["The runs of both"]
    assert [line.partition(".cfg ")[2] for line in lines.splitlines()] == [
        "--seed=1 --output=a --teacher=x",
        "--seed=2 --output=b --teacher=y",
    ]
    assert (tmp_path / "flags" / "both.cfg").read_text() == "--corpus=demo\n"


def test_students_in_an_average_are_distilled(tmp_path):
    (scored,) = analyse([make_group("both", [0.9], teacher=True)], resamples=100, rounds=100)
    parts = (make_run("a", 1, teacher="x"), *(make_run(f"s{n}", n, alpha=1.0) for n in (1, 2)))
    (run,) = scored.runs
    run = dataclasses.replace(run, run=FinishedRun(Path("a+s1+s2"), "--corpus=demo\n", parts))
    scored = dataclasses.replace(scored, runs=(run,))
    lines = write_flagfiles(tmp_path, [scored], [], {}, shown=Path("x"))["The runs of both"]
    assert [shlex.split(line)[1:] for line in lines.splitlines()] == [
        ["finetune_teacher", "--flagfile=x/flags/both.cfg", "--seed=1", "--output=a"],
        ["distill", STUDENTS, "--seed=1", "--output=s1"],
        ["distill", STUDENTS, "--seed=2", "--output=s2"],
    ]
    teacher, students = tmp_path / "flags" / "both.cfg", tmp_path / STUDENTS.partition("=x/")[2]
    assert "--teacher=x" in teacher.read_text()
    assert students.read_text() == "--corpus=demo\n--alpha=1.0\n"


def write_record(path, **flags):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"--{name}={value}\n" for name, value in flags.items()))


def test_what_runs_began_with_is_made_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_record(Path("adapted/run.cfg"), block_subwords=128, output="adapted")
    write_record(Path("logits/run.cfg"), teachers="t,runs/early_1", splits="train", cache="logits")
    write_record(Path("logits_unread/run.cfg"), splits="train")
    write_record(Path("runs/early_1/run.cfg"), alpha=1, cache="logits_unread")
    write_record(Path("words.bin.cfg"), negative=5, output="words.bin")
    given = [
        make_group("t", [0.9], teacher=True),
        make_group("early", [0.6], alpha=1, cache="logits_unread"),
        make_group("taught", [0.8, 0.7], alpha=0.3, cache="logits", vectors="words.bin"),
    ]
    groups = analyse(given, resamples=100, rounds=100)
    run = dataclasses.replace(groups[0].runs[0], run=make_run("runs/t_1", teacher="adapted"))
    groups[0] = dataclasses.replace(groups[0], runs=(run,))
    commands = write_flagfiles(
        Path("report"), groups[:1], groups[1:], {"s": "--grid=seed=1\n"}, shown=Path("report")
    )
    assert [(title, command.split()[1]) for title, command in commands.items()] == [
        ("What a teacher began as, adapted", "adapt_teacher"),
        ("The runs of t", "finetune_teacher"),
        ("Word vectors, words.bin", "train_vectors"),
        ("The teacher's logits, logits", "cache_logits"),
        ("The runs of the sweep s", "sweep"),
    ]
    flagfile = commands["The teacher's logits, logits"].partition("--flagfile=")[2]
    assert Path(flagfile).read_text() == Path("logits/run.cfg").read_text()


def test_each_call_that_labelled_a_part_is_told_after_what_it_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_record(Path("logits/train/run.cfg"), teachers="t", splits="train", cache="logits")
    text = {"teachers": "t", "splits": "", "text": "more.txt,plain.txt", "cache": "logits"}
    write_record(Path("logits/text/run.cfg"), **text)
    write_record(Path("more.txt.cfg"), copies=1, cache="early", output="more.txt")
    for part in ("train", "text"):
        write_record(Path(f"early/{part}/run.cfg"), splits="train", cache="early")
    swept = analyse([make_group("taught", [0.8], cache="logits")], resamples=100, rounds=100)
    commands = write_flagfiles(Path("x"), [], swept, {}, shown=Path("x"))
    assert [(title, command.split()[1]) for title, command in commands.items()] == [
        ("The teacher's logits, early", "cache_logits"),
        ("Text, more.txt", "augment"),
        ("The teacher's logits, logits/text", "cache_logits"),
        ("The teacher's logits, logits/train", "cache_logits"),
    ]


def test_what_is_told_already_is_not_told_again_of_an_average(tmp_path):
    teacher, both = analyse(
        [make_group(name, [0.9], teacher=True) for name in ("t", "both")], resamples=100, rounds=100
    )
    (run,) = both.runs
    parts = (teacher.runs[0].run, make_run("s1", alpha=1.0))
    run = dataclasses.replace(run, run=FinishedRun(Path("t+s1"), "--corpus=demo\n", parts))
    both = dataclasses.replace(both, runs=(run,))
    commands = write_flagfiles(tmp_path, [teacher, both], [], {}, shown=SHOWN)
    assert [command.count("\n") for command in commands.values()] == [0, 0]
    assert "--output=s1" in commands["The runs of both"]


def test_a_sweep_has_the_flagfile_that_it_ran_with(tmp_path):
    commands = write_flagfiles(tmp_path, [], [], {"α, 5 seeds": "--grid=seed=1,2\n"}, shown=SHOWN)
    (command,) = commands.values()
    flagfile = shlex.split(command)[-1].removeprefix("--flagfile=docs/my study/")
    assert (tmp_path / flagfile).read_text() == "--grid=seed=1,2\n"
    assert command.startswith("bioner_kd sweep ")


def test_the_command_of_a_report_is_a_flag_a_line_that_a_shell_reads():
    command = report_command(["--runs=a=b_*,c", "--measure", "--title=it's"])
    assert command.splitlines()[1] == "    --runs='a=b_*,c' \\"
    assert shlex.split(command.replace("\\\n", "")) == [
        "bioner_kd", "report", "--runs=a=b_*,c", "--measure", "--title=it's",
    ]  # fmt: skip
