from pathlib import Path

import pytest

from .files import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file from text or bytes."""

    def write(data: str | bytes, name: str = "vectors.bin") -> Path:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return write
