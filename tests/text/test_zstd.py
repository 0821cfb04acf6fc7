"""Zstandard, with each library that may be there and without any."""

import io
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text import zstd
from bioner_kd.text.compressed import compressed
from bioner_kd.text.source import Source

LIBRARIES = ("compression.zstd", "backports.zstd", "zstandard")
# "Gout hurts.\nβ\n", compressed, with a checksum.
FRAME = bytes.fromhex("28b52ffd240f790000476f75742068757274732e0aceb20ae81fe44e")
TEXT = ["Gout hurts.", "β"]


@pytest.fixture(params=LIBRARIES)
def library(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One library alone."""
    pytest.importorskip(request.param)
    for name in set(LIBRARIES) - {request.param}:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIBRARIES:
        monkeypatch.setitem(sys.modules, name, None)


def source(folder: Path, data: bytes) -> Source:
    (folder / "a.txt.zst").write_bytes(data)
    return Source(folder / "a.txt.zst")


@pytest.mark.usefixtures("library")
def test_frames_are_read_one_behind_another(tmp_path):
    assert zstd.is_available()
    assert list(source(tmp_path, FRAME).lines()) == TEXT
    assert list(source(tmp_path, FRAME * 3).lines()) == TEXT * 3
    assert source(tmp_path, FRAME).start() == "Gout hurts.\nβ\n"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("kept", [5, 9, len(FRAME) - 1, len(FRAME) + 7])
def test_a_file_that_is_cut_short_is_told(tmp_path, kept):
    with pytest.raises(InputError, match="a.txt.zst: .*cut short or damaged"):
        list(source(tmp_path, (FRAME * 2)[:kept]).lines())


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("bad", [FRAME[:4] + b"\xff" * 9, FRAME + b"no frame"])
def test_a_damaged_file_is_told(tmp_path, bad):
    with pytest.raises(InputError, match="a.txt.zst: .*cut short or damaged"):
        list(source(tmp_path, bad).lines())


@pytest.mark.usefixtures("library")
def test_what_is_written_is_read(tmp_path):
    file = io.BytesIO()
    with compressed(file, ".zst") as stream:
        for _ in range(20_000):
            stream.write("Gout hurts.\nβ\n".encode())
    assert len(file.getvalue()) < 1000
    assert list(source(tmp_path, file.getvalue()).lines()) == TEXT * 20_000


@pytest.mark.usefixtures("no_library")
def test_without_a_library_the_remedy_is_told(tmp_path):
    assert not zstd.is_available()
    with pytest.raises(InputError, match="a.txt.zst: .*Zstandard.*pip install zstandard"):
        source(tmp_path, FRAME).lines()
    with pytest.raises(UsageError, match="pip install zstandard"):
        compressed(io.BytesIO(), ".zst")


def fake_library() -> types.ModuleType:
    """A module as `compression.zstd` is, whose frames are not compressed."""

    class ZstdError(Exception):
        pass

    class ZstdFile(io.BytesIO):
        def __init__(self, file: Any) -> None:
            super().__init__(file.read()[len(FRAME) :])

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            if b"bad" in data:
                raise ZstdError("bad frame")
            return data

    module = types.ModuleType("compression.zstd")
    module.ZstdFile, module.ZstdError = ZstdFile, ZstdError
    return module


@pytest.mark.usefixtures("no_library")
def test_pythons_own_module_is_used_where_it_is_there(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "compression", types.ModuleType("compression"))
    monkeypatch.setitem(sys.modules, "compression.zstd", fake_library())
    assert list(source(tmp_path, FRAME + b"Gout.\nhurts.\n").lines()) == ["Gout.", "hurts."]
    with pytest.raises(InputError, match=r"damaged \(bad frame\)"):
        list(source(tmp_path, FRAME + b"bad").lines())
