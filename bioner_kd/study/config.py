"""What a sweep trains, and how many trainings run side by side."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError


@dataclass(frozen=True)
class SweepConfig:
    """A study of one training program.

    Attributes:
        program: file name of the program, beside the sweep's own, or an absolute path.
        base: flagfiles that every run shares; later ones win.
        arm: "NAME: FLAGS", named sets of flags.
        grid: "FLAG=VALUE,VALUE,…", flags to vary; every arm is crossed with all of them.
        output: folder of the study.
        jobs: trainings side by side.
        dry_run: show the commands and train nothing.
    """

    program: str = "distill.py"
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
        if self.jobs < 1:
            raise UsageError(f"--jobs={self.jobs}: must be at least 1.")
        if not self.output:
            raise UsageError("--output: must name the folder of the study.")
