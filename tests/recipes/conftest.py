"""A small collection of sources."""

from pathlib import Path

import pytest

from bioner_kd.corpus.heads import heads_by_type
from bioner_kd.recipes.collection import Collection, collect

from .collection_files import TABLE, Files, made_files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The files of a table of a few sources."""
    return made_files(tmp_path)


@pytest.fixture
def collected(files: Files) -> Collection:
    """All of them, for heads by type."""
    heads = heads_by_type(TABLE)
    return collect(heads, corpora=files.corpora, documents=files.documents, table=TABLE)
