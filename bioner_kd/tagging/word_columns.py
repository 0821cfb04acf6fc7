"""What is known of the words of a text, in columns that take a few bytes per word.

A text may have millions of words, and an object for each of them would take ten times the memory of
the text.
"""

from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")

# Type codes of arrays: places in a text, numbers of tags.
PLACE, TAG = "I", "H"
MOST_TAGS = 1 << 16
# Words that an iterator has as objects at a time.
_BLOCK = 4096


class Column(Sequence[Value], Generic[Value]):
    """One value per word, made of more compact ones when it is looked at."""

    @abstractmethod
    def between(self, first: int, end: int) -> Sequence[Value]:
        """Values from one word to the one before another."""

    @overload
    def __getitem__(self, key: int) -> Value: ...

    @overload
    def __getitem__(self, key: slice) -> Sequence[Value]: ...

    def __getitem__(self, key: int | slice) -> Value | Sequence[Value]:
        """The value of a word, or those of neighbouring words."""
        if isinstance(key, slice):
            first, end, step = key.indices(len(self))
            return self.between(first, max(first, end))[:: step if step > 0 else None]
        number = key + len(self) if key < 0 else key
        if not 0 <= number < len(self):
            raise IndexError(f"there is no word {key} of {len(self)}")
        return self.between(number, number + 1)[0]

    def __iter__(self) -> Iterator[Value]:
        """The values in order."""
        for first in range(0, len(self), _BLOCK):
            yield from self.between(first, min(first + _BLOCK, len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether a sequence has the same values."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


class Spans(Column[tuple[int, int]]):
    """Start and end of each word in characters of the text."""

    def __init__(self, bounds: "array[int]") -> None:
        """Takes the start of the first word, its end, the start of the second one and so on."""
        self._bounds = bounds

    def __len__(self) -> int:
        """Number of words."""
        return len(self._bounds) // 2

    def between(self, first: int, end: int) -> list[tuple[int, int]]:
        """Spans from one word to the one before another."""
        bounds = iter(self._bounds[2 * first : 2 * end])
        return list(zip(bounds, bounds, strict=True))


class Words(Column[str]):
    """The words of a text as the model read them: most are what stands at their spans."""

    def __init__(self, text: str, bounds: "array[int]", written: Mapping[int, str]) -> None:
        """Takes the text, its spans as `Spans` does, and the words that are written otherwise.

        Args:
            text: that the spans point into.
            bounds: of the words.
            written: by number, words such as those that are wrapped at a hyphen.
        """
        self._text, self._bounds, self._written = text, bounds, written

    def __len__(self) -> int:
        """Number of words."""
        return len(self._bounds) // 2

    def between(self, first: int, end: int) -> list[str]:
        """Words from one to the one before another."""
        text, bounds = self._text, iter(self._bounds[2 * first : 2 * end])
        words = [text[start:stop] for start, stop in zip(bounds, bounds, strict=True)]
        if self._written:
            words = [self._written.get(n, word) for n, word in enumerate(words, first)]
        return words


class Tags(Column[str]):
    """IOB2 tags, which may be changed."""

    def __init__(self, names: Iterable[str], ids: "array[int]") -> None:
        """Takes the tags that there are, and the number of each word's tag."""
        self._names, self._ids = list(names), ids

    @classmethod
    def copied(cls, tags: Sequence[str]) -> "Tags":
        """The same tags in a column of its own.

        Raises:
            ValueError: there are more than 65,536 different ones.
        """
        if isinstance(tags, Tags):
            return cls(tags._names, tags._ids[:])
        copy = cls((), array(TAG, bytes(len(tags) * array(TAG).itemsize)))
        copy.put(0, tags)
        return copy

    def __len__(self) -> int:
        """Number of words."""
        return len(self._ids)

    def between(self, first: int, end: int) -> list[str]:
        """Tags from one word to the one before another."""
        names = self._names
        return [names[number] for number in self._ids[first:end]]

    def put(self, first: int, tags: Sequence[str]) -> None:
        """Changes the tags from one word on.

        Raises:
            ValueError: there would be more than 65,536 different ones.
        """
        numbers = {name: number for number, name in enumerate(self._names)}
        ids = [numbers.setdefault(tag, len(numbers)) for tag in tags]
        if len(numbers) > MOST_TAGS:
            raise ValueError(f"there are more than {MOST_TAGS} different tags")
        self._names = list(numbers)
        self._ids[first : first + len(ids)] = array(TAG, ids)

    def __eq__(self, other: object) -> bool:
        """Whether a sequence has the same tags."""
        if isinstance(other, Tags) and self._names == other._names:
            return self._ids == other._ids
        return super().__eq__(other)


class Changed(Column[Any]):
    """A column of which some values are others."""

    def __init__(self, before: Sequence[Any], values: Mapping[int, Any]) -> None:
        """Takes the column, and the other values by the number of their word."""
        self._before, self._values = before, values

    def __len__(self) -> int:
        """Number of words."""
        return len(self._before)

    def between(self, first: int, end: int) -> list[Any]:
        """Values from one word to the one before another."""
        return [
            self._values.get(n, value) for n, value in enumerate(self._before[first:end], first)
        ]
