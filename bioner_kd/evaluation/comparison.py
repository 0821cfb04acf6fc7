"""Models scored side by side on one split."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from absl import logging

from bioner_kd.encoding.sentence_model import SentenceModel
from bioner_kd.errors import InputError, one_line
from bioner_kd.evaluation.scores import Scores, score_logits
from bioner_kd.evaluation.summary import summarise
from bioner_kd.evaluation.table import Row
from bioner_kd.progress import parts
from bioner_kd.text.iob2 import OUTSIDE, split_tag
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class Result:
    """Scores of one model, over one or several seeds.

    Attributes:
        name: name of the row.
        scores: scores of each seed.
        parameters: number of weights.
        size: number of bytes on disk.
        sentences_per_second: speed of the first seed on this machine, in batches.
    """

    name: str
    scores: tuple[Scores, ...]
    parameters: int
    size: int
    sentences_per_second: float

    def row(self) -> Row:
        """The model as a row of a table."""
        return Row.from_summary(
            self.name,
            summarise(self.scores),
            parameters=self.parameters,
            size=self.size,
            sentences_per_second=self.sentences_per_second,
        )

    def to_json(self) -> dict[str, Any]:
        """The scores of all seeds and their summary, as a dictionary for JSON."""
        return {
            "name": self.name,
            "parameters": self.parameters,
            "bytes": self.size,
            "sentences_per_second": self.sentences_per_second,
            "runs": [scores.to_json() for scores in self.scores],
            "summary": summarise(self.scores).to_json(),
        }


def check_tags(model: SentenceModel, folder: object, sentences: Sequence[Sentence]) -> None:
    """Checks that a model knows every tag of the sentences, and logs which other types it finds.

    Args:
        model: model that will be scored.
        folder: name of the model in messages.
        sentences: sentences with tags.

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
    name: str, models: Sequence[SentenceModel], sentences: Sequence[Sentence], batch_size: int
) -> Result:
    """Scores the seeds of one model and measures its speed, with a progress bar for each pass.

    Args:
        name: name of the row.
        models: one model per seed.
        sentences: sentences with tags.
        batch_size: number of sentences in a batch.
    """
    scores = tuple(
        score_logits(sentences, model.logits(sentences, batch_size, name=part), model.decoder)
        for model, part in zip(models, parts(name, len(models)), strict=True)
    )
    # The passes above have made every graph, so that this pass measures tagging alone.
    start = time.perf_counter()
    models[0].logits(sentences, batch_size, name=f"{name}, speed")
    seconds = time.perf_counter() - start
    return Result(name, scores, models[0].parameters, models[0].size, len(sentences) / seconds)
