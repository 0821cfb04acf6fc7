"""What the scores of groups of runs show, and how sure it is."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bioner_kd.errors import InputError
from bioner_kd.evaluation.scores import Scores, score
from bioner_kd.evaluation.significance import (
    bootstrap_f1,
    holm,
    percentile_interval,
    randomisation_test,
    sentence_counts,
    sign_flip_test,
    welch_test,
)
from bioner_kd.evaluation.summary import MeanStd, Summary, summarise
from bioner_kd.evaluation.table import Row
from bioner_kd.lab.study.groups import Group, differing_settings
from bioner_kd.lab.study.predictions import Predictions, ScoredSplit
from bioner_kd.lab.study.runs import FinishedRun, best_epoch

Interval = tuple[float, float]


@dataclass(frozen=True)
class ScoredRun:
    """A run on a split.

    Attributes:
        run: which.
        predictions: its tags.
        scores: in both modes.
        counts: int64 (sentences, 3) of `sentence_counts`.
        devel_f1: percent, of the epoch that was kept, as its training scored it; None where no
            epoch was chosen, as of an average of teachers.
    """

    run: FinishedRun
    predictions: Predictions
    scores: Scores
    counts: np.ndarray
    devel_f1: float | None = None


@dataclass(frozen=True)
class Difference:
    """A group beside the baseline; what cannot be said is None.

    Attributes:
        f1: difference of the mean F1, percentage points.
        interval: its 95 % bootstrap interval over sentences.
        p_sentences: paired approximate randomisation on sentences.
        p_holm: the same, adjusted for the number of students or pairs that are compared (Holm);
            None for a teacher beside the baseline, whom nobody doubts.
        p_paired: exact sign flips of the differences of runs with the same seed; None where the
            two have fewer than two seeds in common.
        p_welch: Welch's t-test across seeds; None where one of the two has a single run.
    """

    f1: float
    interval: Interval
    p_sentences: float
    p_holm: float | None
    p_paired: float | None
    p_welch: float | None


@dataclass(frozen=True)
class Pair:
    """Two groups beside each other.

    Attributes:
        group: name of the one.
        base: name of the other, which is subtracted.
        difference: of the two, adjusted for the number of pairs.
    """

    group: str
    base: str
    difference: Difference


@dataclass(frozen=True)
class ScoredGroup:
    """A group on a split.

    Attributes:
        group: which.
        runs: its runs, scored.
        summary: mean and standard deviation of their scores.
        interval: 95 % bootstrap interval of the mean F1, over sentences.
        difference: to the baseline; None for the baseline itself, or where there is none.
    """

    group: Group
    runs: tuple[ScoredRun, ...]
    summary: Summary
    interval: Interval
    difference: Difference | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.group.name

    @property
    def teacher(self) -> bool:
        """Whether its runs are teachers."""
        return self.runs[0].predictions.teacher

    @property
    def f1(self) -> float:
        """Mean micro F1 of its runs, conlleval mode, percent."""
        return self.summary.mean.conlleval.micro.f1

    @property
    def run_f1(self) -> list[float]:
        """Micro F1 of each run, conlleval mode, percent."""
        return [run.scores.conlleval.micro.f1 for run in self.runs]

    @property
    def devel_f1(self) -> MeanStd | None:
        """Mean and standard deviation of its runs' F1 on devel; None where that of one is."""
        found = [run.devel_f1 for run in self.runs if run.devel_f1 is not None]
        if len(found) < len(self.runs):
            return None
        return MeanStd(statistics.fmean(found), statistics.stdev(found) if found[1:] else None)

    def row(self) -> Row:
        """Its row of a table of models."""
        made = self.runs[0].predictions
        return Row.from_summary(self.name, self.summary, parameters=made.parameters, size=made.size)

    @property
    def counts(self) -> np.ndarray:
        """int64 (runs, sentences, 3)."""
        return np.stack([run.counts for run in self.runs])


def score_run(run: FinishedRun, predictions: Predictions, split: ScoredSplit) -> ScoredRun:
    """Scores a run's tags against the annotation.

    Raises:
        InputError: the split has a tag that training lacks, or no tags; or the run's history is
            damaged.
    """
    gold = split.tag_set.known_tags(split.sentences)
    counts = sentence_counts(gold, predictions.tags)
    scores, best = score(gold, predictions.tags), best_epoch(run.folder)
    return ScoredRun(run, predictions, scores, counts, best.devel_f1 if best else None)


