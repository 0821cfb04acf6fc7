"""The runs of a sweep: named arms crossed with a grid of flags."""

import itertools
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.lab.study.study_folder import COLUMNS, safe_name, settings_name

SEED = "seed"
# Flags that the sweep sets itself or that would train finished runs again, and columns of runs.csv.
_NOT_VARIED = COLUMNS | {"output", "overwrite"}
_FLAG = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True)
class Axis:
    """A flag and its values, as text."""

    name: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Axis":
        """Reads a flag and values with commas between them, such as "alpha=0,0.1,0.3"."""
        name, equals, values = text.partition("=")
        axis = cls(name.strip(), tuple(value.strip() for value in values.split(",")))
        if not equals or not _FLAG.fullmatch(axis.name):
            raise UsageError(f"--grid={text}: must be 'flag=value,value', such as alpha=0,0.3,1.")
        if axis.name in _NOT_VARIED:
            raise UsageError(f"--grid={text}: a sweep cannot vary --{axis.name}.")
        if len(set(axis.values)) < len(axis.values):
            raise UsageError(f"--grid={text}: has a value twice.")
        return axis


@dataclass(frozen=True)
class Arm:
    """A named set of flags."""

    name: str
    flags: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Arm":
        """Reads a name and flags as a shell reads them, such as "scratch: --alpha=1"."""
        name, colon, rest = text.partition(":")
        name = name.strip()
        if not colon or not name or name[0] in "\"'-":
            # A flagfile's lines are no shell's: quotes around the value would be part of it.
            raise UsageError(f"--arm={text}: must be 'name: flags', such as scratch: --alpha=1.")
        try:
            flags = tuple(shlex.split(rest))
        except ValueError as error:
            raise UsageError(f"--arm={text}: {error}.") from error
        if flags and not flags[0].startswith("-"):
            raise UsageError(f"--arm={text}: {flags[0]!r} is no flag; flags start with --.")
        return cls(name, flags)

    def sets(self, flag: str) -> bool:
        """Whether the arm gives a flag itself and not by a flagfile."""
        given = {word.lstrip("-").partition("=")[0] for word in self.flags if word[:1] == "-"}
        return not given.isdisjoint((flag, f"no{flag}"))


@dataclass(frozen=True)
class PlannedRun:
    """A training that a sweep plans.

    Attributes:
        arm: name of the arm, "" in a sweep without arms.
        values: flag and value of each axis, in the order of the axes.
        flags: all flags of the training but --output.
    """

    arm: str
    values: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]

    @property
    def name(self) -> str:
        """The run directory in the study folder: "alpha=0.3+seed=1" or "scratch/seed=1"."""
        parts = ([safe_name(self.arm)] if self.arm else []) + (
            [settings_name(self.values)] if self.values else []
        )
        return "/".join(parts)


def parse_axes(texts: Sequence[str]) -> list[Axis]:
    """Reads all axes; of two axes of the same flag, the later one counts."""
    return list({axis.name: axis for axis in map(Axis.parse, texts)}.values())


def parse_arms(texts: Sequence[str], axes: Sequence[Axis]) -> list[Arm]:
    """Reads all arms; refuses two of one name, and flags that the grid varies too."""
    arms = [Arm.parse(text) for text in texts]
    names = [arm.name for arm in arms]
    for arm in arms:
        if names.count(arm.name) > 1:
            raise UsageError(f"--arm={arm.name}: two arms have this name.")
        for axis in axes:
            if arm.sets(axis.name):
                raise UsageError(
                    f"--arm={arm.name}: sets --{axis.name}, which --grid varies; leave it to one."
                )
    return arms


def make_runs(base: Sequence[str], arms: Sequence[Arm], axes: Sequence[Axis]) -> list[PlannedRun]:
    """Every arm with every combination of values; the last axis varies fastest.

    Args:
        base: flagfiles that all runs share; flags of an arm win over them, the grid over both.
        arms: where there are none, there is one arm without name and flags.
        axes: may be empty where there are arms.
    """
    if not arms and not axes:
        raise UsageError("Nothing to vary: pass --grid, such as --grid=seed=1,2,3, or --arm.")
    shared = tuple(f"--flagfile={path}" for path in base)
    combinations = [
        tuple(zip((axis.name for axis in axes), values, strict=True))
        for values in itertools.product(*(axis.values for axis in axes))
    ]
    runs = [
        PlannedRun(arm.name, values, (*shared, *arm.flags, *(f"--{n}={v}" for n, v in values)))
        for arm in arms or [Arm("", ())]
        for values in combinations
    ]
    _check_names(runs)
    return runs


def _check_names(runs: Sequence[PlannedRun]) -> None:
    by_name: dict[str, PlannedRun] = {}
    for run in runs:
        # Some file systems do not tell upper from lower case.
        other = by_name.setdefault(run.name.casefold(), run)
        if other is not run:
            raise UsageError(
                f"Two runs would share the folder {run.name}: {_spoken(other)} and {_spoken(run)}; "
                "give them names or values that differ in more than spaces or capitals."
            )


def _spoken(run: PlannedRun) -> str:
    return " ".join(filter(None, [run.arm, *(f"{name}={value}" for name, value in run.values)]))
