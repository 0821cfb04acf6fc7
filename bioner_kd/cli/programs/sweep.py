r"""Trains a whole study: every combination of arms, settings and seeds, each in its own folder.

A run that is finished is never trained again, one that was stopped goes on, one that failed is
tried again: give the same command, after Ctrl-C, a crash or a full disk. All flags of all runs are
checked before the first starts. runs.csv in the study's folder says what became of each run.

  bioner_kd sweep --flagfile=flags/study/alpha_ncbi/sweep.cfg --jobs=2
  bioner_kd sweep --base=flags/ncbi_disease/distill.cfg --output=saved_models/study/mine \
      --arm="scratch: --alpha=1" --arm="distilled: --alpha=0.3" --grid=seed=1,2,3 --dry_run
"""

import dataclasses
import importlib
import importlib.util
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from absl import flags

from bioner_kd.cli.command import COMMAND, PROGRAMS, names
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.output import TrainingOutput
from bioner_kd.cli.program import Program
from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.config import SweepConfig
from bioner_kd.lab.study.grid import make_runs, parse_arms, parse_axes
from bioner_kd.lab.study.plan import Plan, ReadSettings
from bioner_kd.lab.study.study_folder import FAILED, RunRow

SWEEP = FlagGroup("Sweep", SweepConfig())


def main(program: Program) -> None:
    """Trains as the flags say."""
    from bioner_kd.lab.study import plan
    from bioner_kd.lab.study.groups import seeds_table
    from bioner_kd.lab.study.study_folder import SWEEP_RECORD, study_lock
    from bioner_kd.lab.study.sweep import Sweep

    config = program.read(SWEEP)
    study, read_settings = make_plan(config)
    plan.check_flags(study, read_settings)
    if config.dry_run:
        plan.check_records(study, read_settings)
        print(*dry_run(study), sep="\n")
        return
    with study_lock(study.output) as descriptor:
        plan.check_records(study, read_settings)
        program.write_flagfile(study.output / SWEEP_RECORD)
        rows = Sweep(study, jobs=config.jobs, lock=descriptor).run()
    print(seeds_table(rows), end="")
    report_failures(rows)


def make_plan(config: SweepConfig) -> tuple[Plan, ReadSettings]:
    """The runs that the flags ask for, and what reads the flags of one.

    Raises:
        UsageError: the program, an arm or an axis is not what it should be.
    """
    start, program = _find_program(config.program)
    axes = parse_axes(config.grid)
    runs = make_runs(config.base, parse_arms(config.arm, axes), axes)
    plan = Plan(Path(config.output), (sys.executable, *start), tuple(runs))
    return plan, lambda arguments: _read_settings(program, arguments)


def dry_run(plan: Plan) -> Iterator[str]:
    """Lines that show the commands; a finished run's is a comment."""
    for run in plan.runs:
        yield ("# finished: " if plan.is_finished(run) else "") + shlex.join(plan.command(run))


def report_failures(rows: Sequence[RunRow]) -> None:
    """Ends a sweep.

    Raises:
        InputError: runs have failed; the message lists them.
    """
    failed = [row.folder for row in rows if row.state == FAILED]
    if failed:
        raise InputError(
            f"{len(failed)} of {len(rows)} runs failed: {', '.join(failed)}. The same command "
            "tries these again."
        )


def _find_program(name: str) -> tuple[tuple[str, ...], Program]:
    """How Python starts a training program, and the program."""
    start: tuple[str, ...]
    if Path(name).is_absolute():
        start, module = (name,), _load_file(Path(name))
    else:
        stem = name.removesuffix(".py")
        if stem not in names():
            raise UsageError(f"--program={name}: there is no such program of bioner_kd.")
        start, module = ("-m", COMMAND, stem), importlib.import_module(f"{PROGRAMS}.{stem}")
    program = getattr(module, "PROGRAM", None)
    defaults = [flag_group.default for flag_group in getattr(program, "flag_groups", ())]
    if not isinstance(program, Program) or not any(isinstance(d, TrainingOutput) for d in defaults):
        raise UsageError(
            f"--program={name}: makes no run directory, as distill and finetune_teacher do."
        )
    return start, program


def _load_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"--program={path}: there is no Python program there.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read_settings(program: Program, arguments: Sequence[str]) -> dict[str, Any]:
    """Reads flags as the program itself would when it starts."""
    values = flags.FlagValues()
    # What every program takes from absl beside its own flags.
    flags.DEFINE_integer("verbosity", 0, "", flag_values=values)
    fresh = dataclasses.replace(program, values=values, arguments=[])
    fresh.define()
    try:
        rest = values(["", *arguments])[1:]
    except (flags.Error, OSError, UnicodeDecodeError) as error:
        raise UsageError(str(error)) from error
    if rest:
        raise UsageError(f"{rest[0]!r} is no flag; flags start with --.")
    for flag_group in fresh.flag_groups:
        fresh.read(flag_group)
    if values["overwrite"].value:
        raise UsageError("--overwrite: a sweep never replaces a run; delete its folder instead.")
    # What the program would find itself is not known here, and is no difference to what it found.
    open_ = {
        name
        for flag_group in fresh.flag_groups
        for name, setting in flag_group.settings().items()
        if setting.chosen
    }
    settings = fresh.settings()
    return {n: value for n, value in settings.items() if value is not None or n not in open_}


PROGRAM = Program(__doc__, main, (SWEEP,))
