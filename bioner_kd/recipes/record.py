"""What a run was made with: enough to resume and to repeat it."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file


@dataclass(frozen=True)
class Record:
    """The settings of a run.

    Attributes:
        settings: by the names of their flags; what a resumed run must share.
        write: writes them as a flagfile, so that a program repeats the run by --flagfile.
    """

    settings: Mapping[str, Any]
    write: Callable[[Path], None]


def make_record(*configs: Any, **settings: Any) -> Record:
    """The record of a run that no command line describes.

    Args:
        *configs: dataclasses whose fields are named as their flags, or are such dataclasses.
        **settings: other flags.
    """
    values = dict(settings)
    for config in configs:
        values |= _flat(config)
    values = {name: _plain(value) for name, value in values.items() if name != "overwrite"}

    def write(path: Path) -> None:
        lines = [_line(name, value) for name, value in values.items() if value is not None]
        with atomic_file(path) as file:
            file.write("".join(f"{line}\n" for line in lines))

    return Record(values, write)


def _flat(config: Any) -> dict[str, Any]:
    """The settings of a dataclass, those of the dataclasses in it among them."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        values |= _flat(value) if dataclasses.is_dataclass(value) else {field.name: value}
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return [str(part) for part in value] if isinstance(value, tuple | list) else value


def _line(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{'' if value else 'no'}{name}"
    return f"--{name}={','.join(value) if isinstance(value, list) else value}"
