from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError
from bioner_kd.scale.blocks import Failure
from bioner_kd.scale.inputs import InputFile
from bioner_kd.scale.shards import ShardFolder, Tally

FILE = InputFile("in/a.txt", "a.txt", 1, 1)
TALLY = Tally(1, 2, {"Disease": 1}, (Failure("in/a.txt", "line 2", "bad"),))


@pytest.fixture
def folder(tmp_path: Path) -> ShardFolder:
    return ShardFolder(tmp_path, ".jsonl").take_turn("now")


def test_a_shard_has_a_record_of_what_is_in_it(folder: ShardFolder) -> None:
    assert not folder.has(FILE, 3)
    folder.write(FILE, 3, ["{}\n"], TALLY)
    assert folder.has(FILE, 3) and folder.tally(FILE, 3) == TALLY
    assert folder.shard(FILE, 3).read_text() == "{}\n"
    assert folder.shard(FILE, 3).name == "a.txt-00003.jsonl"


def test_a_worker_of_an_earlier_run_writes_nothing(folder: ShardFolder) -> None:
    folder.take_turn("later")
    with pytest.raises(InputError, match="another run writes here now"):
        folder.write(FILE, 0, ["{}\n"], TALLY)
    assert not folder.has(FILE, 0)


def test_what_a_killed_writer_left_is_deleted_and_nothing_else(folder: ShardFolder) -> None:
    with atomic_file(folder.shard(FILE, 0)):
        (left,) = folder.path.glob(".*.tmp")
    foreign = folder.path / ".gitignore"
    for path in (left, foreign):
        path.write_text("x", encoding="utf-8")
    assert folder.clean_up() == [left]
    assert foreign.exists() and not left.exists()


def test_a_full_disk_leaves_no_shard(
    folder: ShardFolder, room_for: Callable[[int], AbstractContextManager[None]]
) -> None:
    with room_for(1000), pytest.raises(InputError, match="free some space"):
        folder.write(FILE, 0, ["x" * 5000], TALLY)
    assert not folder.has(FILE, 0) and not folder.shard(FILE, 0).exists()
