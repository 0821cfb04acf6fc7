r"""Labels sentences with a teacher, or several, and keeps word-level logits on disk.

The teacher then runs once, not once an epoch of every student. What is in the cache already and
fits is kept: a stopped run goes on, damaged shards are made again, and logits of another teacher,
corpus or tokenizer are refused.

  bioner_kd cache_logits --flagfile=flags/ncbi_disease/cache_logits.cfg
  bioner_kd cache_logits --teachers=saved_models/mine/teacher --splits= \
      --text=abstracts.txt.gz,papers.txt.xz --text_size=40000 --cache=saved_models/mine/logits
"""

from bioner_kd.cli import cache, corpus, machine, reading, teacher
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

MACHINE = machine.machine(MachineConfig())


def main(program: Program) -> None:
    """Labels as the flags say."""
    from bioner_kd.recipes.checks import check_labelling

    choice = program.read(cache.CACHE)
    check_labelling(
        program.read(teacher.TEACHER).teachers, program.read(corpus.CORPUS), choice.splits,
        choice.text,
    )  # fmt: skip

    from bioner_kd.recipes.labelling import label

    program.read(MACHINE).apply(seed=0)
    label(
        program.read(teacher.TEACHER).teachers, choice.cache, corpus=program.read(corpus.CORPUS),
        splits=choice.splits, text=choice.text, sample=program.read(cache.SAMPLE),
        batch_size=choice.batch_size, hidden=choice.hidden, reading=program.read(reading.READING),
        write_record=program.write_flagfile,
    )  # fmt: skip


PARTS = (
    teacher.TEACHER, cache.CACHE, cache.SAMPLE, corpus.CORPUS, reading.READING, MACHINE,
)  # fmt: skip
PROGRAM = Program(__doc__, main, PARTS, first=("corpus", "teachers", "cache", "text", "text_size"))
