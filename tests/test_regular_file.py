"""Files from strangers are opened only if they are files, and read only if they are small."""

import os

import pytest

from bioner_kd.checksum import file_digest
from bioner_kd.regular_file import open_regular, read_small


def test_a_file_of_the_most_bytes_is_read_and_one_of_more_is_not(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_small(path, 5) == b"12345"
    with pytest.raises(OSError, match="more than 4 bytes"):
        read_small(path, 4)


@pytest.mark.parametrize("use", [open_regular, file_digest, lambda path: read_small(path, 10)])
def test_a_pipe_and_a_device_are_refused_at_once(tmp_path, use):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zeros").symlink_to("/dev/zero")
    for name in ("pipe", "zeros"):
        with pytest.raises(OSError, match="a pipe, socket or device") as caught:
            use(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none")
