"""Groups of runs that nobody trained, scored on the devel split of the demo corpus."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bioner_kd.corpus.demo import read_demo
from bioner_kd.lab.study.analysis import ScoredGroup, ScoredRun, analyse, score_run
from bioner_kd.lab.study.collection import StudyResults
from bioner_kd.lab.study.config import ReportConfig
from bioner_kd.lab.study.groups import Group
from bioner_kd.lab.study.predictions import Predictions, ScoredSplit
from bioner_kd.lab.study.runs import FinishedRun
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence

TRAIN = read_demo("train")
SPLIT = ScoredSplit("demo", "devel", read_demo("devel"), TagSet.from_sentences(TRAIN))


def forgetful_tags(sentences: Sequence[Sentence], recall: float, seed: int) -> list[list[str]]:
    """The annotated tags, of whose mentions each is found with some probability."""
    random = np.random.default_rng(seed)
    found = []
    for sentence in sentences:
        tags = list(sentence.tags or ())
        for _, start, end in entities(tags):
            if random.random() > recall:
                tags[start:end] = ["O"] * (end - start)
        found.append(tags)
    return found


def make_run(name: str, seed: int | None = 1, **flags: object) -> FinishedRun:
    """A run with some flags."""
    own = {"corpus": "demo", **({} if seed is None else {"seed": seed}), "output": name, **flags}
    record = "".join(f"--{flag}={value}\n" for flag, value in own.items())
    return FinishedRun(Path(name), record)


def make_group(
    name: str,
    recalls: Sequence[float],
    *,
    teacher: bool = False,
    first_seed: int = 1,
    **flags: object,
) -> tuple[Group, list[ScoredRun]]:
    """A group whose runs find so much each."""
    runs, scored = [], []
    for seed, recall in enumerate(recalls, first_seed):
        run = make_run(f"runs/{name}_{seed}", seed, **flags)
        # Of no pattern that two groups share.
        tags = forgetful_tags(SPLIT.sentences, recall, seed * 1000 + sum(map(ord, name)))
        size, parameters = (90_000_000, 22_000_000) if teacher else (5_300_000, 1_300_000)
        runs.append(run)
        scored.append(score_run(run, Predictions(tags, teacher, parameters, size), SPLIT))
    return Group(name, tuple(runs)), scored


def make_groups(baseline: str = "scratch") -> list[ScoredGroup]:
    """A teacher, and students of three seeds without and with it."""
    made = [
        make_group("teacher", [0.95], teacher=True, epochs=5),
        make_group("scratch", [0.60, 0.62, 0.61], alpha=1.0, temperature=2.0),
        make_group("taught", [0.80, 0.79, 0.82], alpha=0.3, temperature=2.0),
    ]
    return analyse(made, baseline=baseline, resamples=200, rounds=500)


def with_devel(groups: Sequence[ScoredGroup]) -> list[ScoredGroup]:
    """The same groups, of runs that scored 80, 81, … on devel."""
    return [
        replace(
            group,
            runs=tuple(replace(run, devel_f1=80.0 + n) for n, run in enumerate(group.runs)),
        )
        for group in groups
    ]


def make_results(groups: Sequence[ScoredGroup] | None = None, **more: object) -> StudyResults:
    """What a report tells of them."""
    config = ReportConfig(title="A study", baseline="scratch", resamples=200, rounds=500)
    return StudyResults(config, SPLIT, make_groups() if groups is None else groups, **more)
