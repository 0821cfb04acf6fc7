"""Flags: where public corpora come from and go to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.corpus.public_table import public_names
from bioner_kd.errors import UsageError
from bioner_kd.progress import Progress


@dataclass(frozen=True)
class DownloadChoice:
    """Source and target of a download."""

    folder: str = "corpora"
    base_url: str = ""


DOWNLOAD = FlagGroup(
    "Download",
    DownloadChoice(),
    {
        "folder": "Folder for the corpora; each gets a folder of its own in it.",
        "base_url": "Mirror to use instead of the publishers' own servers, with the same paths "
        "below it.",
    },
)


def names(program: Program) -> list[str]:
    """Names of corpora on the command line.

    Raises:
        UsageError: there is none, or one is unknown; the message lists all.
    """
    unknown = [name for name in program.arguments if name not in public_names()]
    if unknown or not program.arguments:
        what = f"{unknown[0]!r} is no known corpus" if unknown else "name a corpus"
        raise UsageError(f"{what}; there are {', '.join(public_names())}.")
    return program.arguments


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Shows how far a file is; the function takes its name, bytes here and in all."""
    with ExitStack() as shown:
        file: Progress | None = None

        def show(name: str, here: int, total: int) -> None:
            nonlocal file
            if file is None or file.name != name:
                shown.close()
                file = shown.enter_context(Progress(name, "byte", total, done=here, scaled=True))
            file.update(here - file.done)

        yield show
