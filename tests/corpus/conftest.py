"""What several tests of the corpus package share."""

import os
from pathlib import Path

import pytest

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "corpora"


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder of the public corpora; where it is missing, the tests that need it are skipped."""
    folder = Path(os.environ.get("BIONER_KD_CORPORA", _BESIDE_THE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip(
            f"the public corpora are not at {folder}; name their folder by BIONER_KD_CORPORA"
        )
    return folder
