r"""Makes a page of a study: what runs scored, how sure that is, what it costs, what goes wrong.

The folder holds index.html, which needs no other file, the same as Markdown, the scores as CSV and
the pictures. Runs are scored on devel unless --split=test is given. Their tags are kept in their
own folders, so that a second report takes seconds.

  bioner_kd report --corpus=corpora/NCBI-disease --sweep=saved_models/study/alpha_ncbi \
      --runs=teacher=saved_models/ncbi_disease/teacher --baseline=alpha=1 --output=docs/study/alpha
  bioner_kd report --corpus=corpora/NCBI-disease --baseline=scratch --measure \
      --runs="scratch=saved_models/mine/scratch_*" --runs="taught=saved_models/mine/student_*"
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from absl import logging

from bioner_kd.atomic import atomic_folder
from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.output import OutputChoice
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, machine, parse_runs, read_splits
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.errors import InputError, UsageError
from bioner_kd.extras import require
from bioner_kd.lab.study.config import ReportConfig
from bioner_kd.settings import Settings, setting
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.run_folder import RECORD

if TYPE_CHECKING:
    from bioner_kd.lab.study.collection import StudyResults
    from bioner_kd.lab.study.groups import Group
    from bioner_kd.lab.study.predictions import ScoredSplit


@dataclass(frozen=True)
class RunChoice(Settings):
    """Which runs, on what."""

    runs: tuple[str, ...] = setting(
        (),
        "A group of runs that differ in nothing but the seed: 'name=folder,folder,…', teachers or "
        "students; * and ? stand for folders that exist, as in "
        "'taught=saved_models/mine/student_*'; a+b is the average of two models. Give the flag "
        "once a group.",
        repeated=True,
    )
    sweep: tuple[str, ...] = setting(
        (),
        "Output folder of bioner_kd sweep, or 'name=folder' to put a name before those of its "
        "groups: its finished runs, grouped by all but the seed. Give the flag once a sweep.",
        repeated=True,
    )
    split: str = setting(
        "devel",
        "Split of the corpus to score on. Choose settings on devel; look at test once.",
        choices=SPLITS,
    )


RUNS = FlagGroup("Runs", RunChoice())
REPORT = FlagGroup("Report", ReportConfig())
# One thread: what is measured is then what a small device does.
MACHINE = machine(intra_op_threads=1, inter_op_threads=1)
OUTPUT = output.output("saved_models/report", "the page, its pictures and tables")


@dataclass(frozen=True)
class Runs:
    """What the flags name.

    Attributes:
        groups: all groups, in order: those of --runs first.
        named: how many of them are of --runs.
        sweeps: record of each sweep's flags, by its name.
        notes: what a reader should know of them.
    """

    groups: "tuple[Group, ...]"
    named: int
    sweeps: dict[str, str]
    notes: tuple[str, ...]


def main(program: Program) -> None:
    """Reports as the flags say."""
    choice = program.read(OUTPUT)
    check_drawing()
    check_output(choice)
    program.read(CORPUS).check("train", program.read(RUNS).split)
    runs = read_runs(program.read(RUNS))
    results = make_results(program, runs)
    write_folder(program, runs, results, choice)
    print(summary(results), end="")
    print(f"{choice.output}/index.html")


def read_runs(choice: RunChoice) -> Runs:
    """The groups that the flags name.

    Raises:
        UsageError: a flag is not what it should be.
        InputError: a folder is not that of a run or a sweep.
    """
    from bioner_kd.lab.study.collection import named_groups
    from bioner_kd.lab.study.groups import read_sweep

    found = named_groups(parse_runs(choice.runs, flag="runs"))
    named, sweeps, notes = len(found), {}, []
    for given in choice.sweep:
        name, equals, path = given.partition("=")
        folder = Path(path if equals else given)
        sweep = read_sweep(folder, prefix=f"{name}: " if equals else "")
        label = name if equals else folder.resolve().name
        if label in sweeps:
            raise UsageError(
                f"--sweep: two are called {label!r}; give each a name of its own: name=folder."
            )
        found += sweep.groups
        sweeps[label] = sweep.record
        if sweep.left_out:
            notes.append(f"{sweep.left_out} runs of the sweep {label} are not finished: left out.")
    for group in found:
        if group.mixed:
            notes.append(f"The runs of {group.name} differ in more: {', '.join(group.mixed)}.")
    for note in notes:
        logging.warning("%s", note)
    return Runs(tuple(found), named, sweeps, tuple(notes))


def read_split(program: Program) -> "tuple[ScoredSplit, list[Sentence]]":
    """The split to score on, and the training split."""
    from bioner_kd.lab.study.collection import corpus_name
    from bioner_kd.lab.study.predictions import ScoredSplit
    from bioner_kd.tagging.tag_set import TagSet

    name = program.read(RUNS).split
    sentences, train = read_splits(program, name, "train")
    return ScoredSplit(
        corpus_name(program.read(CORPUS).corpus),
        name,
        sentences,
        TagSet.from_sentences(train),
    ), train


def make_results(program: Program, runs: Runs) -> "StudyResults":
    """Scores, compares and measures the groups as the flags say."""
    from bioner_kd.lab.study import analysis, collection
    from bioner_kd.lab.study.collection import StudyResults

    config: ReportConfig = program.read(REPORT)
    split, train = read_split(program)
    chosen = [("baseline", config.baseline), ("students", config.students)]
    chosen += [("pairs", name) for pair in config.named_pairs for name in pair]
    collection.check_groups(runs.groups, split, chosen=chosen)
    scored = collection.score_groups(
        runs.groups, split, batch_size=config.batch_size, machine=program.read(MACHINE)
    )
    groups = analysis.analyse(
        scored, baseline=config.baseline, resamples=config.resamples, rounds=config.rounds
    )
    pairs = analysis.compare_pairs(
        groups, config.named_pairs, resamples=config.resamples, rounds=config.rounds
    )
    errors = collection.student_errors(groups, split, train, students=config.students)
    costs = collection.measure_groups(groups, split) if config.measure else {}
    return StudyResults(config, split, groups, pairs, costs, errors, runs.notes)


def write_folder(
    program: Program, runs: Runs, results: "StudyResults", choice: OutputChoice
) -> None:
    """Writes the folder of the report, which appears when all is done."""
    from bioner_kd.lab.study.repetition import report_command, write_flagfiles
    from bioner_kd.lab.study.report import write_report

    with atomic_folder(Path(choice.output), overwrite=choice.overwrite) as folder:
        named, swept = results.groups[: runs.named], results.groups[runs.named :]
        made = write_flagfiles(folder, named, swept, runs.sweeps, shown=Path(choice.output))
        write_report(
            folder, results, {**made, "This report": report_command(program.given_flags())}
        )
        program.write_flagfile(folder / RECORD)


def summary(results: "StudyResults") -> str:
    """The scores as a table for the terminal."""
    from bioner_kd.evaluation.table import text_table

    return text_table([group.row() for group in results.groups])


def check_drawing() -> None:
    """Looks for what draws, before any work is done.

    Raises:
        InputError: it is not installed.
    """
    require("matplotlib", "scipy")


def check_output(choice: OutputChoice) -> None:
    """Checks before any work is done that the folder can be made.

    Raises:
        InputError: something is there that may not be replaced.
    """
    path = Path(choice.output)
    if not path.exists() and not path.is_symlink():
        return
    if not choice.overwrite:
        raise InputError(f"{path}: is there already; choose another --output or pass --overwrite.")
    if path.is_symlink() or not (path / RECORD).is_file() or not (path / "report.md").is_file():
        raise InputError(
            f"{path}: --overwrite replaces the folder of a report, which this is not; choose "
            "another --output."
        )


PROGRAM = Program(
    __doc__,
    main,
    (RUNS, CORPUS, REPORT, OUTPUT, MACHINE),
    first=("runs", "sweep", "corpus", "baseline", "output"),
)