def analyse(
    scored: Sequence[tuple[Group, Sequence[ScoredRun]]],
    *,
    baseline: str = "",
    resamples: int = 2000,
    rounds: int = 10_000,
) -> list[ScoredGroup]:
    """Summarises groups and compares each with the baseline.

    Args:
        scored: groups with their runs, scored on one split.
        baseline: name of the group that the others are compared with; "" for none.
        resamples: of the bootstrap.
        rounds: of the randomisation test.

    Raises:
        InputError: a group has teachers and students.
    """
    for group, runs in scored:
        _check_kinds(group, runs)
    counts = [np.stack([run.counts for run in runs]) for _, runs in scored]
    samples = bootstrap_f1(counts, resamples=resamples)
    groups = [
        ScoredGroup(
            group,
            tuple(runs),
            summarise([run.scores for run in runs]),
            percentile_interval(row),
        )
        for (group, runs), row in zip(scored, samples, strict=True)
    ]
    return _compared(groups, samples, baseline, rounds) if baseline else groups


def compare_pairs(
    groups: Sequence[ScoredGroup],
    pairs: Sequence[tuple[str, str]],
    *,
    resamples: int = 2000,
    rounds: int = 10_000,
) -> list[Pair]:
    """Compares groups two by two.

    Args:
        groups: all of them, scored on one split.
        pairs: names of the two groups of each; the second is subtracted.
        resamples: of the bootstrap.
        rounds: of the randomisation test.
    """
    named = {group.name: group for group in groups}
    found = []
    for name, base in pairs:
        one, other = named[name], named[base]
        samples = bootstrap_f1([one.counts, other.counts], resamples=resamples)
        found.append(_difference(one, other, samples[0] - samples[1], rounds))
    adjusted = holm([difference.p_sentences for difference in found])
    return [
        Pair(name, base, replace(difference, p_holm=p))
        for (name, base), difference, p in zip(pairs, found, adjusted, strict=True)
    ]


def told_settings(groups: Sequence[ScoredGroup]) -> list[str]:
    """Settings in which students differ among each other, then those in which teachers do.

    Teachers differ from students in nearly all settings, which says nothing.
    """
    kinds = [[g.group for g in groups if g.teacher == teacher] for teacher in (False, True)]
    return list(dict.fromkeys(name for kind in kinds for name in differing_settings(kind)))


def best_student(groups: Sequence[ScoredGroup]) -> ScoredGroup | None:
    """The group of students with the best mean F1; None where there is none."""
    students = [group for group in groups if not group.teacher]
    return max(students, key=lambda group: group.f1, default=None)


def _check_kinds(group: Group, runs: Sequence[ScoredRun]) -> None:
    if len({run.predictions.teacher for run in runs}) > 1:
        raise InputError(
            f"group {group.name}: has teachers and students; a mean over both says nothing. Give "
            "each a group of its own."
        )


def _compared(
    groups: Sequence[ScoredGroup], samples: np.ndarray, baseline: str, rounds: int
) -> list[ScoredGroup]:
    base = [group.name for group in groups].index(baseline)
    differences = {
        number: _difference(group, groups[base], samples[number] - samples[base], rounds)
        for number, group in enumerate(groups)
        if number != base
    }
    students = [number for number in differences if not groups[number].teacher]
    adjusted = holm([differences[number].p_sentences for number in students])
    for number, p in zip(students, adjusted, strict=True):
        differences[number] = replace(differences[number], p_holm=p)
    return [replace(group, difference=differences.get(n)) for n, group in enumerate(groups)]


def _difference(
    group: ScoredGroup, base: ScoredGroup, samples: np.ndarray, rounds: int
) -> Difference:
    p_sentences = randomisation_test(group.counts, base.counts, rounds=rounds)
    several = min(len(group.runs), len(base.runs)) > 1
    pairs = _paired_differences(group, base)
    return Difference(
        f1=group.f1 - base.f1,
        interval=percentile_interval(samples),
        p_sentences=p_sentences,
        p_holm=None,
        p_paired=sign_flip_test(pairs) if len(pairs) > 1 else None,
        p_welch=welch_test(group.run_f1, base.run_f1) if several else None,
    )


def _paired_differences(group: ScoredGroup, base: ScoredGroup) -> list[float]:
    """Differences of F1 of the runs that share a seed; none where a seed is not that of one run."""
    tables = []
    for side in (group, base):
        seeds = [run.run.seed for run in side.runs]
        if None in seeds or len(set(seeds)) < len(seeds):
            return []
        tables.append(dict(zip(seeds, side.run_f1, strict=True)))
    one, other = tables
    return [f1 - other[seed] for seed, f1 in one.items() if seed in other]
