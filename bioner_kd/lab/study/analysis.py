"""Scores of groups of runs, and intervals and tests of their differences."""

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
    """A run with its scores on a split.

    Attributes:
        run: the run.
        predictions: tags of the run.
        scores: scores in both modes.
        counts: int64 (sentences, 3) of `sentence_counts`.
        devel_f1: F1 on devel of the epoch that was kept, percent; None where no epoch was chosen,
            as for an average of teachers.
    """

    run: FinishedRun
    predictions: Predictions
    scores: Scores
    counts: np.ndarray
    devel_f1: float | None = None


@dataclass(frozen=True)
class Difference:
    """Difference between two groups.

    Attributes:
        f1: difference of the mean F1, percentage points.
        interval: 95 % bootstrap interval of the difference, over sentences.
        p_sentences: p of paired approximate randomisation over sentences.
        p_holm: `p_sentences` adjusted for the number of students or pairs that are compared (Holm);
            None for a teacher beside the baseline.
        p_paired: p of exact sign flips of the differences of runs with the same seed; None where
            the groups have fewer than two seeds in common.
        p_welch: p of Welch's t-test across seeds; None where one of the groups has a single run.
    """

    f1: float
    interval: Interval
    p_sentences: float
    p_holm: float | None
    p_paired: float | None
    p_welch: float | None


@dataclass(frozen=True)
class Pair:
    """Two groups that are compared.

    Attributes:
        group: name of the first group.
        base: name of the second group, whose F1 is subtracted.
        difference: difference of the two, adjusted for the number of pairs.
    """

    group: str
    base: str
    difference: Difference


@dataclass(frozen=True)
class ScoredGroup:
    """A group with its scores on a split.

    Attributes:
        group: the group.
        runs: its runs with their scores.
        summary: mean and standard deviation of the scores.
        interval: 95 % bootstrap interval of the mean F1, over sentences.
        difference: difference from the baseline; None for the baseline, or without a baseline.
    """

    group: Group
    runs: tuple[ScoredRun, ...]
    summary: Summary
    interval: Interval
    difference: Difference | None = None

    @property
    def name(self) -> str:
        """Name of the group."""
        return self.group.name

    @property
    def teacher(self) -> bool:
        """Whether the runs are teachers."""
        return self.runs[0].predictions.teacher

    @property
    def f1(self) -> float:
        """Mean micro F1 of the runs, conlleval mode, percent."""
        return self.summary.mean.conlleval.micro.f1

    @property
    def run_f1(self) -> list[float]:
        """Micro F1 of each run, conlleval mode, percent."""
        return [run.scores.conlleval.micro.f1 for run in self.runs]

    @property
    def devel_f1(self) -> MeanStd | None:
        """Mean and standard deviation of F1 on devel; None where a run has none."""
        found = [run.devel_f1 for run in self.runs if run.devel_f1 is not None]
        if len(found) < len(self.runs):
            return None
        return MeanStd(statistics.fmean(found), statistics.stdev(found) if found[1:] else None)

    def row(self) -> Row:
        """The group as a row of a table of models."""
        made = self.runs[0].predictions
        return Row.from_summary(self.name, self.summary, parameters=made.parameters, size=made.size)

    @property
    def counts(self) -> np.ndarray:
        """int64 (runs, sentences, 3)."""
        return np.stack([run.counts for run in self.runs])


def score_run(run: FinishedRun, predictions: Predictions, split: ScoredSplit) -> ScoredRun:
    """Scores the tags of a run against those of the split."""
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
        scored: groups with their runs, scored on one split; a group that has both teachers and
            students is refused.
        baseline: name of the group that the others are compared with; "" for none.
        resamples: number of resamples of the bootstrap.
        rounds: number of rounds of the randomisation test.
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
        groups: all groups, scored on one split.
        pairs: names of the two groups of each pair; the second is subtracted.
        resamples: number of resamples of the bootstrap.
        rounds: number of rounds of the randomisation test.
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
    """Settings in which students differ from each other, then those in which teachers do.

    Students and teachers are not compared, because they differ in nearly all settings.
    """
    kinds = [[g.group for g in groups if g.teacher == teacher] for teacher in (False, True)]
    return list(dict.fromkeys(name for kind in kinds for name in differing_settings(kind)))


def best_student(groups: Sequence[ScoredGroup]) -> ScoredGroup | None:
    """The group of students with the best mean F1; None where no group has students."""
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
    """Differences of F1 of runs that share a seed; none where a seed is missing or not unique."""
    tables = []
    for side in (group, base):
        seeds = [run.run.seed for run in side.runs]
        if None in seeds or len(set(seeds)) < len(seeds):
            return []
        tables.append(dict(zip(seeds, side.run_f1, strict=True)))
    one, other = tables
    return [f1 - other[seed] for seed, f1 in one.items() if seed in other]
