"""Downloads public corpora by name and verifies their checksums.

A download that was cut goes on where it was; files that are there and fit are not fetched again. Without a name it lists the
names.

  python scripts/download_corpus.py NCBI-disease BC5CDR-chem
"""

from bioner_kd.cli import download
from bioner_kd.cli.program import Program


def main(program: Program) -> None:
    """Downloads the corpora that are named."""
    download.download(program)


PROGRAM = Program(__doc__, main, (download.DOWNLOAD,), takes_files=True)
if __name__ == "__main__":
    PROGRAM.main()
