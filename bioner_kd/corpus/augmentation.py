"""New sentences from tagged ones: other mentions of the same types, and masked words.

A teacher should label the new sentences: its soft targets count, and not the inherited tags.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from bioner_kd.corpus.config import AugmentationConfig
from bioner_kd.text.iob2 import OUTSIDE, entities
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import MASK, split_words

# A mention with its entity type, or the words between two mentions with the type "".
Segment = tuple[str, tuple[str, ...]]
Mentions = Mapping[str, Sequence[tuple[str, ...]]]


def augment(sentences: Sequence[Sentence], config: AugmentationConfig) -> Iterator[Sentence]:
    """Makes new sentences.

    Their words are those of `tokenize`, joined by single spaces, so that text written of them is
    read as these words again.

    Args:
        sentences: with tags; their mentions are what others are replaced by.
        config: what is changed, how often, and the seed.

    Yields:
        Sentences with tags in the order of their sources; one that came out like its source is left
        out.

    Source:
        As `AugmentationConfig`.
    """
    random = np.random.default_rng(config.seed)
    segmented = [segments(sentence) for sentence in sentences]
    mentions = collect_mentions(segmented)
    for source, _ in itertools.product(segmented, range(config.copies)):
        changed = [_change(segment, mentions, config, random) for segment in source]
        if changed != source:
            yield join(changed)


def segments(sentence: Sentence) -> list[Segment]:
    """Cuts a sentence with tags at the borders of its mentions; no segment is empty."""
    found: list[Segment] = []
    end = 0
    for entity_type, first, after in entities(sentence.tags or ()):
        found += [("", sentence.words[end:first]), (entity_type, sentence.words[first:after])]
        end = after
    found.append(("", sentence.words[end:]))
    # A corpus may have words that the tokeniser parts, such as "IL-2".
    parted = [(kind, tuple(split_words(" ".join(words)))) for kind, words in found]
    return [(kind, words) for kind, words in parted if words]


def collect_mentions(sentences: Iterable[Sequence[Segment]]) -> Mentions:
    """The different mentions of each type in the order of their first use."""
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for kind, words in itertools.chain.from_iterable(sentences):
        if kind:
            found.setdefault(kind, {})[words] = None
    return {kind: list(words) for kind, words in found.items()}


def join(parts: Iterable[Segment]) -> Sentence:
    """The sentence of these segments, with IOB2 tags."""
    words: list[str] = []
    tags: list[str] = []
    for kind, part in parts:
        words += part
        first, rest = (f"B-{kind}", f"I-{kind}") if kind else (OUTSIDE, OUTSIDE)
        tags += [first, *[rest] * (len(part) - 1)]
    return Sentence.from_words(words, tags)


def _change(
    segment: Segment, mentions: Mentions, config: AugmentationConfig, random: np.random.Generator
) -> Segment:
    kind, words = segment
    if not kind:
        masked = random.random(len(words)) < config.mask_words
        return kind, tuple(MASK if hide else word for word, hide in zip(words, masked, strict=True))
    if random.random() >= config.replace_mentions:
        return segment
    # Each different mention is as likely as any other: rare ones are what a student lacks.
    same_type = mentions[kind]
    if len(same_type) == 1:
        return segment
    drawn = same_type[random.integers(len(same_type) - 1)]
    return kind, same_type[-1] if drawn == words else drawn
