import contextlib
import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from bioner_kd.atomic import atomic_file, atomic_folder
from bioner_kd.errors import InputError
from bioner_kd.lock import lock_if_free


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "scores.txt"
    with atomic_file(path) as handle:
        handle.write("β\n")
        assert not path.exists()
    assert path.read_bytes() == "β\n".encode()
    assert names(path.parent) == ["scores.txt"]


def test_file_is_replaced_in_one_step(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with atomic_file(path, "wb") as handle:
        handle.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, InputError])
def test_failed_file_leaves_the_old_one_and_nothing_else(tmp_path, error):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(error), atomic_file(path) as handle:
        handle.write("half")
        raise error("stop")
    assert path.read_text() == "old" and names(tmp_path) == ["a"]


def test_file_has_the_permissions_of_an_ordinary_one(tmp_path):
    (tmp_path / "ordinary").touch()
    with atomic_file(tmp_path / "atomic"):
        pass
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)}
    assert len(modes) == 1


def test_options_are_those_of_open(tmp_path):
    with atomic_file(tmp_path / "a", encoding="utf-16", newline="\r\n") as handle:
        handle.write("x\n")
    assert (tmp_path / "a").read_bytes().decode("utf-16") == "x\r\n"


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file.*cannot create this folder"):
        with atomic_file(tmp_path / "file" / "below" / "a"):
            pass
    with pytest.raises(InputError, match="cannot create this folder"):
        with atomic_folder(tmp_path / "file" / "below" / "run"):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder_is_named(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(InputError, match="Permission denied"), atomic_file(folder / "a"):
        pass
    with pytest.raises(InputError, match="Permission denied"), atomic_folder(folder / "run"):
        pass


def test_refusal_of_the_file_system_is_named(tmp_path, monkeypatch):
    # What a read-only folder does, for root as well.
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(InputError, match=r"a: cannot write here \(Permission denied\)"):
        with atomic_file(tmp_path / "a"):
            pass
    with pytest.raises(InputError, match=r"run: cannot write here \(Permission denied\)"):
        with atomic_folder(tmp_path / "run"):
            pass


def test_file_onto_a_folder_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(InputError, match="a: cannot write here"), atomic_file(tmp_path / "a"):
        pass
    assert names(tmp_path) == ["a"]


def test_full_disk_is_named(tmp_path):
    with pytest.raises(InputError, match="No space left"), atomic_file(tmp_path / "a"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path) == []


def test_errors_about_other_files_are_not_taken_for_this_one(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_file(tmp_path / "a"):
        (tmp_path / "missing").read_text()
    with pytest.raises(ConnectionResetError), atomic_folder(tmp_path / "run"):
        raise ConnectionResetError
    assert names(tmp_path) == []


def test_folder_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "run"
    with atomic_folder(path) as folder:
        (folder / "a").write_text("x")
        assert folder.parent == path.parent and not path.exists()
    assert names(path) == ["a"] and names(path.parent) == ["run"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(path.parent.stat().st_mode)


def test_folder_that_exists_is_refused_before_the_work(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match="exists already.*--overwrite"):
        with atomic_folder(tmp_path / "run"):
            raise AssertionError("the block ran")


def test_folder_is_replaced_where_asked(tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    (path / "old").touch()
    with atomic_folder(path, overwrite=True) as folder:
        (folder / "new").touch()
        assert names(path) == ["old"]
    assert names(path) == ["new"] and names(tmp_path) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failed_folder_leaves_the_old_one_and_nothing_else(tmp_path, error):
    path = tmp_path / "run"
    path.mkdir()
    (path / "old").touch()
    with pytest.raises(error), atomic_folder(path, overwrite=True) as folder:
        (folder / "new").touch()
        raise error
    assert names(path) == ["old"] and names(tmp_path) == ["run"]


def test_old_folder_comes_back_when_the_new_one_cannot_take_its_name(tmp_path, monkeypatch):
    path = tmp_path / "run"
    path.mkdir()
    (path / "old").touch()
    rename = Path.rename

    def refuse_the_new_one(self, target):
        if target == path and self.name != path.name:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new_one)
    with pytest.raises(InputError, match="run: cannot write here"):
        with atomic_folder(path, overwrite=True) as folder:
            (folder / "new").touch()
    assert names(path) == ["old"] and names(tmp_path) == ["run"]


@pytest.fixture
def killed(tmp_path):
    """What processes left that were killed while they wrote a file and replaced a folder."""
    (tmp_path / ".a.1234abcd.tmp").write_text("half")
    (tmp_path / ".run.1234abcd.tmp").mkdir()
    (tmp_path / ".run.old.1234abcd.tmp" / "run").mkdir(parents=True)
    (tmp_path / ".run.old.1234abcd.tmp" / "run" / "result").touch()
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is locked there")
def test_what_a_killed_writer_left_is_removed_by_the_next(killed):
    with atomic_file(killed / "a"), atomic_folder(killed / "other"):
        pass
    assert ".a.1234abcd.tmp" not in names(killed) and ".run.1234abcd.tmp" in names(killed)
    with atomic_folder(killed / "run", overwrite=True):
        pass
    assert names(killed) == ["a", "other", "run"]


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is locked there")
def test_a_folder_comes_back_whose_successor_never_came(killed):
    with pytest.raises(RuntimeError), atomic_folder(killed / "run", overwrite=True):
        raise RuntimeError("stop")
    assert names(killed / "run") == ["result"]


def test_what_another_writer_is_writing_stays(killed):
    with lock_if_free_block(killed / ".a.1234abcd.tmp"), atomic_file(killed / "a") as outer:
        (inner,) = [name for name in names(killed) if name.startswith(".a.") and "1234" not in name]
        os.utime(killed / inner, (1, 1))
        with atomic_file(killed / "a") as file:
            file.write("second")
        assert {inner, ".a.1234abcd.tmp"} <= set(names(killed))
        outer.write("first")
    assert (killed / "a").read_text() == "first"


@contextlib.contextmanager
def lock_if_free_block(path):
    descriptor = lock_if_free(path)
    yield
    if descriptor is not None:
        os.close(descriptor)
