r"""Labels sentences with a fine-tuned teacher and keeps its word-level logits on disk.

The teacher then runs once, not once an epoch of every student. What is in the cache already and
fits is kept: a stopped run goes on, damaged shards are made again, and logits of another teacher,
corpus or tokenizer are refused.

  python scripts/cache_logits.py --flagfile=flags/ncbi_disease/cache_logits.cfg
  python scripts/cache_logits.py --teacher=saved_models/mine/teacher --splits= \
      --text=abstracts.txt.gz --cache=saved_models/mine/logits
"""

from bioner_kd.cli import cache, corpus, machine, teacher
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

MACHINE = machine.machine(MachineConfig())


def main(program: Program) -> None:
    """Labels as the flags say."""
    from pathlib import Path

    from bioner_kd.teacher.labelling import label
    from bioner_kd.teacher.saved_teacher import load_teacher

    program.read(MACHINE).apply(seed=0)
    texts = cache.read_texts(program)
    labeller = load_teacher(Path(program.read(teacher.TEACHER).teacher))
    choice = program.read(cache.CACHE)
    for name, sentences in texts.items():
        folder = Path(choice.cache) / name
        label(labeller, sentences, folder, batch_size=choice.batch_size, hidden=choice.hidden)
    program.write_flagfile(Path(choice.cache) / "run.cfg")


PROGRAM = Program(__doc__, main, (teacher.TEACHER, cache.CACHE, corpus.CORPUS, MACHINE))
if __name__ == "__main__":
    PROGRAM.main()
