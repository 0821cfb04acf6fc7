r"""Scores teachers and students on a split and prints them side by side.

Entity-level precision, recall and F1 (exact borders and type): by default as conlleval counts,
which is what published figures are; F1 in strict IOB2 mode beside it. Several folders in one row,
a,b,c, are seeds of one model: mean ± standard deviation; a+b+c are models that are averaged.

  bioner_kd evaluate --corpus=corpora/NCBI-disease --report=scores.json \
      --run=teacher=saved_models/ncbi_disease/teacher \
      --run=student=saved_models/ncbi_disease/student_1,saved_models/ncbi_disease/student_2
"""

from bioner_kd.cli import corpus, evaluate, machine
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

MACHINE = machine.machine(MachineConfig())


def main(program: Program) -> None:
    """Scores as the flags say."""
    from bioner_kd.evaluation.comparison import compare
    from bioner_kd.evaluation.table import text_table
    from bioner_kd.teacher.ensemble.folders import load_model

    program.read(MACHINE).apply(seed=0)
    choice = program.read(evaluate.EVALUATION)
    (sentences,) = corpus.read_splits(program, choice.split)
    models = {
        name: list(map(load_model, folders))
        for name, folders in evaluate.parse_runs(choice.run).items()
    }
    results = [compare(name, seeds, sentences, choice.batch_size) for name, seeds in models.items()]
    print(text_table([result.row() for result in results]), end="")
    if choice.report:
        evaluate.write_report(choice.report, results, program.settings())


PROGRAM = Program(__doc__, main, (evaluate.EVALUATION, corpus.CORPUS, MACHINE))
