"""Word-level logits become tags, and tags entities: one rule for evaluation and for use."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioner_kd.corpus import iob2
from bioner_kd.corpus.tag_set import TagSet


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention found in a text.

    Attributes:
        type: entity type, such as "Disease".
        text: the mention as the text has it, `source[start:end]`.
        start: its first character in the source text, counted from 0.
        end: the character after its last.
        score: arithmetic mean of the probabilities that the model gives to the tags of the
            mention's words, in (0, 1]. It ranks mentions by the model's confidence. It is neither
            the probability that the whole mention is right (nearer to the product) nor that of its
            weakest word, so a long mention is not marked down for its length.
    """

    type: str
    text: str
    start: int
    end: int
    score: float


def decode(logits: np.ndarray, tag_set: TagSet) -> list[str]:
    """The most probable sequence of tags that IOB2 allows: no I- opens a mention.

    A word-wise maximum may follow an O by an I-, which is no mention at all or, as conlleval reads
    it, one that lacks its first word. Forbidding that is worth about one point of F1 for a BiLSTM,
    and makes conlleval and strict scores agree.

    Args:
        logits: float (words, tags) of one sentence, without padding.
        tag_set: the tags in the order of the last axis.

    Returns:
        One tag a word; of equally probable sequences, that of the lower ids at its end.

    Raises:
        ValueError: the shape does not fit the tag set, or a word's best logit is NaN or infinite.

    Source:
        Viterbi (1967); hard transition constraints as in Strubell et al. (2017), arXiv:1702.02098,
        section 4.1.
    """
    if logits.ndim != 2 or logits.shape[1] != len(tag_set):
        raise ValueError(
            f"logits have shape {logits.shape}, expected (words, {len(tag_set)} tags)."
        )
    _best_logits(logits)
    opens, follows = _allowed(tag_set.tags)
    ids = logits.argmax(axis=1)
    # Most sentences need no search: a maximum that happens to be allowed is the best allowed one.
    if len(ids) and not (opens[ids[0]] and follows[ids[:-1], ids[1:]].all()):
        ids = _viterbi(logits.astype(np.float64), opens, follows)
    return [tag_set.tags[number] for number in ids]


@functools.lru_cache(maxsize=64)
def _allowed(tags: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Whether a tag may open a sentence, bool (tags,), and follow another, bool (before, after)."""
    inside = [tag.startswith("I-") for tag in tags]
    opens = np.array([not within for within in inside])
    follows = np.array(
        [
            [
                not within or before[2:] == after[2:]
                for after, within in zip(tags, inside, strict=True)
            ]
            for before in tags
        ]
    )
    return opens, follows


def _viterbi(scores: np.ndarray, opens: np.ndarray, follows: np.ndarray) -> list[int]:
    # Logits may stand for log-probabilities: what they lack is the same for every tag of a word.
    best = np.where(opens, scores[0], -np.inf)
    forbidden = np.where(follows, 0.0, -np.inf)
    came_from = []
    for row in scores[1:]:
        through = best[:, np.newaxis] + forbidden
        came_from.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    path = [int(best.argmax())]
    for origin in reversed(came_from):
        path.append(int(origin[path[-1]]))
    return path[::-1]


def tag_scores(logits: np.ndarray, tags: Sequence[str], tag_set: TagSet) -> np.ndarray:
    """Softmax probability of each word's tag.

    Args:
        logits: float (words, tags) of one sentence, without padding.
        tags: the tag of each word, as `decode` gives.
        tag_set: the tags in the order of the logits' last axis.

    Returns:
        float64 (words,), in [0, 1].

    Raises:
        ValueError: not two axes, or a word's best logit is NaN or infinite.
    """
    if logits.ndim != 2:
        raise ValueError(f"logits have shape {logits.shape}, expected (words, tags).")
    # Relative to the best tag, whose exponential is 1: no overflow.
    odds = np.exp(logits.astype(np.float64) - _best_logits(logits)[:, np.newaxis])
    chosen = [tag_set.id(tag) for tag in tags]
    return odds[np.arange(len(chosen)), chosen] / odds.sum(axis=1)


def entities_from_tags(
    tags: Sequence[str],
    scores: Sequence[float] | np.ndarray,
    spans: Sequence[tuple[int, int]],
    text: str,
) -> list[Entity]:
    """Joins tagged words to entities, read as conlleval does (a stray I- opens an entity).

    Args:
        tags: one IOB2 tag a word.
        scores: (words,) probability of each word's tag, as `tag_scores` gives.
        spans: (start, end) of each word in characters of `text`.
        text: the source text.

    Returns:
        The entities in order of their first word.

    Raises:
        ValueError: tags, scores and spans differ in number.
    """
    if not len(tags) == len(scores) == len(spans):
        raise ValueError(
            f"{len(tags)} tags, {len(scores)} scores and {len(spans)} spans: one a word each."
        )
    found = []
    for entity_type, first, end_word in iob2.entities(tags):
        start, end = spans[first][0], spans[end_word - 1][1]
        score = float(np.mean(scores[first:end_word], dtype=np.float64))
        found.append(Entity(entity_type, text[start:end], start, end, score))
    return found


def _best_logits(logits: np.ndarray) -> np.ndarray:
    # NaN passes through max, so one look at the best logit finds a model that has diverged;
    # minus infinity elsewhere is a tag that was ruled out on purpose.
    best = logits.max(axis=1).astype(np.float64)
    if not np.isfinite(best).all():
        word = int(np.flatnonzero(~np.isfinite(best))[0])
        raise ValueError(f"word {word} has {best[word]} as its best logit: the model has diverged.")
    return best
