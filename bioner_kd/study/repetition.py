"""How the runs of a report are made again: flagfiles that travel with it, and commands."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.study.analysis import ScoredGroup
from bioner_kd.study.grid import SEED
from bioner_kd.study.names import safe_name
from bioner_kd.study.runs import Group, Run

FLAGS = "flags"
_OUTPUT = "output"
# What scripts/distill.py has and scripts/finetune_teacher.py has not.
_ALPHA = "alpha"
_INDENT = " \\\n    "


def write_flagfiles(
    folder: Path, groups: Sequence[ScoredGroup], sweeps: Mapping[str, str], *, shown: Path
) -> dict[str, str]:
    """Writes a flagfile for each group that a person named, and one for each sweep.

    Args:
        folder: of the report, unfinished.
        groups: those that no sweep made.
        sweeps: the record of each sweep, by its name.
        shown: what the report's folder will be called, for the commands.

    Returns:
        Commands, by what they make.
    """
    commands = {}
    for name, record in sweeps.items():
        path = Path(FLAGS) / f"{safe_name(name)}.sweep.cfg"
        _write(folder / path, record)
        commands[f"The runs of the sweep {name}"] = _command("sweep.py", shown / path)
    for group in groups:
        lines = []
        trainings = [part for run in group.runs for part in run.run.parts or (run.run,)]
        # An average may have members of both kinds.
        for students in sorted({_of_student(run) for run in trainings}):
            runs = tuple(run for run in trainings if _of_student(run) == students)
            kind = " students" if students and len(runs) < len(trainings) else ""
            path = Path(FLAGS) / f"{safe_name(group.name + kind)}.cfg"
            own = {SEED, _OUTPUT, *Group(group.name, runs).mixed}
            _write(folder / path, _without(runs[0].record, own))
            program = "distill.py" if students else "finetune_teacher.py"
            lines += [_command(program, shown / path, _own_flags(run, own)) for run in runs]
        commands[f"The runs of {group.name}"] = "\n".join(lines)
    return commands


def report_command(flags: Sequence[str]) -> str:
    """The command that makes a report, a flag a line."""
    return _INDENT.join(["python scripts/report.py", *map(_quoted, flags)])


def _of_student(run: Run) -> bool:
    return _ALPHA in run.flags


def _own_flags(run: Run, names: set[str]) -> str:
    return " ".join(_quoted(line) for line in run.record.splitlines() if _name(line) in names)


def _command(program: str, flagfile: Path, more: str = "") -> str:
    flags = f"{_quoted(f'--flagfile={flagfile.as_posix()}')} {more}".rstrip()
    return f"python scripts/{program} {flags}"


def _quoted(flag: str) -> str:
    # Quotes around the value alone, as people write it.
    name, equals, value = flag.partition("=")
    return f"{name}={shlex.quote(value)}" if equals else flag


def _without(record: str, names: set[str]) -> str:
    lines = [line for line in record.splitlines() if _name(line) not in names]
    return "\n".join(lines) + "\n"


def _name(line: str) -> str:
    name = line.strip().removeprefix("--").partition("=")[0]
    return name if "=" in line else name.removeprefix("no")


def _write(path: Path, text: str) -> None:
    with atomic_file(path) as file:
        file.write(text)
