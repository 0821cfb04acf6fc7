import mmap
import zipfile

import pytest

from bioner_kd.teacher.checkpoint.archive import open_archive
from bioner_kd.teacher.checkpoint.weights_file import Damaged


def mapped(path):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def test_records_are_listed_and_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"b" * 1000)
    with open_archive(mapped(tmp_path / "zip")) as archive:
        assert archive.namelist() == ["a"]
        assert archive.read("a") == b"b" * 1000


def test_a_table_of_contents_of_megabytes_is_not_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        for n in range(70):
            archive.writestr("n" * 65_000 + str(n), b"")
    with pytest.raises(Damaged, match="table of contents has 45"):
        open_archive(mapped(tmp_path / "zip"))
