"""Labels that anyone wrote are soft targets: another system, a language model, curators.

Whatever marks mentions in documents is a teacher, which knows the sentences of these documents and
no others.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioner_kd.corpus.alignment import Aligned
from bioner_kd.errors import InputError, UsageError, shown
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.sentence import Sentence

# A probability of 0 has no logarithm, and 1 leaves nothing to other tags.
_LEAST = 1e-4


@dataclass(frozen=True)
class Annotator:
    """Labelled sentences as a teaching model.

    Attributes:
        tag_set: the tags of the last axis of the logits.
        fingerprint: what the logits depend on, by name.
        targets: float32 (words, tags) by the words of a sentence.
    """

    tag_set: TagSet
    fingerprint: dict[str, object]
    targets: dict[tuple[str, ...], np.ndarray]

    @property
    def decoder(self) -> Decoder:
        """Turns the logits into tags."""
        return Decoder(self.tag_set)

    @property
    def parameters(self) -> int:
        """Labels have no weights."""
        return 0

    @property
    def size(self) -> int:
        """Labels are no model on disk."""
        return 0

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 0, *, name: str = ""
    ) -> list[np.ndarray]:
        """Logarithms of the probabilities of each word's tags, float32 (words, tags) a sentence.

        Raises:
            InputError: the annotator has not seen a sentence.
        """
        for sentence in sentences:
            if sentence.words not in self.targets:
                raise InputError(
                    f"{shown(sentence.text)} is no sentence of the labelled documents; labels say "
                    "nothing of other text."
                )
        return [self.targets[sentence.words] for sentence in sentences]


def annotator_of(aligned: Aligned, *, confidence: float) -> Annotator:
    """A teaching model of labelled sentences.

    The tag of a word has the score of its mention as its probability, and the rest falls to the
    tag O. Where there is no score, the tag has `confidence`, and the rest is spread evenly over the
    other tags. Where the same words come several times, their probabilities are averaged.

    Args:
        aligned: sentences with tags, and scores of their mentions.
        confidence: probability of a label without a score, in (0, 1).

    Raises:
        InputError: no mention is marked, or a score is no probability.
        UsageError: the confidence is out of bounds, or below what other tags would get.

    Source:
        Szegedy et al. (2016), "Rethinking the Inception architecture", section 7 (label smoothing).
    """
    tag_set = TagSet.from_sentences(aligned.sentences)
    if not 1 / len(tag_set) < confidence < 1:
        raise UsageError(
            f"--label_confidence={confidence:g}: must be below 1, and above "
            f"{1 / len(tag_set):.3g}, which each of the {len(tag_set)} tags has by chance."
        )
    found: dict[tuple[str, ...], list[np.ndarray]] = defaultdict(list)
    for sentence, scores in zip(aligned.sentences, aligned.scores, strict=True):
        found[sentence.words].append(_probabilities(sentence, scores, tag_set, confidence))
    targets = {
        words: np.log(np.mean(rows, axis=0)).astype(np.float32) for words, rows in found.items()
    }
    return Annotator(tag_set, _fingerprint(targets, tag_set), targets)


def _probabilities(
    sentence: Sentence, scores: Sequence[float | None], tag_set: TagSet, confidence: float
) -> np.ndarray:
    rows = np.empty((len(sentence), len(tag_set)))
    for word, (number, score) in enumerate(zip(tag_set.encode(sentence), scores, strict=True)):
        if score is not None and not 0 <= score <= 1:
            raise InputError(
                f"{sentence.place(word)}: the score {score:g} of a mention is no probability from "
                "0 to 1; leave the scores out, or scale them."
            )
        mine = min(max(confidence if score is None else score, _LEAST), 1 - _LEAST)
        if score is None:
            rows[word] = (1 - mine) / (len(tag_set) - 1)
        else:
            # A doubtful mention is no mention rather than one of another type.
            rows[word] = _LEAST / len(tag_set)
            rows[word, tag_set.id(OUTSIDE)] = 1 - mine
        rows[word, number] = mine
    return rows / rows.sum(axis=1, keepdims=True)


def _fingerprint(targets: dict[tuple[str, ...], np.ndarray], tag_set: TagSet) -> dict[str, object]:
    digest = hashlib.sha256()
    for words in sorted(targets):
        digest.update(json.dumps(words).encode())
        digest.update(targets[words].tobytes())
    return {
        "teacher": digest.hexdigest(),
        "tokenizer": "labels",
        "tags": list(tag_set.tags),
        "windows": {},
    }
