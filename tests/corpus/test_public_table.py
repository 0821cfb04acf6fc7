import csv
import re

from bioner_kd.corpus.public_table import (
    ARCHIVE,
    ARCHIVE_TYPES,
    ARCHIVE_URL,
    REPOSITORY_URL,
    public_files,
    public_names,
)


def test_names():
    assert set(public_names()) == {
        "NCBI-disease",
        "BC5CDR-disease",
        "BC5CDR-chem",
        "BC5CDR",
        "BC2GM",
        "JNLPBA",
        "linnaeus",
        "BC4CHEMD",
        "s800",
    }
    assert len(public_names()) == 9


def test_every_corpus_of_the_repository_has_three_files():
    for name in set(public_names()) - set(ARCHIVE_TYPES):
        files = [file.name for file in public_files() if file.corpus == name]
        assert files == ["train.tsv", "devel.tsv", "test.tsv"]


def test_every_file_has_a_size_and_a_checksum():
    for file in (*public_files(), ARCHIVE):
        assert file.size > 0 and re.fullmatch("[0-9a-f]{64}", file.sha256)
    assert len({file.sha256 for file in public_files()}) == len(public_files()) == 21


def test_sources_are_pinned():
    assert re.search("/[0-9a-f]{40}$", REPOSITORY_URL)
    assert REPOSITORY_URL.startswith("https://") and ARCHIVE_URL.startswith("https://")


def test_table_agrees_with_the_record_beside_the_corpora(public_file):
    with public_file("SOURCES.tsv").open(newline="") as handle:
        rows = {row["file"]: row for row in csv.DictReader(handle, delimiter="\t")}
    for file in public_files():
        row = rows[f"{file.corpus}/{file.name}"]
        assert (file.path, file.size) == (row["path_in_repo"], int(row["bytes"]))
        assert file.sha256 == row["sha256"]
        assert REPOSITORY_URL.endswith(f"{row['repo']}/{row['commit']}")
