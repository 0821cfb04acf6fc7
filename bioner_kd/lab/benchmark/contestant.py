"""Contestants: how they are described, and the interface of an opened one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.sentence import Sentence

Span = tuple[str, int, int]
# The option with this name is set to the number of cores of the measurement.
THREADS = "threads"


@dataclass(frozen=True)
class Contestant:
    """A model that is measured: one row of the table.

    Attributes:
        name: a word that identifies it, in flags and in records.
        title: its name in the table.
        opener: "module:function" that opens it in its process.
        options: arguments of the opener, of types that JSON has.
        size: bytes on disk of all its files; None where it is not on disk.
        slow: whether it is timed on the smaller sample.
        trained: whether it was trained on this corpus, so that its F1 means something.
        many: whether it tags many texts at once, and gets the sample several times.
        profiled: whether the time of each of its steps is measured.
        parts: bytes of each of its files, by name, where the report shows them.
    """

    name: str
    title: str
    opener: str
    options: Mapping[str, Any] = field(default_factory=dict)
    size: int | None = None
    slow: bool = False
    trained: bool = True
    many: bool = False
    profiled: bool = False
    parts: Mapping[str, int] = field(default_factory=dict)


class Opened(Protocol):
    """A contestant that can tag."""

    def tag(self, sentences: Sequence[Sentence]) -> Sequence[Any]:
        """The call that is timed: entities or tags of each sentence, in order."""

    def tags(self, sentence: Sentence, result: Any) -> Sequence[str]:
        """IOB2 tags of the words of a sentence, from its item in the result of `tag`."""


class OfTexts:
    """A contestant that finds entities in texts."""

    def __init__(self, tag: Callable[[Sequence[str]], Iterable[Iterable[Span]]]) -> None:
        """Makes it from a function that gives (type, start, end) of each entity of each text."""
        self._tag = tag

    def tag(self, sentences: Sequence[Sentence]) -> list[Iterable[Span]]:
        """Entities of each sentence's text."""
        return list(self._tag([sentence.text for sentence in sentences]))

    def tags(self, sentence: Sentence, result: Iterable[Span]) -> list[str]:
        """Tags of the words that the entities touch."""
        return tags_of_spans(sentence, result)


class OfWords:
    """A contestant that tags words."""

    def __init__(self, tag: Callable[[Sequence[Sentence]], Sequence[Sequence[str]]]) -> None:
        """Makes it from a function that gives the IOB2 tags of each sentence."""
        self._tag = tag

    def tag(self, sentences: Sequence[Sentence]) -> Sequence[Sequence[str]]:
        """Tags of each sentence."""
        return self._tag(sentences)

    def tags(self, sentence: Sentence, result: Sequence[str]) -> Sequence[str]:
        """The tags that `tag` gave."""
        return result


def tags_of_spans(sentence: Sentence, spans: Iterable[Span]) -> list[str]:
    """IOB2 tags of the words that spans of characters touch.

    A span that ends inside a word counts for the whole word. This favours taggers that cut text
    into other words than the corpus does.

    Args:
        sentence: with the text whose characters the spans count.
        spans: (type, start, end), in order; of two spans that touch one word, the first counts.
    """
    tags = [OUTSIDE] * len(sentence)
    for entity_type, start, end in spans:
        prefix = "B"
        for number, (first, last) in enumerate(sentence.spans):
            if first < end and start < last and tags[number] == OUTSIDE:
                tags[number] = f"{prefix}-{entity_type}"
                prefix = "I"
    return tags
