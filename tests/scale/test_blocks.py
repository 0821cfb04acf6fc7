from pathlib import Path

from bioner_kd.scale.blocks import Block, BlockReading, Failure
from bioner_kd.scale.inputs import find_files, parts_of
from bioner_kd.text.format import ReadOptions


def read(folder: Path, parts: int = 1, largest: int = 100, size: int = 2) -> list[Block | int]:
    reading = BlockReading("lines", ReadOptions(), largest, size)
    found = parts_of(find_files([f"{folder}/*"], parts))
    return [block for part in found for block in reading.blocks(part, lambda number: True)]


def test_a_failure_takes_the_place_of_its_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\ntwo \xff\nthree\nfour" + b" x" * 60 + b"\nfive\n")
    *blocks, number = read(tmp_path)
    assert number == 3
    texts = [[one.text for one in block.documents] for block in blocks if isinstance(block, Block)]
    assert texts == [["one"], ["three"], ["five"]]
    places = [one.place for block in blocks if isinstance(block, Block) for one in block.failures]
    assert places == ["line 2", "line 4"]


def test_parts_share_the_blocks_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"line {n}\n" for n in range(9)), encoding="utf-8")
    alone = [one for one in read(tmp_path) if isinstance(one, Block)]
    shared = [one for one in read(tmp_path, parts=2) if isinstance(one, Block)]
    documents = [one.documents for one in sorted(shared, key=lambda block: block.number)]
    assert documents == [one.documents for one in alone]


def test_a_file_that_is_no_text_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and more")
    block, number = read(tmp_path)
    assert isinstance(block, Block) and number == 1
    (failure,) = block.failures
    assert isinstance(failure, Failure) and "a PDF" in failure.reason and not block.documents
