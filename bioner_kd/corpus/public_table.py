"""Where the public corpora come from, and what their files must weigh and hash to.

Most are files of the repository MTL-Bioinformatics-2016, at one commit. BC4CHEMD and s800 come from
the archive that the authors of BioBERT publish; its size and SHA-256 are those that the library
huggingface/datasets records (datasets/species_800/dataset_infos.json at commit
045953f6fa97e765f2429a0f70b964b94306e422).
"""

import functools
from dataclasses import dataclass
from importlib import resources

REPOSITORY_URL = (
    "https://raw.githubusercontent.com/cambridgeltl/MTL-Bioinformatics-2016/"
    "df0df02fae6dbb87d88ffcf323b9096528f06f84"
)


@dataclass(frozen=True)
class PublicFile:
    """A file that can be fetched and checked.

    Attributes:
        corpus: name of its corpus, "" where it holds several.
        name: its name on disk.
        path: where it is under the base URL.
        size: bytes.
        sha256: 64 hexadecimal digits.
    """

    corpus: str
    name: str
    path: str
    size: int
    sha256: str


ARCHIVE_URL = "https://drive.google.com/uc?export=download&id=1OletxmPYNkz2ltOr9pyT0b0iBtUWxslh"
ARCHIVE = PublicFile(
    corpus="",
    name="NERdata.zip",
    path="NERdata.zip",
    size=18_204_624,
    sha256="30522c752fd90e6da05f117a52da13174b246e4980e46840e6e1737dc67e1d27",
)

# The corpora of the archive, and the entity type that its bare B and I tags leave out.
ARCHIVE_TYPES = {"BC4CHEMD": "Chemical", "s800": "Species"}


@functools.cache
def public_files() -> tuple[PublicFile, ...]:
    """Every file of the repository's corpora."""
    table = (resources.files("bioner_kd.corpus") / "public_corpora.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    return tuple(
        PublicFile(corpus, name, path, int(size), sha256)
        for corpus, name, path, size, sha256 in rows
    )


def public_names() -> tuple[str, ...]:
    """Names of the corpora that can be downloaded."""
    return (*dict.fromkeys(file.corpus for file in public_files()), *ARCHIVE_TYPES)
