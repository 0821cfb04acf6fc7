"""The command `bioner_kd`: each program is one of its subcommands."""

import ast
import difflib
import importlib
import importlib.util
import sys
from pathlib import Path

from bioner_kd import __version__

COMMAND = "bioner_kd"
PROGRAMS = f"{__package__}.programs"
# In the order in which they are needed, with what each group is for.
_GROUPS = {
    "Tag text": ("tag", "tag_corpus", "query_server", "convert"),
    "Train a tagger": (
        "download_corpus",
        "finetune_teacher",
        "cache_logits",
        "distill",
        "evaluate",
        "export",
    ),
    "Make it better": ("train_vectors", "adapt_teacher", "augment"),
    "Study it": ("sweep", "report", "benchmark"),
}
_HELP = {"--help", "-h", "-help", "help"}
_USAGE = 2


def main() -> None:
    """Runs the program that the command line names, and exits."""
    if len(sys.argv) < 2 or sys.argv[1] in _HELP:
        _say(overview())
    elif sys.argv[1] in ("--version", "version"):
        _say(f"{COMMAND} {__version__}\n")
    else:
        _run(sys.argv[1])


def names() -> list[str]:
    """Names of all programs, in the order of the overview."""
    return [name for group in _GROUPS.values() for name in group]


def overview() -> str:
    """What `bioner_kd --help` says: the programs, and the first line of each help."""
    lines = [f"usage: {COMMAND} PROGRAM [--FLAG=VALUE …]", f"       {COMMAND} PROGRAM --help"]
    for title, programs in _GROUPS.items():
        lines += ["", f"{title}:", *(f"  {name:<17}{_first_line(name)}" for name in programs)]
    return "\n".join(lines) + "\n"


def _run(given: str) -> None:
    name = given.replace("-", "_")
    if name not in names():
        close = difflib.get_close_matches(name, names(), 1)
        meant = f" Did you mean {close[0]}?" if close else ""
        sys.stderr.write(
            f"{COMMAND}: {given!r} is no program.{meant} {COMMAND} --help lists them.\n"
        )
        sys.exit(_USAGE)
    # A program calls itself by the first of these, in its messages.
    sys.argv[:2] = [f"{COMMAND} {name}"]
    importlib.import_module(f"{PROGRAMS}.{name}").PROGRAM.main()


def _first_line(name: str) -> str:
    # Read, not imported: not every installation has what every program needs.
    specification = importlib.util.find_spec(f"{PROGRAMS}.{name}")
    if specification is None or specification.origin is None:
        raise ValueError(f"{PROGRAMS}.{name}: there is no such module.")
    source = Path(specification.origin).read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def _say(text: str) -> None:
    sys.stdout.write(text)
