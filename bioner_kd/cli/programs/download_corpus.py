"""Downloads public corpora by name and verifies their checksums.

A download that was cut goes on where it was, and files that are there and right are left alone.
Each corpus gets a folder with train.tsv, devel.tsv, test.tsv and a record of where they came from.

  bioner_kd download_corpus NCBI-disease BC5CDR-chem
"""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.corpus.public_table import public_names
from bioner_kd.errors import UsageError
from bioner_kd.progress import Progress
from bioner_kd.settings import Settings, setting


@dataclass(frozen=True)
class DownloadChoice(Settings):
    """Source and target of a download."""

    folder: str = setting("corpora", "Folder for the corpora; each gets a folder of its own in it.")
    base_url: str = setting(
        "",
        "Mirror to use instead of the publishers' own servers, with the same paths below it.",
    )


DOWNLOAD = FlagGroup("Download", DownloadChoice())


def main(program: Program) -> None:
    """Downloads the corpora that the command line names."""
    from bioner_kd.corpus.public import download_corpus

    choice = program.read(DOWNLOAD)
    for name in names(program):
        with progress_bar() as progress:
            folder = Path(choice.folder) / name
            download_corpus(name, folder, base_url=choice.base_url or None, progress=progress)
        print(folder)


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


_CORPORA = f"The corpora: {', '.join(public_names())}."
PROGRAM = Program(
    f"{__doc__}\n{textwrap.fill(_CORPORA, 100)}\n",
    main,
    (DOWNLOAD,),
    takes_files=True,
)
