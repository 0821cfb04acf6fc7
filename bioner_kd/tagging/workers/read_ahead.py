"""An iterator is read in a thread of its own, a bounded amount ahead of who uses it.

Whoever takes from it gets what is there: much at once from a fast source, a single item from a
person who types, who need not type another one before seeing what became of the first.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Chunk(Generic[Item]):
    """Neighbouring items.

    Attributes:
        first: number of the first one, counted from 1.
        items: in order; none at the end.
        whole: whether it is as large as a chunk should be.
    """

    first: int
    items: list[Item]
    whole: bool = False

    def __str__(self) -> str:
        last = self.first + len(self.items) - 1
        return f"text {self.first}" if last <= self.first else f"texts {self.first} to {last}"


class ReadAhead(Generic[Item]):
    """Items that were read but not yet taken.

    Attributes:
        waiting: their size.
    """

    def __init__(
        self,
        items: Iterable[Item],
        size: Callable[[Item], int],
        *,
        ahead: int,
        chunk: int,
        whole: bool = False,
        first: int = 1,
    ) -> None:
        """Starts to read.

        Args:
            items: read until they end or `close` is called.
            size: of an item, in any unit.
            ahead: size from which no more is read until some is taken.
            chunk: size from which a chunk is complete.
            whole: wait for complete chunks, so that they depend on the items alone, and not on the
                time that these take to come.
            first: number of the first item.
        """
        self.waiting = 0
        self._size, self._ahead, self._chunk, self._whole = size, ahead, chunk, whole
        self._changed = threading.Condition()
        self._items: deque[Item] = deque()
        self._taken = first - 1
        self._ended = self._closed = False
        self._error: BaseException | None = None
        # A daemon: it may be waiting for a person or a network when the program ends.
        threading.Thread(target=self._read, args=(items,), daemon=True).start()

    def _read(self, items: Iterable[Item]) -> None:
        error = None
        try:
            for item in items:
                if not self._add(item):
                    return
        except BaseException as raised:  # whoever takes the next item is told
            error = raised
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify_all()

    def _add(self, item: Item) -> bool:
        with self._changed:
            self._items.append(item)
            self.waiting += self._size(item)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.waiting < self._ahead or self._closed)
            return not self._closed

    def take(self) -> Chunk[Item]:
        """The next items: what is there, but a chunk at most; waits for one at least.

        Where `whole` was asked for, it waits for a chunk, or for the end.

        Raises:
            BaseException: what reading raised, once everything before it was taken.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready() or self._ended or self._closed)
            if not self._items and self._error:
                raise self._error
            items: list[Item] = []
            size = 0
            while self._items and size < self._chunk and not self._closed:
                items.append(self._items.popleft())
                size += self._size(items[-1])
            self.waiting -= size
            self._taken += len(items)
            self._changed.notify_all()
            return Chunk(self._taken - len(items) + 1, items, size >= self._chunk)

    def _ready(self) -> bool:
        return self.waiting >= self._chunk if self._whole else bool(self._items)

    def close(self) -> None:
        """Reads no more; who waits for items gets none."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
