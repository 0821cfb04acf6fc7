r"""Makes a page of a study: what runs scored, how sure that is, what it costs, what goes wrong.

The folder holds index.html, which needs no other file, the same as Markdown, the scores as CSV and
the pictures. Runs are scored on devel unless --split=test is given. Their tags are kept in their
own folders, so that a second report takes seconds.

  bioner_kd report --corpus=corpora/NCBI-disease --sweep=saved_models/study/alpha_ncbi \
      --runs=teacher=saved_models/ncbi_disease/teacher --baseline=alpha=1 --output=docs/study/alpha
  bioner_kd report --corpus=corpora/NCBI-disease --baseline=scratch --measure \
      --runs="scratch=saved_models/mine/scratch_*" --runs="taught=saved_models/mine/student_*"
"""

from bioner_kd.cli import corpus, machine, output, report
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

# One thread: what is measured is then what a small device does.
MACHINE = machine.machine(MachineConfig(intra_op_threads=1, inter_op_threads=1))
OUTPUT = output.output("saved_models/report", "the page, its pictures and tables")


def main(program: Program) -> None:
    """Reports as the flags say."""
    choice = program.read(OUTPUT)
    report.check_drawing()
    report.check_output(choice)
    program.read(corpus.CORPUS).check("train", program.read(report.RUNS).split)
    program.read(MACHINE).apply(seed=0)
    runs = report.read_runs(program.read(report.RUNS))
    results = report.make_results(program, runs)
    report.write_folder(program, runs, results, choice)
    print(report.summary(results), end="")
    print(f"{choice.output}/index.html")


PROGRAM = Program(
    __doc__,
    main,
    (report.RUNS, corpus.CORPUS, report.REPORT, OUTPUT, MACHINE),
    first=("runs", "sweep", "corpus", "baseline", "output"),
)
