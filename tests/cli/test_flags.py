"""What holds for the flags of every script and for every file under flags/."""

import importlib
import re

import pytest

from bioner_kd.corpus.public_table import public_names
from bioner_kd.settings import Settings
from tests.cli.conftest import ROOT, SCRIPTS, load_program

FLAGFILES = sorted((ROOT / "flags").rglob("*.cfg"))


def _settings() -> set[type[Settings]]:
    """Every class of settings of the library."""
    for path in (ROOT / "bioner_kd").rglob("*.py"):
        if "(Settings)" in path.read_text(encoding="utf-8"):
            name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
            importlib.import_module(name)
    direct = Settings.__subclasses__()
    return {
        one
        for one in (*direct, *(deeper for base in direct for deeper in base.__subclasses__()))
        if one.__module__.startswith("bioner_kd.")
    }


def test_every_class_of_settings_has_its_flags_in_some_script():
    flag_groups = [c for script in SCRIPTS for c in load_program(script).flag_groups]
    with_flags = {type(flag_group.default) for flag_group in flag_groups}
    assert len(with_flags) > 20 and with_flags <= _settings()
    # A class that others extend has its flags in theirs.
    assert [one for one in _settings() if not any(issubclass(o, one) for o in with_flags)] == []


def test_every_field_has_a_flag_with_an_equal_default(script):
    program = load_program(script)
    program.values(["script"])
    for flag_group in program.flag_groups:
        assert program.read(flag_group) == flag_group.default


def test_a_group_gives_help_to_its_own_flags_alone(script):
    for flag_group in load_program(script).flag_groups:
        assert set(flag_group.help) <= set(flag_group.names())


def test_help_names_every_flag_and_says_what_the_script_does(script):
    program = load_program(script)
    text = program.help()
    assert text.startswith(program.doc.splitlines()[0])
    names = [name for flag_group in program.flag_groups for name in flag_group.names()]
    assert all(f"--{name}: " in text or f"--[no]{name}: " in text for name in names)


def test_help_shows_at_most_five_flags_first_each_once_and_in_plain_words(script):
    program = load_program(script)
    text = program.help()
    assert len(program.first) <= 5
    for name in (name for flag_group in program.flag_groups for name in flag_group.names()):
        assert len(re.findall(rf"^  --(?:\[no\])?{name}: ", text, re.M)) == 1
    assert "repeat this option" not in text
    assert all(len(line) <= 100 for line in text.splitlines()[5:])


def test_help_marks_what_must_be_given_and_what_may_be_repeated():
    assert "(required)" in load_program("adapt_teacher").help()
    assert "(may be given several times)" in load_program("sweep").help()


def test_help_of_the_download_lists_the_corpora():
    assert all(name in load_program("download_corpus").help() for name in public_names())


def test_there_are_flagfiles():
    folders = {path.parent.name for path in FLAGFILES}
    assert folders >= {"demo", "ncbi_disease", "bc5cdr_disease", "bc5cdr_chem", "bc2gm", "jnlpba"}


@pytest.mark.parametrize("path", FLAGFILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_flagfile_parses_with_its_script(path):
    program = load_program(path.stem)
    program.values(["script", f"--flagfile={path}"])
    for flag_group in program.flag_groups:
        program.read(flag_group)


def test_a_flag_behind_the_flagfile_wins():
    program = load_program("distill")
    path = ROOT / "flags" / "demo" / "distill.cfg"
    program.values(["script", f"--flagfile={path}", "--alpha=0.5"])
    assert program.values["alpha"].value == 0.5


def test_flags_that_were_written_back_repeat_the_run(script, tmp_path):
    first = load_program(script)
    first.values(["script"])
    first.write_flagfile(tmp_path / "run.cfg")
    again = load_program(script)
    again.values(["script", f"--flagfile={tmp_path / 'run.cfg'}"])
    assert again.settings() == first.settings()


def test_flags_with_spaces_and_several_values_are_written_back(tmp_path):
    first = load_program("evaluate")
    first.values(["script", "--run=from scratch=a,b", "--run=teacher=c"])
    first.write_flagfile(tmp_path / "run.cfg")
    again = load_program("evaluate")
    again.values(["script", f"--flagfile={tmp_path / 'run.cfg'}"])
    assert again.values["run"].value == ["from scratch=a,b", "teacher=c"]
