"""What a sweep trains, and how a report is made of it."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.settings import Bound, Settings, at_least, setting


@dataclass(frozen=True)
class SweepConfig(Settings):
    """A study of one training program."""

    program: str = setting(
        "distill",
        "Training program of bioner_kd, such as distill or finetune_teacher, or the absolute path "
        "of one of your own.",
    )
    base: tuple[str, ...] = setting(
        (),
        "Flagfile that all runs share. Given several times, the later file wins.",
        repeated=True,
    )
    arm: tuple[str, ...] = setting(
        (),
        "'NAME: FLAGS', a named set of flags, once an arm. FLAGS are read as a shell reads them, "
        "so that a value may hold commas and, in quotes, spaces; they win over --base. The whole "
        "--grid is trained for each arm.",
        repeated=True,
    )
    grid: tuple[str, ...] = setting(
        (),
        "'FLAG=VALUE,VALUE,…', a flag to vary, once a flag; the product of all is trained. Each "
        "comma ends a value: what holds commas itself belongs into an --arm. Given again for the "
        "same flag, the later one counts. Wins over --base and --arm.",
        repeated=True,
    )
    output: str = setting(
        "saved_models/study/demo",
        "Folder of the study: a folder a run named by what was varied, logs/, runs.csv. A run that "
        "is finished there is never trained again.",
        bound=Bound("the folder of the study", bool),
    )
    jobs: int = setting(
        1,
        "Trainings side by side. Best as many as there are processor cores, with one thread each: "
        "--intra_op_threads=1 and --inter_op_threads=1 in the --base, as in "
        "flags/study/one_thread/distill.cfg. On a GPU, TF_FORCE_GPU_ALLOW_GROWTH=true in the "
        "environment lets them share it.",
        bound=at_least(1),
    )
    dry_run: bool = setting(False, "Check all flags, print the commands and train nothing.")


VERSUS = " vs "


@dataclass(frozen=True)
class ReportConfig(Settings):
    """What a report tells of its runs."""

    title: str = setting("Teachers and students", "Title of the page.")
    baseline: str = setting(
        "",
        "Group that every other one is compared with, by the name in the report; none if empty. A "
        "sweep's groups are named like 'taught, alpha=0.3': arm, then what varied.",
    )
    pairs: tuple[str, ...] = setting(
        (),
        "Two groups to compare with each other, 'GROUP vs GROUP': the first less the second. Give "
        "the flag once a pair.",
        repeated=True,
    )
    students: str = setting(
        "",
        "Group of students whose errors are listed beside the teachers'; the one of the best mean "
        "F1 if empty.",
    )
    resamples: int = setting(2000, "Splits that the bootstrap draws.", bound=at_least(100))
    rounds: int = setting(
        10_000, "Random assignments of the test on sentences.", bound=at_least(100)
    )
    error_rows: int = setting(
        20, "Rows of each list of errors, the most frequent first.", bound=at_least(0)
    )
    measure: bool = setting(
        False,
        "Convert one student of each group to int8 TFLite and time it, and the teachers; adds F1 "
        "over bytes and F1 over time.",
    )
    batch_size: int = setting(32, "Sentences of a batch.", bound=at_least(1))

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is below its least, or a pair is none.
        """
        super().__post_init__()
        for pair in self.pairs:
            if len(pair.split(VERSUS)) != 2:
                raise UsageError(f"--pairs={pair}: must be 'GROUP{VERSUS}GROUP'.")

    @property
    def named_pairs(self) -> list[tuple[str, str]]:
        """Names of the two groups of each pair; the first is compared with the second."""
        return [(one, other) for one, other in (pair.split(VERSUS) for pair in self.pairs)]
