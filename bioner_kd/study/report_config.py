"""How a report is made."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError


@dataclass(frozen=True)
class ReportConfig:
    """What a report tells of its runs.

    Attributes:
        title: of the page.
        baseline: group that the others are compared with; "" for none.
        students: group whose errors are listed; "" for the students of the best mean F1.
        resamples: of the bootstrap.
        rounds: of the randomisation test.
        error_rows: most frequent errors of each list.
        measure: convert one student of each group to int8 and time it.
        batch_size: sentences of a batch.
    """

    title: str = "Teachers and students"
    baseline: str = ""
    students: str = ""
    resamples: int = 2000
    rounds: int = 10_000
    error_rows: int = 20
    measure: bool = False
    batch_size: int = 32

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is below its least.
        """
        least = {"resamples": 100, "rounds": 100, "error_rows": 0, "batch_size": 1}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise UsageError(f"--{name}={getattr(self, name)}: must be at least {value}.")
