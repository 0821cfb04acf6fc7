"""Flags: where public corpora come from and go to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tqdm import tqdm

from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.corpus.public_table import public_names
from bioner_kd.errors import UsageError


@dataclass(frozen=True)
class DownloadChoice:
    """Source and target of a download."""

    folder: str = "corpora"
    base_url: str = ""


DOWNLOAD = Concern(
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
    """A bar for a file that is fetched; the function takes its name, bytes here and in all."""
    # disable=None: no bar where standard error is no terminal.
    with tqdm(unit="B", unit_scale=True, disable=None) as bar:

        def show(name: str, here: int, total: int) -> None:
            bar.set_description(name, refresh=False)
            bar.total, bar.n = total, here
            bar.refresh()

        yield show
