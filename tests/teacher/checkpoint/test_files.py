"""The files of a checkpoint are opened at a bounded cost."""

import mmap
import zipfile

import ml_dtypes
import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.files import (
    Damaged,
    float32_from_bfloat16,
    open_archive,
    read_json_object,
)


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


def test_an_object_is_read(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"naïve": [1]}', encoding="utf-8")
    assert read_json_object(path) == {"naïve": [1]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b'{"a": ', "not valid JSON"),
        (b'{"\xe9": 1}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1]", "holds a list"),
        (b"null", "holds a NoneType"),
    ],
)
def test_anything_else_is_an_error_that_names_the_file(tmp_path, content, reason):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        read_json_object(path)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"config\.json: cannot read this file"):
        read_json_object(tmp_path / "config.json")


def test_every_bfloat16_number_is_widened_exactly():
    bits = np.arange(2**16, dtype=np.uint16)
    np.testing.assert_array_equal(
        float32_from_bfloat16(bits), bits.view(ml_dtypes.bfloat16).astype(np.float32), strict=True
    )


def test_strided_bits_and_a_single_number_keep_their_shape():
    bits = np.array([[0x3F80, 0x4000], [0x4040, 0xC020]], np.uint16)
    assert float32_from_bfloat16(bits.T).tolist() == [[1.0, 3.0], [2.0, -2.5]]
    assert float32_from_bfloat16(bits[0, 0]).shape == ()
