import itertools
import threading
from collections.abc import Iterator

import pytest

from bioner_kd.tagging.workers.read_ahead import ReadAhead


def wait_until(condition: threading.Condition, check: object) -> None:
    with condition:
        assert condition.wait_for(check, timeout=30)  # type: ignore[arg-type]


def test_items_come_in_order_and_numbered_and_then_nothing() -> None:
    source = ReadAhead("abcdefg", len, ahead=100, chunk=3)
    items, firsts = [], []
    while (chunk := source.take()).items:
        assert len(chunk.items) <= 3
        firsts.append((chunk.first, len(items) + 1))
        items += chunk.items
    assert "".join(items) == "abcdefg"
    assert all(first == expected for first, expected in firsts)
    assert source.take().items == []


def test_no_more_is_read_than_fits() -> None:
    read = []

    def endless() -> Iterator[str]:
        for number in itertools.count():
            read.append(number)
            yield "ten chars."

    source = ReadAhead(endless(), len, ahead=50, chunk=20)
    wait_until(source._changed, lambda: source.waiting >= 50)
    assert (source.waiting, len(read)) == (50, 5)
    assert len(source.take().items) == 2
    wait_until(source._changed, lambda: source.waiting >= 50)
    assert len(read) == 7
    source.close()


def test_an_item_larger_than_a_chunk_is_one() -> None:
    source = ReadAhead(["x" * 1000, "y"], len, ahead=10, chunk=10)
    assert source.take().items == ["x" * 1000]
    assert source.take().items == ["y"]


def test_an_item_is_given_before_the_next_one_is_there() -> None:
    asked = threading.Event()

    def dialogue() -> Iterator[str]:
        yield "question"
        assert asked.wait(30)
        yield "answer"

    source = ReadAhead(dialogue(), len, ahead=100, chunk=100)
    assert source.take().items == ["question"]
    asked.set()
    assert source.take().items == ["answer"]


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise OSError("the disk")

    source = ReadAhead(broken(), len, ahead=100, chunk=100)
    assert source.take().items == ["a"]
    for _ in range(2):
        with pytest.raises(OSError, match="the disk"):
            source.take()


def test_who_waits_for_a_closed_source_gets_nothing() -> None:
    never = threading.Event()

    def silent() -> Iterator[str]:
        never.wait(30)
        yield ""

    source = ReadAhead(silent(), len, ahead=100, chunk=100)
    threading.Timer(0.05, source.close).start()
    assert source.take().items == []
    never.set()
