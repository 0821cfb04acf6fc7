"""Models scored side by side on one split."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from absl import logging

from bioner_kd.errors import InputError, one_line
from bioner_kd.evaluation.scores import Scores, score_logits
from bioner_kd.evaluation.summary import summarise
from bioner_kd.evaluation.table import Row
from bioner_kd.progress import parts
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.text.iob2 import OUTSIDE, split_tag
from bioner_kd.text.sentence import Sentence


class Tagging(Protocol):
    """A teacher or student as it comes from disk."""

    @property
    def decoder(self) -> Decoder:
        """Its logits to tags."""

    @property
    def parameters(self) -> int:
        """Number of weights."""

    @property
    def size(self) -> int:
        """Bytes on disk."""

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int, *, name: str = ""
    ) -> list[np.ndarray]:
        """float32 (words, tags) a sentence, in order; with a name, progress is told under it."""


@dataclass(frozen=True)
class Result:
    """Scores of one model, over one or several seeds.

    Attributes:
        name: of the row.
        scores: of each seed.
        parameters: number of weights.
        size: bytes on disk.
        sentences_per_second: of the first seed, on this machine, batched.
    """

    name: str
    scores: tuple[Scores, ...]
    parameters: int
    size: int
    sentences_per_second: float

    def row(self) -> Row:
        """Its row of the table."""
        return Row.from_summary(
            self.name,
            summarise(self.scores),
            parameters=self.parameters,
            size=self.size,
            sentences_per_second=self.sentences_per_second,
        )

    def to_json(self) -> dict[str, Any]:
        """Scores of all seeds, and their summary."""
        return {
            "name": self.name,
            "parameters": self.parameters,
            "bytes": self.size,
            "sentences_per_second": self.sentences_per_second,
            "runs": [scores.to_json() for scores in self.scores],
            "summary": summarise(self.scores).to_json(),
        }


def check_tags(model: Tagging, folder: object, sentences: Sequence[Sentence]) -> None:
    """Checks that a model can give every tag of the sentences, and tells what else it gives.

    Args:
        model: that will be scored.
        folder: what the model is known by.
        sentences: with tags.

    Raises:
        InputError: the sentences have tags that the model was not trained for.
    """
    known = model.decoder.tag_set
    gold: dict[str, str] = {}
    for sentence in sentences:
        for number, tag in enumerate(sentence.tags or ()):
            if tag not in gold:
                gold[tag] = sentence.place(number)
    types = dict.fromkeys(split_tag(tag)[1] for tag in gold if tag != OUTSIDE)
    trained = ", ".join(known.entity_types)
    if missing := sorted(gold.keys() - set(known.tags)):
        place = gold[missing[0]]
        raise InputError(
            f"{folder}: this model was trained for {one_line(trained)} and does not know "
            f"{one_line(', '.join(missing))}, which the sentences have ({place}); score it on a "
            "corpus of its own types, or leave the model out."
        )
    if more := [one for one in known.entity_types if one not in types]:
        logging.warning(
            "%s: this model finds %s too, of which these sentences have none; each counts as an "
            "error.",
            folder,
            one_line(", ".join(more)),
        )


def compare(
    name: str, models: Sequence[Tagging], sentences: Sequence[Sentence], batch_size: int
) -> Result:
    """Scores the seeds of one model, and tells how far each pass over the sentences has come.

    Args:
        name: of the row.
        models: one a seed.
        sentences: with tags.
        batch_size: sentences of a batch.
    """
    scores = tuple(
        score_logits(sentences, model.logits(sentences, batch_size, name=part), model.decoder)
        for model, part in zip(models, parts(name, len(models)), strict=True)
    )
    # The pass above has made every graph, so this one measures tagging alone.
    start = time.perf_counter()
    models[0].logits(sentences, batch_size, name=f"{name}, speed")
    seconds = time.perf_counter() - start
    return Result(name, scores, models[0].parameters, models[0].size, len(sentences) / seconds)
