"""Files from strangers are opened only if they are files, and read only if they are small."""

import os

import pytest

from bioner_kd.regular_file import file_digest, open_regular, read_small


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


def test_the_digest_is_sha256_of_the_whole_file(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_digest(tmp_path / "a").startswith("ba7816bf8f01cfea414140de5dae2223b00361a3")


def test_a_file_longer_than_one_piece_is_read_whole(tmp_path):
    (tmp_path / "a").write_bytes(bytes(3 << 20))
    (tmp_path / "b").write_bytes(bytes((3 << 20) - 1))
    assert file_digest(tmp_path / "a") != file_digest(tmp_path / "b")
