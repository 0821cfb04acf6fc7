"""Models scored side by side on one split."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from absl import logging

from bioner_kd.encoding.sentence_model import SentenceModel
from bioner_kd.errors import InputError, one_line
from bioner_kd.evaluation.calibration import CalibrationError, measure_error
from bioner_kd.evaluation.exported import ExportedStudent
from bioner_kd.evaluation.found_mentions import find_mentions
from bioner_kd.evaluation.gold import Gold
from bioner_kd.evaluation.scores import Scores
from bioner_kd.evaluation.significance import bootstrap_f1, percentile_interval, type_counts
from bioner_kd.evaluation.summary import summarise
from bioner_kd.evaluation.table import Row, TypeRow
from bioner_kd.progress import parts
from bioner_kd.text.iob2 import OUTSIDE, split_tag

Interval = tuple[float, float]
Tagged = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Intervals:
    """95 % bootstrap intervals of F1 in conlleval mode, percent; of the mean F1 of several seeds.

    Attributes:
        micro: over the mentions of all types together.
        per_type: by entity type, in alphabetical order.
    """

    micro: Interval
    per_type: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values, ready for `json.dump`."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Result:
    """Scores of one model, over one or several seeds.

    Attributes:
        name: name of the row.
        scores: scores of each seed.
        parameters: number of weights; 0 where it is not known.
        size: number of bytes on disk.
        sentences_per_second: speed of the first seed on this machine, in batches.
        intervals: of F1, over sentences, or over documents where it was scored by characters.
        by: what borders were compared by: "words" or "characters".
        lost: number of mentions that reading lost and that count as missed, by type.
        calibration: how far the scores of mentions are off, of an exported student; None of others.
    """

    name: str
    scores: tuple[Scores, ...]
    parameters: int
    size: int
    sentences_per_second: float
    intervals: Intervals
    by: str
    lost: Mapping[str, int]
    calibration: CalibrationError | None = None

    def row(self) -> Row:
        """The model as a row of a table."""
        return Row.from_summary(
            self.name,
            summarise(self.scores),
            parameters=self.parameters or None,
            size=self.size,
            sentences_per_second=self.sentences_per_second,
        )

    def type_rows(self) -> list[TypeRow]:
        """The model as rows of a table of types, the last of them for all types together."""
        summary, intervals = summarise(self.scores), self.intervals
        mean, std = summary.mean.conlleval, summary.std.conlleval if summary.std else None
        rows = [
            TypeRow.from_scores(
                self.name, name, one, std.per_type[name] if std else None, intervals.per_type[name]
            )
            for name, one in mean.per_type.items()
        ]
        micro = std.micro if std else None
        return [*rows, TypeRow.from_scores(self.name, "all", mean.micro, micro, intervals.micro)]

    def to_json(self) -> dict[str, Any]:
        """The scores of all seeds and their summary, as a dictionary for JSON."""
        return {
            "name": self.name,
            "parameters": self.parameters or None,
            "bytes": self.size,
            "sentences_per_second": self.sentences_per_second,
            "runs": [scores.to_json() for scores in self.scores],
            "summary": summarise(self.scores).to_json(),
            "f1_intervals": self.intervals.to_json(),
            "by": self.by,
            "lost": dict(self.lost),
            "calibration": dataclasses.asdict(self.calibration) if self.calibration else None,
        }


def check_tags(model: SentenceModel, folder: object, gold: Gold) -> None:
    """Checks that a model knows every tag of a split, and logs which other types it finds.

    Args:
        model: model that will be scored.
        folder: name of the model in messages.
        gold: split that it will be scored on.

    Raises:
        InputError: the split has tags that the model was not trained for.
    """
    known, places = model.decoder.tag_set, gold.places
    trained = one_line(", ".join(known.entity_types))
    if missing := sorted(places.keys() - set(known.tags)):
        raise InputError(
            f"{folder}: this model was trained for {trained} and does not know "
            f"{one_line(', '.join(missing))}, which the corpus has ({places[missing[0]]}). Choose "
            "the types that are scored, by the model's names, such as "
            f"--types={_example(missing, known.entity_types)}, or leave the model out."
        )
    types = {split_tag(tag)[1] for tag in places if tag != OUTSIDE}
    more = one_line(", ".join(one for one in known.entity_types if one not in types))
    if more and gold.chosen:
        logging.info("%s: what this model finds of %s does not count.", folder, more)
    elif more:
        logging.warning(
            "%s: this model finds %s too, of which the corpus has none; each counts as an error. "
            "--types=%s scores the types of the corpus alone.",
            folder, more, one_line(",".join(sorted(types))),
        )  # fmt: skip


def _example(missing: Sequence[str], trained: Sequence[str]) -> str:
    return one_line(f"{split_tag(missing[0])[1]}={trained[0] if trained else 'Name'}")


def compare(name: str, models: Sequence[SentenceModel], gold: Gold, batch_size: int) -> Result:
    """Scores the seeds of one model and measures its speed, with a progress bar for each pass.

    Args:
        name: name of the row.
        models: one model per seed.
        gold: what they are scored on.
        batch_size: number of sentences in a batch.
    """
    sentences = gold.sentences
    tags = [
        model.decoder.decode_many(model.logits(sentences, batch_size, name=part))
        for model, part in zip(models, parts(name, len(models)), strict=True)
    ]
    # The passes above have made every graph, so that this pass measures tagging alone.
    start = time.perf_counter()
    models[0].logits(sentences, batch_size, name=f"{name}, speed")
    seconds = time.perf_counter() - start
    return Result(
        name, tuple(map(gold.score, tags)), models[0].parameters, models[0].size,
        len(sentences) / seconds, f1_intervals(list(map(gold.pairs, tags))), gold.by, gold.lost,
        _calibration(models[0], gold),
    )  # fmt: skip


def _calibration(model: SentenceModel, gold: Gold) -> CalibrationError | None:
    # Of the first seed. Only an exported student has scores of mentions.
    if not isinstance(model, ExportedStudent):
        return None
    found = find_mentions(model.tagger, gold.texts)
    if gold.chosen:
        found = found.only(gold.chosen)
    return measure_error(found.raw_scores, found.scores, found.right)


def f1_intervals(runs: Sequence[tuple[Tagged, Tagged]], *, resamples: int = 2000) -> Intervals:
    """Intervals of the mean F1 of runs.

    Args:
        runs: annotated and predicted tags of each seed, one sequence for each unit that the
            bootstrap draws, such as a sentence; all seeds have the same units.
        resamples: number of draws.
    """
    counts = [type_counts(*run) for run in runs]
    types = sorted({name for one in counts for name in one})
    nothing = np.zeros((len(runs[0][0]), 3), np.int64)
    systems = [np.stack([one.get(name, nothing) for one in counts]) for name in types]
    every = np.stack([_total(one, nothing) for one in counts])
    samples = bootstrap_f1([every, *systems], resamples=resamples)
    micro, *others = [percentile_interval(row) for row in samples]
    return Intervals(micro, dict(zip(types, others, strict=True)))


def _total(counts: Mapping[str, np.ndarray], nothing: np.ndarray) -> np.ndarray:
    return sum(counts.values(), start=nothing)
