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
    from pathlib import Path

    from bioner_kd.teacher.ensemble.folders import load_teachers
    from bioner_kd.teacher.labelling import label
    from bioner_kd.training.run_folder import record_of

    program.read(MACHINE).apply(seed=0)
    texts = cache.read_texts(program)
    folders = list(map(Path, program.read(teacher.TEACHER).teachers))
    labeller = load_teachers(folders, program.read(reading.READING))
    choice = program.read(cache.CACHE)
    for name, sentences in texts.items():
        folder = Path(choice.cache) / name
        label(labeller, sentences, folder, batch_size=choice.batch_size, hidden=choice.hidden)
        program.write_flagfile(record_of(folder))


PARTS = (
    teacher.TEACHER, cache.CACHE, cache.SAMPLE, corpus.CORPUS, reading.READING, MACHINE,
)  # fmt: skip
PROGRAM = Program(__doc__, main, PARTS)
