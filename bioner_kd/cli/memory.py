"""Flags: how much a teacher reads at once."""

from bioner_kd.cli.concern import Concern
from bioner_kd.teacher.config import DEFAULT_MEMORY

MEMORY = Concern(
    "Memory",
    DEFAULT_MEMORY,
    {
        "subword_budget": "Most subwords, padding included, that the teacher reads at once, "
        "at least --max_subwords. A batch of more is read in parts whose gradients are summed: "
        "this number decides the memory, and not the longest sentence.",
    },
)
