"""Fixtures of the teacher's tests."""

from pathlib import Path

import numpy as np
import pytest

from .tiny_bert import write_checkpoint


@pytest.fixture
def tiny_teacher_folder(tmp_path: Path) -> Path:
    """A bare uncased BERT of two layers: config.json, vocab.txt, model.safetensors."""
    folder = tmp_path / "tiny_teacher"
    write_checkpoint(folder)
    return folder


@pytest.fixture
def tiny_state(tiny_teacher_folder: Path) -> dict[str, np.ndarray]:
    """The weights in `tiny_teacher_folder`, by their PyTorch names."""
    from safetensors.numpy import load_file

    return load_file(tiny_teacher_folder / "model.safetensors")
