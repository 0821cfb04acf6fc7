"""Downloads public corpora by name and verifies their checksums.

A download that was cut goes on where it was, and files that are there and right are left alone.
Each corpus gets a folder with train.tsv, devel.tsv, test.tsv and a record of where they came from.

  bioner_kd download_corpus NCBI-disease BC5CDR-chem
"""

import textwrap

from bioner_kd.cli import download
from bioner_kd.cli.program import Program
from bioner_kd.corpus.public_table import public_names


def main(program: Program) -> None:
    """Downloads the corpora that the command line names."""
    from pathlib import Path

    from bioner_kd.corpus.public import download_corpus

    choice = program.read(download.DOWNLOAD)
    for name in download.names(program):
        with download.progress_bar() as progress:
            folder = Path(choice.folder) / name
            download_corpus(name, folder, base_url=choice.base_url or None, progress=progress)
        print(folder)


_CORPORA = f"The corpora: {', '.join(public_names())}."
PROGRAM = Program(
    f"{__doc__}\n{textwrap.fill(_CORPORA, 100)}\n",
    main,
    (download.DOWNLOAD,),
    takes_files=True,
)
