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
    choice = program.read(evaluate.EVALUATION)
    rows = evaluate.read_rows(choice)
    program.read(corpus.CORPUS).check(choice.split)
    program.read(MACHINE).apply(seed=0)

    from bioner_kd.evaluation.table import text_table
    from bioner_kd.recipes.scoring import evaluate as score

    results = score(
        program.read(corpus.CORPUS), rows, split=choice.split, batch_size=choice.batch_size
    )
    print(text_table([result.row() for result in results]), end="")
    if choice.report:
        evaluate.write_report(choice.report, results, program.settings())


PROGRAM = Program(
    __doc__,
    main,
    (evaluate.EVALUATION, corpus.CORPUS, MACHINE),
    first=("corpus", "run", "split", "report"),
)
