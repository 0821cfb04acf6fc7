"""Flagfiles and commands that make the runs of a report again."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.lab.study.analysis import ScoredGroup
from bioner_kd.lab.study.grid import SEED
from bioner_kd.lab.study.groups import Group
from bioner_kd.lab.study.runs import FinishedRun
from bioner_kd.lab.study.study_folder import safe_name
from bioner_kd.training.run_folder import RECORD, record_of

FLAGS = "flags"
_OUTPUT = "output"
_TEACHER = "finetune_teacher"
# A flag that bioner_kd distill has and bioner_kd finetune_teacher has not.
_ALPHA = "alpha"
_CACHE = "cache"
# Flags of a run that name the output of another program, and what that output is.
_SOURCES = {
    "teacher": "What a teacher began as",
    "teachers": "A teacher",
    "vectors": "Word vectors",
    _CACHE: "The teacher's logits",
    "text": "Text",
}
# Flags that tell which program wrote a record.
_MAKERS = {
    "block_subwords": "adapt_teacher",
    "negative": "train_vectors",
    "copies": "augment",
    "splits": "cache_logits",
    _ALPHA: "distill",
}
_INDENT = " \\\n    "


def write_flagfiles(
    folder: Path,
    named: Sequence[ScoredGroup],
    swept: Sequence[ScoredGroup],
    sweeps: Mapping[str, str],
    *,
    shown: Path,
) -> dict[str, str]:
    """Writes flagfiles with which the runs of a report can be made again.

    Args:
        folder: unfinished folder of the report.
        named: groups that a person named.
        swept: groups of sweeps.
        sweeps: record of each sweep, by the name of the sweep.
        shown: final folder of the report, for the commands.

    Returns:
        Commands by what they make, in the order in which they must run: teachers, the logits and
        word vectors that students learnt from, sweeps, other students.
    """
    files = _Flagfiles(folder, shown)
    # The command of a sweep makes its runs, also where they are parts of an average.
    files.told |= {run.run.folder for group in swept for run in group.runs}
    teachers = [group for group in named if group.teacher]
    for group in teachers:
        files.add_group(group)
    for group in [*named, *swept]:
        for run in group.runs:
            files.add_sources(run.run)
    for name, record in sweeps.items():
        files.add(f"The runs of the sweep {name}", "sweep", f"{safe_name(name)}.sweep", record)
    for group in named:
        if group not in teachers:
            files.add_group(group)
    return files.commands


class _Flagfiles:
    """Writes flagfiles and collects their commands, once for each run."""

    def __init__(self, folder: Path, shown: Path) -> None:
        self._folder, self._shown = folder, shown
        self.told: set[Path] = set()
        self.commands: dict[str, str] = {}

    def add(self, title: str, program: str, name: str, record: str) -> None:
        self.commands[title] = self._command(program, name, record)

    def add_group(self, group: ScoredGroup) -> None:
        lines = []
        trainings = [part for run in group.runs for part in run.run.trainings]
        # An average may have members of both kinds.
        for students in sorted({_of_student(run) for run in trainings}):
            alike = [run for run in trainings if _of_student(run) == students]
            runs = tuple(run for run in alike if run.folder not in self.told)
            if not runs:
                continue
            self.told |= {run.folder for run in runs}
            kind = " students" if students and len(alike) < len(trainings) else ""
            for run in runs:
                self.add_sources(run)
            own = {SEED, _OUTPUT, *Group(group.name, runs).mixed}
            program = "distill" if students else _TEACHER
            name, record = safe_name(group.name + kind), _without(runs[0].record, own)
            lines += [self._command(program, name, record, _own_flags(run, own)) for run in runs]
        if lines:
            self.commands[f"The runs of {group.name}"] = "\n".join(lines)

    def add_sources(self, run: FinishedRun) -> None:
        """Adds what a run was trained from, where its record lies beside it."""
        named = ((what, name) for flag, what in _SOURCES.items() for name in _named(run, flag))
        for what, path in named:
            if path in self.told:
                continue
            self.told.add(path)
            for source in _sources(path):
                self.add_sources(source)
                name = safe_name(str(source.folder))
                self.add(f"{what}, {source.folder}", _maker(source), name, source.record)

    def _command(self, program: str, name: str, record: str, more: str = "") -> str:
        path = Path(FLAGS) / f"{name}.cfg"
        with atomic_file(self._folder / path) as file:
            file.write(record)
        flags = f"{_quoted(f'--flagfile={(self._shown / path).as_posix()}')} {more}".rstrip()
        return f"bioner_kd {program} {flags}"


def report_command(flags: Sequence[str]) -> str:
    """The command that makes a report, with a line for each flag."""
    return _INDENT.join(["bioner_kd report", *map(_quoted, flags)])


def _of_student(run: FinishedRun) -> bool:
    return _ALPHA in run.flags


def _named(run: FinishedRun, source: str) -> list[Path]:
    """Paths that a flag of a run names and the run used; training from scratch uses no logits."""
    flags = run.flags
    scratch = float(flags.get(_ALPHA, 0)) == 1 and not flags.get("alpha_end")
    plain = all(flags.get(name, "0") == "0" for name in ("transfer_size", "hidden_epochs"))
    if source == _CACHE and scratch and plain:
        return []
    return [Path(name) for name in flags.get(source, "").split(",") if name]


def _sources(path: Path) -> list[FinishedRun]:
    """Records of the program that made a folder or file; of logits, one for each part."""
    own = record_of(path)
    files = {path: own} if own.is_file() else {f.parent: f for f in path.glob(f"*/{RECORD}")}
    records = {made: file.read_text(encoding="utf-8") for made, file in sorted(files.items())}
    if len(set(records.values())) == 1:
        return [FinishedRun(path, next(iter(records.values())))]
    return [FinishedRun(made, record) for made, record in records.items()]


def _maker(source: FinishedRun) -> str:
    return next((name for flag, name in _MAKERS.items() if flag in source.flags), _TEACHER)


def _own_flags(run: FinishedRun, names: set[str]) -> str:
    return " ".join(_quoted(line) for line in run.record.splitlines() if _name(line) in names)


def _quoted(flag: str) -> str:
    # Quotes around the value alone, as people write flags.
    name, equals, value = flag.partition("=")
    return f"{name}={shlex.quote(value)}" if equals else flag


def _without(record: str, names: set[str]) -> str:
    lines = [line for line in record.splitlines() if _name(line) not in names]
    return "\n".join(lines) + "\n"


def _name(line: str) -> str:
    name = line.strip().removeprefix("--").partition("=")[0]
    return name if "=" in line else name.removeprefix("no")
