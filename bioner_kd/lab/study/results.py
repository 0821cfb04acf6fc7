"""Everything that a report tells, before it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bioner_kd.evaluation.errors import Error
from bioner_kd.lab.study.analysis import Pair, ScoredGroup
from bioner_kd.lab.study.config import ReportConfig
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.predictions import Split


@dataclass(frozen=True)
class StudentErrors:
    """What a group of students gets wrong and the teachers do not.

    Attributes:
        students: name of their group.
        teachers: names of the groups of teachers.
        missed: mentions that the students miss.
        false: mentions that they make up.
        recalls: recall of the mentions that are in training and of those that are not, percent, by
            the name of the group; None where there is no such mention.
    """

    students: str
    teachers: Sequence[str]
    missed: Sequence[Error]
    false: Sequence[Error]
    recalls: Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Results:
    """What runs scored on a split, and what they cost.

    Attributes:
        config: how they were compared.
        split: what they were scored on.
        groups: in order.
        pairs: of the groups, compared.
        costs: of groups that were measured, by name.
        errors: None where no teacher or no student is among the groups.
        notes: what a reader should know of the runs.
    """

    config: ReportConfig
    split: Split
    groups: Sequence[ScoredGroup]
    pairs: Sequence[Pair] = ()
    costs: Mapping[str, Cost] = field(default_factory=dict)
    errors: StudentErrors | None = None
    notes: Sequence[str] = ()
