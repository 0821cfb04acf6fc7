"""Word-level logits become tags, and tags entities: one rule for evaluation and for use."""

import numbers
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bioner_kd.tagging.chain import best_paths, iob2_allows, marginals
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text import iob2

Transitions = tuple[tuple[float, ...], ...]
# Nats. Trained transitions are of a few; sums of more than this lose all digits that matter.
_LARGEST_TRANSITION = 1e4
# Nats that a tag loses where a word cannot have it; finite, so that each sequence has a score.
RULED_OUT = 10_000
# Sentences that are searched at once: they are padded to the longest of them.
_TOGETHER = 256
# No score is below 0.
_SAME = -1.0


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention found in a text.

    Attributes:
        type: entity type, such as "Disease".
        text: the mention as the text has it, `source[start:end]`.
        start: its first character in the source text, counted from 0.
        end: the character after its last.
        score: share of right ones among mentions like this one, as measured on annotated text when
            the student was exported, from 0 to 1; the raw score where the student has no such
            calibration of the type.
        raw_score: arithmetic mean of the probabilities that the model gives to the tags of the
            mention's words, in (0, 1]; `score` if not given. It ranks mentions by the model's
            confidence, and promises too much as a probability.
    """

    type: str
    text: str
    start: int
    end: int
    score: float
    raw_score: float = _SAME

    def __post_init__(self) -> None:
        """Sets the raw score to the score if it was not given."""
        if self.raw_score == _SAME:
            object.__setattr__(self, "raw_score", self.score)


@dataclass(frozen=True)
class Decoder:
    """How a model's logits become tags: the one rule of evaluation, export and use.

    Attributes:
        tag_set: the tags in the order of the logits' last axis.
        transitions: what a CRF adds to the score of a sequence where the tag of a column follows
            that of a row, (tags, tags); None for a model without a CRF.
    """

    tag_set: TagSet
    transitions: Transitions | None = None

    def __post_init__(self) -> None:
        """Checks the transitions.

        Raises:
            ValueError: they are no numbers of -10000 to 10000, or not one for each pair of tags.
        """
        if self.transitions is None:
            return
        rows = tuple(tuple(map(_transition, row)) for row in self.transitions)
        tags = len(self.tag_set)
        if {len(rows), *map(len, rows)} != {tags}:
            raise ValueError(f"transitions are not a number for each pair of {tags} tags")
        # Tuples, where JSON or numpy gave something else, keep the frozen class hashable.
        object.__setattr__(self, "transitions", rows)

    def decode(self, logits: np.ndarray) -> list[str]:
        """The most probable sequence of tags that IOB2 allows: no I- opens a mention.

        A word-wise maximum may follow an O by an I-, which is no mention at all or, as conlleval
        reads it, one that lacks its first word. Forbidding that is worth about one point of F1 for
        a BiLSTM, and makes conlleval and strict scores agree.

        Args:
            logits: float (words, tags) of one sentence, without padding.

        Returns:
            One tag a word; of equally probable sequences, that of the lower ids at its end.

        Raises:
            ValueError: the shape does not fit the tag set, or a word's best logit is NaN or
                infinite.

        Source:
            Viterbi (1967); hard transition constraints as in Strubell et al. (2017),
            arXiv:1702.02098, section 4.1.
        """
        return self.decode_many([logits])[0]

    def decode_many(self, sentences: Sequence[np.ndarray]) -> list[list[str]]:
        """Tags of several sentences, as `decode` gives them, in less time.

        Args:
            sentences: logits of each, as `decode` takes them.

        Raises:
            ValueError: as `decode` does.
        """
        tags = self.tag_set.tags
        return [[tags[number] for number in path] for path in self.paths_many(sentences)]

    def paths_many(self, sentences: Sequence[np.ndarray]) -> list[list[int]]:
        """The numbers of the tags that `decode_many` gives.

        Args:
            sentences: logits of each, as `decode` takes them.

        Raises:
            ValueError: as `decode` does.
        """
        for logits in sentences:
            self._best_logits(logits)
        paths = [logits.argmax(axis=1) for logits in sentences]
        searched = [number for number, ids in enumerate(paths) if self._needs_search(ids)]
        found = [ids.tolist() for ids in paths]
        for first in range(0, len(searched), _TOGETHER):
            some = searched[first : first + _TOGETHER]
            scores = [sentences[number].astype(np.float64) for number in some]
            for number, path in zip(some, best_paths(scores, *self.constraints), strict=True):
                found[number] = path
        return found

    def scores(self, logits: np.ndarray, tags: Sequence[str]) -> np.ndarray:
        """Probability of each word's tag: by softmax, or under a CRF over all sequences.

        Args:
            logits: float (words, tags) of one sentence, without padding.
            tags: the tag of each word, as `decode` gives.

        Returns:
            float64 (words,), in [0, 1].

        Raises:
            ValueError: as `decode` does.
        """
        return self.scores_many([logits], [tags])[0]

    def scores_many(
        self, sentences: Sequence[np.ndarray], tags: Sequence[Sequence[str]]
    ) -> list[np.ndarray]:
        """Probabilities of several sentences' tags, as `scores` gives them, in less time.

        Args:
            sentences: logits of each, as `decode` takes them.
            tags: of each.

        Raises:
            ValueError: as `decode` does.
        """
        pairs = zip(self.probabilities_many(sentences), tags, strict=True)
        return [self.chosen(rows, some_tags) for rows, some_tags in pairs]

    def chosen(self, probabilities: np.ndarray, tags: Sequence[str]) -> np.ndarray:
        """Probability of each word's tag, float64 (words,), of those of all tags."""
        ids = [self.tag_set.id(tag) for tag in tags]
        return probabilities[np.arange(len(ids)), ids]

    def probabilities_many(self, sentences: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Probabilities of all tags: by softmax, or under a CRF over all sequences.

        Args:
            sentences: logits of each, as `decode` takes them.

        Returns:
            float64 (words, tags) of each sentence; each row sums to 1.

        Raises:
            ValueError: as `decode` does.
        """
        # Relative to the best tag, whose exponential is 1: no overflow.
        relative = [
            logits.astype(np.float64) - self._best_logits(logits)[:, np.newaxis]
            for logits in sentences
        ]
        found = [np.zeros((0, len(self.tag_set)))] * len(sentences)
        some = [number for number, rows in enumerate(relative) if len(rows)]
        if some:
            every = self._probabilities([relative[number] for number in some])
            for number, rows in zip(some, every, strict=True):
                found[number] = rows
        return found

    def _probabilities(self, sentences: Sequence[np.ndarray]) -> list[np.ndarray]:
        if self.transitions is not None:
            return marginals(sentences, *self.constraints)
        odds = np.exp(np.concatenate(sentences))
        shares = odds / odds.sum(axis=1, keepdims=True)
        return np.split(shares, np.cumsum([len(rows) for rows in sentences])[:-1])

    def _needs_search(self, ids: np.ndarray) -> bool:
        # Without a CRF most sentences need no search: a maximum that happens to be allowed is the
        # best allowed one.
        if self.transitions is not None or not len(ids):
            return bool(len(ids))
        start, steps = self.constraints
        allowed = np.isfinite(start[ids[0]]) and np.isfinite(steps[ids[:-1], ids[1:]]).all()
        return not allowed

    @cached_property
    def constraints(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores of opening a sentence, float64 (tags,), and of each step, (before, after)."""
        opens, follows = iob2_allows(self.tag_set.tags)
        transitions = 0.0 if self.transitions is None else np.array(self.transitions)
        return np.where(opens, 0.0, -np.inf), np.where(follows, transitions, -np.inf)

    def _best_logits(self, logits: np.ndarray) -> np.ndarray:
        if logits.ndim != 2 or logits.shape[1] != len(self.tag_set):
            raise ValueError(
                f"logits have shape {logits.shape}, expected (words, {len(self.tag_set)} tags)."
            )
        # NaN passes through max, so one look at the best logit finds a model that has diverged;
        # minus infinity elsewhere is a tag that was ruled out on purpose.
        best = logits.max(axis=1).astype(np.float64)
        if not np.isfinite(best).all():
            word = int(np.flatnonzero(~np.isfinite(best))[0])
            raise ValueError(
                f"word {word} has {best[word]} as its best logit: the model has diverged."
            )
        return best


def keep_outside(logits: np.ndarray, words: Sequence[int]) -> np.ndarray:
    """Logits of a sentence of which some words have the tag O whatever the model says.

    Args:
        logits: float32 (words, tags), the first tag is O.
        words: numbers of these words.
    """
    if not words:
        return logits
    kept = logits.copy()
    kept[words, 1:] -= np.float32(RULED_OUT)
    return kept


def _transition(score: object) -> float:
    # float() would read a string too, and NaN is within no bounds.
    if isinstance(score, numbers.Real):
        if -_LARGEST_TRANSITION <= (number := float(score)) <= _LARGEST_TRANSITION:
            return number
    raise ValueError(
        f"transitions are numbers from -{_LARGEST_TRANSITION:g} to {_LARGEST_TRANSITION:g}, which "
        "one of them is not"
    )


def entities_from_tags(
    tags: Sequence[str],
    scores: Sequence[float] | np.ndarray,
    spans: Sequence[tuple[int, int]],
    text: str,
) -> list[Entity]:
    """Joins tagged words to entities, read as conlleval does (a stray I- opens an entity).

    Args:
        tags: one IOB2 tag a word.
        scores: (words,) probability of each word's tag, as `Decoder.scores` gives.
        spans: (start, end) of each word in characters of `text`.
        text: the source text.

    Returns:
        The entities in order of their first word.

    Raises:
        ValueError: tags, scores and spans differ in number.
    """
    return list(iterate_entities(tags, scores, spans, text))


def iterate_entities(
    tags: Sequence[str],
    scores: Sequence[float] | np.ndarray,
    spans: Sequence[tuple[int, int]],
    text: str,
) -> Iterator[Entity]:
    """Gives the entities of `entities_from_tags` one by one, which takes less memory."""
    if not len(tags) == len(scores) == len(spans):
        raise ValueError(
            f"{len(tags)} tags, {len(scores)} scores and {len(spans)} spans: one a word each."
        )
    for entity_type, first, end_word in iob2.entities(tags):
        start, end = spans[first][0], spans[end_word - 1][1]
        score = float(np.mean(scores[first:end_word], dtype=np.float64))
        yield Entity(entity_type, text[start:end], start, end, score)
