"""A contestant: what the plan knows of it, and what its process makes of that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.sentence import Sentence

Span = tuple[str, int, int]
# An option of this name gets the number of cores that the contestant has this time.
THREADS = "threads"


@dataclass(frozen=True)
class Contestant:
    """One row of the table, before its process has started.

    Attributes:
        name: a word, by which it is left out and found in the records.
        title: what the table calls it.
        opener: "module:function" that opens it in its process, given `options`.
        options: arguments of that function, which JSON can hold.
        size: bytes on disk of all that it needs, None where it is not on disk.
        slow: timed on the smaller sample.
        trained: has learnt from this corpus, so that its F1 means something.
        many: is made for many texts at once, and gets the sample many times.
        profiled: its time is taken apart.
        parts: bytes of the files that `size` adds up, by name, where that is of interest.
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
    """A contestant that is ready."""

    def tag(self, sentences: Sequence[Sentence]) -> Sequence[Any]:
        """What is timed: from texts, or from words, to entities or tags, in order."""

    def tags(self, sentence: Sentence, result: Any) -> Sequence[str]:
        """IOB2 tags of the words of a sentence, from its part of what `tag` gave."""


class OfTexts:
    """A contestant that is given a text and finds entities in it."""

    def __init__(self, tag: Callable[[Sequence[str]], Iterable[Iterable[Span]]]) -> None:
        """Takes what finds (type, start, end) of each entity of each text."""
        self._tag = tag

    def tag(self, sentences: Sequence[Sentence]) -> list[Iterable[Span]]:
        """Entities of each sentence's text."""
        return list(self._tag([sentence.text for sentence in sentences]))

    def tags(self, sentence: Sentence, result: Iterable[Span]) -> list[str]:
        """Tags of the words that the entities touch."""
        return tags_of_spans(sentence, result)


class OfWords:
    """A contestant that is given words and tags them."""

    def __init__(self, tag: Callable[[Sequence[Sentence]], Sequence[Sequence[str]]]) -> None:
        """Takes what gives the IOB2 tags of each sentence."""
        self._tag = tag

    def tag(self, sentences: Sequence[Sentence]) -> Sequence[Sequence[str]]:
        """Tags of each sentence."""
        return self._tag(sentences)

    def tags(self, sentence: Sentence, result: Sequence[str]) -> Sequence[str]:
        """These tags."""
        return result


def tags_of_spans(sentence: Sentence, spans: Iterable[Span]) -> list[str]:
    """IOB2 tags of the words that spans of characters touch.

    A span that ends inside of a word is read as all of the word, which favours taggers that cut
    text into other words than the corpus does.

    Args:
        sentence: with the text that the spans count in.
        spans: (type, start, end), in order; where two touch one word, the first has it.
    """
    tags = [OUTSIDE] * len(sentence)
    for entity_type, start, end in spans:
        prefix = "B"
        for number, (first, last) in enumerate(sentence.spans):
            if first < end and start < last and tags[number] == OUTSIDE:
                tags[number] = f"{prefix}-{entity_type}"
                prefix = "I"
    return tags
