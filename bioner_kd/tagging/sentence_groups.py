"""Sentences of many texts are read together, and come back as those of each text."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, TypeVar

from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.sentence import Sentence

Given = TypeVar("Given")
Found = TypeVar("Found")
# A sentence, its tags, and of each word the probability of its tag and of any entity.
Tagged = tuple[Sentence, list[str], list[float], list[float]]

# Sentences that are read together: enough that a model can batch those of like lengths, few enough
# that they take little memory. Padded words, because decoding pads to the longest.
_BATCH_SENTENCES, _BATCH_PADDED_WORDS = 256, 65_536


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
    find: Callable[[Iterable[Given]], Iterator[Found]], groups: Iterable[Iterable[Given]]
) -> list[list[Found]]:
    """What a function gives for each sentence of each group.

    Args:
        find: gives as much as it gets, in order; it may read sentences of all groups together.
        groups: of sentences.
    """
    found: list[list[Found]] = []
    owners: deque[list[Found]] = deque()

    def sentences() -> Iterator[Given]:
        for group in groups:
            owner: list[Found] = []
            found.append(owner)
            for sentence in group:
                owners.append(owner)
                yield sentence

    for one in find(sentences()):
        owners.popleft().append(one)
    return found


def joined(sentences: Sequence[Tagged]) -> TaggedText:
    """The sentences of one text as one."""
    text = sentences[0][0].text if sentences else ""
    columns = ((one.words, one.spans, *others) for one, *others in sentences)
    rows: list[list[Any]] = [
        list(chain.from_iterable(parts)) for parts in zip(*columns, strict=True)
    ]
    firsts = list(accumulate((len(one) for one, *_ in sentences), initial=0))[:-1]
    words, spans, tags, scores, in_entity = rows or [[]] * 5
    return TaggedText(text, words, spans, tags, scores, in_entity, firsts)
