"""Sentences of many texts are read together, and come back as those of each text."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")
FoundOf = TypeVar("FoundOf", contravariant=True)

# Sentences that are read together: enough that a model can batch those of like lengths, few enough
# that they take little memory. Padded words, because decoding pads to the longest.
_BATCH_SENTENCES, _BATCH_PADDED_WORDS = 256, 65_536


class Group(Protocol[FoundOf]):
    """Takes what is found of the sentences of one text, such as a list."""

    def append(self, found: FoundOf, /) -> None:
        """Takes what is found of the next sentence."""


Groups = TypeVar("Groups", bound=Group)


def in_batches(sentences: Iterable[Given], length: Callable[[Given], int]) -> Iterator[list[Given]]:
    """Sentences in order, as many at a time as a model reads together.

    Args:
        sentences: or what holds one each.
        length: number of words of one.
    """
    batch: list[Given] = []
    longest = 0
    for sentence in sentences:
        longest = max(longest, length(sentence))
        full = len(batch) == _BATCH_SENTENCES or (len(batch) + 1) * longest > _BATCH_PADDED_WORDS
        if batch and full:
            yield batch
            batch, longest = [], length(sentence)
        batch.append(sentence)
    if batch:
        yield batch


def in_groups(
    find: Callable[[Iterable[Given]], Iterator[Found]],
    groups: Iterable[Iterable[Given]],
    group: Callable[[], Groups],
) -> list[Groups]:
    """What a function gives for each sentence of each group.

    Args:
        find: gives as much as it gets, in order; it may read sentences of all groups together.
        groups: of sentences.
        group: makes what takes the results of a group.
    """
    found: list[Groups] = []
    owners: deque[Groups] = deque()

    def sentences() -> Iterator[Given]:
        for some in groups:
            owner = group()
            found.append(owner)
            for sentence in some:
                owners.append(owner)
                yield sentence

    for one in find(sentences()):
        owners.popleft().append(one)
    return found
