"""What every script does: define flags, print help, report mistakes in a line, keep a record."""

import inspect
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from absl import app, flags, logging

import bioner_kd
from bioner_kd.atomic import atomic_file
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.interrupt import hear_interrupts
from bioner_kd.errors import InputError, UsageError
from bioner_kd.extras import explain
from bioner_kd.recipes.record import Record

_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130
# A record leaves out what a repetition would choose anew.
_NOT_RECORDED = {"overwrite"}
_HELP = {"--help", "-h", "-help", "--helpfull", "--helpshort"}
_FLAGFILE = "--flagfile="


@dataclass(frozen=True)
class Program:
    """A script: its help, its flags, its body.

    Attributes:
        doc: what --help says first; the script's docstring.
        body: what it does, given itself; arguments that are no flags are in `arguments`.
        flag_groups: groups of flags.
        first: names of the flags that a user needs first, which --help shows first.
        takes_files: whether arguments that are no flags are welcome.
        stopped: what is said after Ctrl-C.
    """

    doc: str
    body: Callable[["Program"], None]
    flag_groups: Sequence[FlagGroup]
    first: tuple[str, ...] = ()
    takes_files: bool = False
    stopped: str = "Stopped. A training or a cache goes on when its command is given again."
    values: flags.FlagValues = field(default_factory=lambda: flags.FLAGS)
    arguments: list[str] = field(default_factory=list)

    def define(self) -> None:
        """Defines the flags of all groups."""
        for flag_group in self.flag_groups:
            flag_group.define(self.values)

    def read(self, flag_group: FlagGroup) -> Any:
        """The configuration of a flag group, from the flags."""
        return flag_group.read(self.values)

    def keep(self, flag_group: FlagGroup, config: Any) -> None:
        """Takes a configuration for that of a flag group, as if its flags had been given so."""
        for name in flag_group.names():
            self.values[name].value = getattr(config, name)

    def origin(self, name: str) -> str:
        """Whether a flag was given or has its default, in a word."""
        return "given" if self.values[name].present else "default"

    def settings(self) -> dict[str, Any]:
        """Values of all flags by name, as a record keeps them."""
        names = [name for flag_group in self.flag_groups for name in flag_group.names()]
        return {name: self.values[name].value for name in names if name not in _NOT_RECORDED}

    def given_flags(self) -> list[str]:
        """The flags that differ from their defaults, as they are typed."""
        given = [self.values[name] for name in self.settings()]
        return [
            line
            for flag in given
            if flag.value != flag.default
            for line in flag.serialize().splitlines()
        ]

    def write_flagfile(self, path: Path) -> None:
        """Writes the flags as they were resolved, so that `--flagfile` repeats the run."""
        flag_lines = [self.values[name].serialize() for name in self.settings()]
        with atomic_file(path) as file:
            file.write("\n".join(line for line in flag_lines if line) + "\n")

    def record(self) -> Record:
        """The settings of the run, for the recipes."""
        return Record(self.settings(), self.write_flagfile)

    def help(self) -> str:
        """The whole of --help."""
        parts = [inspect.cleandoc(self.doc)]
        if self.first:
            parts.append("Flags that are needed first:\n" + self._help_of(self.first))
        for flag_group in self.flag_groups:
            if names := [name for name in flag_group.names() if name not in self.first]:
                parts.append(f"{flag_group.title}:\n{self._help_of(names)}")
        parts.append(
            "Also: --flagfile=FILE reads flags from a file; flags behind it win.\n"
            "      --verbosity=-1 is quiet, 1 is debug."
        )
        return "\n\n".join(parts)

    def _help_of(self, names: Iterable[str]) -> str:
        settings = {name: s for group in self.flag_groups for name, s in group.settings().items()}
        return "\n".join(_flag_help(self.values[name], settings[name].required) for name in names)

    def main(self) -> None:
        """Runs the script on the command line's flags and exits."""
        # TensorFlow's C++ start-up messages speak of missing GPUs; what goes wrong reaches Python
        # as an exception.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        self.define()
        try:
            app.run(self._run, flags_parser=self._parse)
        except BrokenPipeError:
            # Whoever read our output has had enough, as in `… | head`. The interpreter flushes
            # standard output when it exits, and would complain once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _parse(self, argv: Sequence[str]) -> list[str]:
        if not _HELP.isdisjoint(argv[1:]):
            print(self.help(), flush=True)  # noqa: T201 - what was asked for
            sys.exit(0)
        try:
            return self.values([_in_package(argument) for argument in argv])
        except (flags.Error, OSError) as error:
            _complain(f"{error}\nPass --help for a list of flags.")
            sys.exit(_USAGE)

    def _run(self, argv: Sequence[str]) -> None:
        self.arguments.extend(argv[1:])
        _set_up_logging()
        hear_interrupts()
        try:
            if self.arguments and not self.takes_files:
                raise UsageError(f"{self.arguments[0]!r} is no flag; flags start with --.")
            for flag_group in self.flag_groups:
                self.read(flag_group)  # every setting is checked before any work is done
            self.body(self)
        except UsageError as error:
            _complain(str(error))
            sys.exit(_USAGE)
        except BrokenPipeError:
            raise
        except (InputError, OSError) as error:
            _complain(str(error))
            sys.exit(_FAILED)
        except ImportError as error:
            message = explain(error)
            if message is None:
                raise
            _complain(message)
            sys.exit(_FAILED)
        except KeyboardInterrupt:
            _complain(self.stopped)
            sys.exit(_INTERRUPTED)


def _in_package(argument: str) -> str:
    """An installed package brings the flagfiles of the demo and of the public corpora along."""
    name = argument.removeprefix(_FLAGFILE)
    packaged = Path(bioner_kd.__file__).parent / name
    if name == argument or not name.startswith("flags/") or Path(name).exists():
        return argument
    return f"{_FLAGFILE}{packaged}" if packaged.is_file() else argument


def _flag_help(flag: flags.Flag, required: bool) -> str:
    default = "" if flag.default in (None, "", []) else f" (default: {_plain(flag.default)})"
    # absl ends the help of a flag that may be repeated in its own words.
    text, repeated, _ = flag.help.partition(";\n    repeat this option")
    return textwrap.fill(
        f"{text}{' (may be given several times)' if repeated else ''}{default}"
        f"{' (required)' if required else ''}",
        100,
        initial_indent=f"  --{'[no]' if flag.boolean else ''}{flag.name}: ",
        subsequent_indent="      ",
        break_on_hyphens=False,
    )


def _plain(default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return ",".join(default) if isinstance(default, list) else str(default)


def _complain(message: str) -> None:
    name = Path(sys.argv[0]).name
    print(f"{name}: {message}", file=sys.stderr)  # noqa: T201 - a log line would bear a time


def _set_up_logging() -> None:
    if not flags.FLAGS["verbosity"].present:
        logging.set_verbosity(logging.INFO)
    logging.use_absl_handler()
    logging.get_absl_handler().setFormatter(_Plain())


class _Plain(logging.PythonFormatter):
    """The message alone: a person reads it, not a log collector."""

    def format(self, record: Any) -> str:
        return record.getMessage()
