"""The command `bioner_kd` and its subcommands."""

import importlib
import pkgutil
import sys
from pathlib import Path

import pytest

from bioner_kd import __version__
from bioner_kd.cli import command, programs
from bioner_kd.cli.program import Program

from .conftest import SCRIPTS


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["bioner_kd", *arguments])
    command.main()


def test_every_program_is_a_subcommand_and_a_script():
    modules = sorted(module.name for module in pkgutil.iter_modules(programs.__path__))
    assert modules == sorted(command.names()) == SCRIPTS


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_the_overview_has_each_program_with_the_first_line_of_its_help(
    monkeypatch, capsys, arguments
):
    run(monkeypatch, *arguments)
    text = capsys.readouterr().out
    for name in command.names():
        program = importlib.import_module(f"{command.PROGRAMS}.{name}").PROGRAM
        assert f"  {name:<17}{program.doc.strip().splitlines()[0]}\n" in text


def test_the_version_is_said(monkeypatch, capsys):
    run(monkeypatch, "--version")
    assert capsys.readouterr().out == f"bioner_kd {__version__}\n"


@pytest.mark.parametrize("name", ["finetune_teacher", "finetune-teacher"])
def test_a_program_gets_the_other_arguments_and_knows_its_name(monkeypatch, name):
    ran = []
    monkeypatch.setattr(Program, "main", lambda program: ran.append((program, *sys.argv)))
    run(monkeypatch, name, "--seed=2", "x")
    program = importlib.import_module(f"{command.PROGRAMS}.finetune_teacher").PROGRAM
    assert ran == [(program, "bioner_kd finetune_teacher", "--seed=2", "x")]


@pytest.mark.parametrize(
    ("name", "words"),
    [("tagg", "Did you mean tag?"), ("--text=x", "no program"), ("programs", "no program")],
)
def test_another_name_is_one_line(monkeypatch, capsys, name, words):
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, name)
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert message.startswith("bioner_kd: ") and words in message and message.count("\n") == 1


def test_a_flagfile_of_the_package_is_found_where_there_is_no_checkout(monkeypatch, tmp_path):
    from bioner_kd.cli import program

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program.bioner_kd, "__file__", str(tmp_path / "site/bioner_kd/__init__.py"))
    packaged = tmp_path / "site/bioner_kd/flags/demo/tag.cfg"
    packaged.parent.mkdir(parents=True)
    packaged.touch()
    found = program._in_package("--flagfile=flags/demo/tag.cfg")
    assert found == f"--flagfile={packaged}"
    unknown = ["--flagfile=flags/demo/none.cfg", "--flagfile=other/tag.cfg", "--text=flags/demo"]
    assert [program._in_package(argument) for argument in unknown] == unknown
    own = Path("flags/demo/tag.cfg")
    own.parent.mkdir(parents=True)
    own.touch()
    assert program._in_package(f"--flagfile={own}") == f"--flagfile={own}"
