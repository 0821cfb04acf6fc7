"""Flags: where results go."""

import contextlib
import os
from dataclasses import MISSING, dataclass
from pathlib import Path

from bioner_kd.atomic import check_parent
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.errors import InputError
from bioner_kd.settings import Settings, setting
from bioner_kd.training.run_folder import recorded_run


@dataclass(frozen=True)
class OutputChoice(Settings):
    """Where a run's results go."""

    output: str = setting(MISSING, "Folder to make.")
    overwrite: bool = setting(
        False, "Replace the folder if it exists, and forget an unfinished run."
    )


@dataclass(frozen=True)
class TrainingOutput(OutputChoice):
    """Where a training's run folder goes; what bioner_kd sweep knows a training program by."""


def output(default: str, meaning: str) -> FlagGroup:
    """The flags of a script that makes a folder; `meaning` says what is in it."""
    return _flag_group(OutputChoice(default), meaning)


def training_output(default: str, meaning: str) -> FlagGroup:
    """The flags of a script that trains, whose folder is that of a run."""
    return _flag_group(TrainingOutput(default), meaning)


def _flag_group(default: OutputChoice, meaning: str) -> FlagGroup:
    help_ = f"Folder to make: {meaning}. It appears under this name when all is done."
    return FlagGroup("Output", default, {"output": help_})


def training_run(
    program: Program, flag_group: FlagGroup
) -> contextlib.AbstractContextManager[Path]:
    """The folder that a training writes into, with its flagfile.

    Args:
        program: that trains.
        flag_group: what `training_output` gave.
    """
    choice = program.read(flag_group)
    return recorded_run(
        Path(choice.output), overwrite=choice.overwrite, write_record=program.write_flagfile
    )


def free_name(output: str, *, overwrite: bool) -> Path:
    """The file to write, checked before anything is made.

    Raises:
        InputError: something has that name already and may not be replaced, or its folder cannot
            be written.
    """
    path = Path(output)
    if path.is_dir():
        raise InputError(f"{path}: this is a folder; name a file by --output.")
    if path.exists() and not overwrite:
        raise InputError(
            f"{path}: this file exists already; choose another --output, or pass --overwrite to "
            "replace it."
        )
    check_parent(path)
    if not os.access(path.absolute().parent, os.W_OK):
        raise InputError(f"{path}: cannot write into {path.parent}; choose another --output.")
    return path
