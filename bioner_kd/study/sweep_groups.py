"""The groups of a sweep: its finished runs, those that differ in nothing but the seed together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.study.names import RECORD
from bioner_kd.study.runs import SEED, Group, Run, read_run
from bioner_kd.study.runs_csv import FINISHED, RunRow, read_runs


@dataclass(frozen=True)
class SweepGroups:
    """What a report needs of a sweep.

    Attributes:
        groups: in the order of the sweep.
        left_out: runs that are not finished.
        record: the flagfile of the sweep's own flags, "" where it is missing.
    """

    groups: tuple[Group, ...]
    left_out: int
    record: str


def read_sweep(folder: Path, *, prefix: str = "") -> SweepGroups:
    """The groups of a sweep by its output folder.

    A group is named for its arm and for what varied, such as "taught" or "taught, alpha=0.3".

    Args:
        folder: where scripts/sweep.py wrote.
        prefix: put before the name of each group.

    Raises:
        InputError: the folder is not that of a sweep, or no run of it is finished.
    """
    rows = read_runs(folder)
    finished = [row for row in rows if row.state == FINISHED]
    if not finished:
        raise InputError(
            f"{folder}: none of the sweep's {len(rows)} runs is finished; run scripts/sweep.py."
        )
    by_settings: dict[tuple[tuple[str, str], ...], list[RunRow]] = {}
    for row in finished:
        by_settings.setdefault(_settings(row), []).append(row)
    varied = _varied(list(by_settings))
    groups = tuple(
        _group(folder, settings, alike, prefix + _name(settings, varied, folder))
        for settings, alike in by_settings.items()
    )
    return SweepGroups(groups, len(rows) - len(finished), _own_record(folder))


def _settings(row: RunRow) -> tuple[tuple[str, str], ...]:
    return (("arm", row.arm), *(pair for pair in row.values if pair[0] != SEED))


def _varied(all_settings: Sequence[tuple[tuple[str, str], ...]]) -> set[str]:
    # An axis of one value distinguishes nothing, so that no name need tell of it.
    columns = zip(*all_settings, strict=True)
    return {column[0][0] for column in columns if len({value for _, value in column}) > 1}


def _name(settings: tuple[tuple[str, str], ...], varied: set[str], folder: Path) -> str:
    given: Mapping[str, str] = dict(settings)
    parts = [given["arm"]] if given["arm"] else []
    parts += [f"{name}={value}" for name, value in settings if name in varied - {"arm"}]
    return ", ".join(parts) or folder.resolve().name


def _group(
    folder: Path, settings: tuple[tuple[str, str], ...], rows: Sequence[RunRow], name: str
) -> Group:
    runs: list[Run] = [read_run(folder / row.folder) for row in rows]
    return Group(name, tuple(runs), {key: value for key, value in settings if key != "arm"})


def _own_record(folder: Path) -> str:
    try:
        return (folder / RECORD).read_text(encoding="utf-8")
    except OSError:
        return ""
