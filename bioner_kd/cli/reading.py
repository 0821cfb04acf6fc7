"""Flags: how much a teacher reads at once, and how exactly it calculates."""

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.teacher.config import DEFAULT_READING, PRECISIONS

READING = FlagGroup(
    "Memory and precision",
    DEFAULT_READING,
    {
        "subword_budget": "Most subwords, padding included, that the teacher reads at once; at "
        "least --max_subwords. A batch of more is read in parts whose gradients are summed: "
        "this number decides the memory, not the longest sentence. With 1024 the fine-tuning "
        "of a BERT-base takes less than 6 GB.",
        "precision": "bfloat16 calculates products in bfloat16 and keeps weights and sums in "
        "float32; faster where the processor has avx512_bf16 or amx_bf16, slower elsewhere.",
    },
    {"precision": PRECISIONS},
)
