"""What a sweep trains, and how a report is made of it."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError, at_least, check_bounds


@dataclass(frozen=True)
class SweepConfig:
    """A study of one training program.

    Attributes:
        program: name of a training program, or an absolute path.
        base: flagfiles that every run shares; later ones win.
        arm: "NAME: FLAGS", named sets of flags.
        grid: "FLAG=VALUE,VALUE,…", flags to vary; every arm is crossed with all of them.
        output: folder of the study.
        jobs: trainings side by side.
        dry_run: show the commands and train nothing.
    """

    program: str = "distill"
    base: tuple[str, ...] = ()
    arm: tuple[str, ...] = ()
    grid: tuple[str, ...] = ()
    output: str = "saved_models/study/demo"
    jobs: int = 1
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: fewer than one job, or no output folder.
        """
        check_bounds(self, at_least(self, 1, "jobs"))
        if not self.output:
            raise UsageError("--output: must name the folder of the study.")


VERSUS = " vs "


@dataclass(frozen=True)
class ReportConfig:
    """What a report tells of its runs.

    Attributes:
        title: of the page.
        baseline: group that the others are compared with; "" for none.
        pairs: groups that are compared with each other, "GROUP vs GROUP" each.
        students: group whose errors are listed; "" for the students of the best mean F1.
        resamples: of the bootstrap.
        rounds: of the randomisation test.
        error_rows: most frequent errors of each list.
        measure: convert one student of each group to int8 and time it.
        batch_size: sentences of a batch.
    """

    title: str = "Teachers and students"
    baseline: str = ""
    pairs: tuple[str, ...] = ()
    students: str = ""
    resamples: int = 2000
    rounds: int = 10_000
    error_rows: int = 20
    measure: bool = False
    batch_size: int = 32

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is below its least, or a pair is none.
        """
        for pair in self.pairs:
            if len(pair.split(VERSUS)) != 2:
                raise UsageError(f"--pairs={pair}: must be 'GROUP{VERSUS}GROUP'.")
        rules = {
            **at_least(self, 100, "resamples", "rounds"),
            **at_least(self, 0, "error_rows"),
            **at_least(self, 1, "batch_size"),
        }
        check_bounds(self, rules)

    @property
    def named_pairs(self) -> list[tuple[str, str]]:
        """Names of the two groups of each pair; the first is compared with the second."""
        return [(one, other) for one, other in (pair.split(VERSUS) for pair in self.pairs)]
