"""The results of a study: its runs are gathered, scored and measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from absl import logging

from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.errors import (
    Error,
    false_mentions,
    missed_mentions,
    recall_by_training,
    training_mentions,
)
from bioner_kd.lab.study.analysis import Pair, ScoredGroup, ScoredRun, best_student, score_run
from bioner_kd.lab.study.config import ReportConfig
from bioner_kd.lab.study.costs import Cost, measure
from bioner_kd.lab.study.groups import Group
from bioner_kd.lab.study.predictions import ScoredSplit, predict
from bioner_kd.lab.study.runs import find_folders, read_run
from bioner_kd.progress import Progress, track
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.machine import MachineConfig


@dataclass(frozen=True)
class StudentErrors:
    """Errors that a group of students makes and the teachers do not make.

    Attributes:
        students: name of the group of students.
        teachers: names of the groups of teachers.
        missed: mentions that the students miss.
        false: mentions that the students find and nobody has annotated.
        recalls: recall of the mentions that are in training and of those that are not, percent, by
            the name of the group; None where there is no such mention.
    """

    students: str
    teachers: Sequence[str]
    missed: Sequence[Error]
    false: Sequence[Error]
    recalls: Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class StudyResults:
    """Scores, comparisons and costs of groups of runs on a split.

    Attributes:
        config: how the groups were compared.
        split: the split that the runs were scored on.
        groups: the groups, in order.
        pairs: pairs of groups that were compared.
        costs: costs of the groups that were measured, by the name of the group.
        errors: errors of students; None where the groups have no teacher or no student.
        notes: what a reader should know about the runs.
    """

    config: ReportConfig
    split: ScoredSplit
    groups: Sequence[ScoredGroup]
    pairs: Sequence[Pair] = ()
    costs: Mapping[str, Cost] = field(default_factory=dict)
    errors: StudentErrors | None = None
    notes: Sequence[str] = ()


_CORPUS = "corpus"


def named_groups(folders: Mapping[str, Iterable[Path]]) -> list[Group]:
    """Groups whose runs a person has named.

    Args:
        folders: run directories or patterns of `find_folders`, by the name of the group.
    """
    return [
        Group(name, tuple(read_run(folder) for folder in find_folders(patterns)))
        for name, patterns in folders.items()
    ]


def corpus_name(folder: str) -> str:
    """Name of a corpus: that of its folder, without the path."""
    return Path(folder).absolute().name


def check_groups(
    groups: Sequence[Group], split: ScoredSplit, *, chosen: Iterable[tuple[str, str]]
) -> None:
    """Checks what can be checked before any model is loaded.

    Args:
        groups: groups of the report; there must be one at least, each with a name of its own, and
            their runs must be trained on the corpus of the split.
        split: split that the runs will be scored on.
        chosen: flags, and for each the name of the group that it chooses; "" for no group.
    """
    names = [group.name for group in groups]
    if not groups:
        raise UsageError("Nothing to report: name runs by --runs or --sweep.")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"two groups are called {name!r}; give each --runs a name of its own, and each "
                "--sweep one that goes before its groups: --sweep=name=folder."
            )
    for flag, name in chosen:
        if name and name not in names:
            raise UsageError(f"--{flag}={name}: must be one of the groups: {'; '.join(names)}.")
    for run in (part for group in groups for one in group.runs for part in one.trainings):
        trained_on = corpus_name(run.flags.get(_CORPUS, split.corpus))
        if trained_on.lower() != split.corpus.lower():
            raise InputError(
                f"{run.folder}: was trained on {trained_on}, not on {split.corpus}; scores on two "
                "corpora do not compare. Leave it out, or name its --corpus."
            )


def score_groups(
    groups: Sequence[Group],
    split: ScoredSplit,
    *,
    batch_size: int,
    machine: MachineConfig | None = None,
) -> list[tuple[Group, list[ScoredRun]]]:
    """Scores every run, by the predictions in its run directory where it has them.

    Args:
        groups: groups of runs.
        split: split that the runs are scored on.
        batch_size: number of sentences per batch.
        machine: threads and determinism of TensorFlow; left as they are if not given.
    """
    if machine is not None:
        machine.apply(seed=0)
    total = sum(len(group.runs) for group in groups)
    with Progress("scoring", "run", total) as progress:
        scored = []
        for group in groups:
            runs = []
            for run in group.runs:
                predictions = predict(run.folder, split, batch_size=batch_size)
                runs.append(score_run(run, predictions, split))
                progress.update()
            scored.append((group, runs))
            f1 = [f"{run.scores.conlleval.micro.f1:.2f}" for run in runs]
            logging.info("%s: F1 %s", group.name, ", ".join(f1))
    return scored


def measure_groups(groups: Sequence[ScoredGroup], split: ScoredSplit) -> dict[str, Cost]:
    """Costs of the first run of each group, by the name of the group."""
    folders = {group.name: group.runs[0].run.folder for group in groups}
    costs = {}
    # A run that is the first of two groups is measured once.
    distinct = dict.fromkeys(folders.values())
    for folder in track(distinct, "measuring", "run", len(distinct)):
        costs[folder] = measure(folder, split.sentences)
        logging.info("%s: %.2f ms a sentence", folder, costs[folder].milliseconds)
    return {name: costs[folder] for name, folder in folders.items()}


def student_errors(
    groups: Sequence[ScoredGroup], split: ScoredSplit, train: Sequence[Sentence], *, students: str
) -> StudentErrors | None:
    """Errors that students make and teachers do not; None without students or teachers.

    Args:
        groups: groups that are scored on the split.
        split: split that the groups are scored on.
        train: the training split.
        students: name of the group of students; "" for the students of the best mean F1.
    """
    chosen = {group.name: group for group in groups}.get(students) or best_student(groups)
    teachers = _voters(group for group in groups if group.teacher)
    if chosen is not None and chosen.teacher:
        raise UsageError(f"--students={students}: is a group of teachers; name one of students.")
    if chosen is None or not teachers:
        return None
    # By folder: a run that is in two groups has one vote.
    votes = {run.run.folder: run.predictions.tags for group in teachers for run in group.runs}
    taught = list(votes.values())
    learnt = [run.predictions.tags for run in chosen.runs]
    training = training_mentions(train)
    return StudentErrors(
        chosen.name,
        [group.name for group in teachers],
        missed_mentions(split.sentences, taught, learnt, training),
        false_mentions(split.sentences, taught, learnt, training),
        {
            group.name: recall_by_training(
                split.sentences, [run.predictions.tags for run in group.runs], training
            )
            for group in groups
        },
    )


def _voters(teachers: Iterable[ScoredGroup]) -> list[ScoredGroup]:
    """Groups of single teachers; averages, which may have students, where there are no others."""
    groups = list(teachers)
    alone = [group for group in groups if not any(run.run.parts for run in group.runs)]
    return alone or groups
