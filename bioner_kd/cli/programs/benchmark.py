r"""Measures models side by side: speed, start-up, memory, size and F1, in one run.

BioBERT's shape, a fine-tuned teacher, the student in Keras, every exported model, spaCy's NER and a
CRF tag the same sentences, each in a fresh process, in turn, round after round, with 1 and 2 cores.
Peers are trained on the corpus the first time, which takes minutes. The folder holds benchmark.md
and results.jsonl. After Ctrl-C the same command goes on.

  bioner_kd benchmark --flagfile=flags/ncbi_disease/benchmark.cfg
  bioner_kd benchmark --export=saved_models/demo/export --peers=crf --rounds=3 --threads=1
"""

from bioner_kd.cli import benchmark, corpus, output
from bioner_kd.cli.program import Program

OUTPUT = output.output("saved_models/demo/benchmark", "the tables and all measurements")


def main(program: Program) -> None:
    """Measures as the flags say."""
    with output.training_run(program, OUTPUT) as folder:
        session = benchmark.open_session(program, folder)
        try:
            session.train_peers()
            session.measure()
        except KeyboardInterrupt:
            print(benchmark.summary(session), end="")
            raise
        benchmark.write_results(program, session)
        print(benchmark.summary(session), end="")
    print(f"{program.read(OUTPUT).output}/benchmark.md")


PROGRAM = Program(
    __doc__,
    main,
    (benchmark.CONTESTANTS, benchmark.BENCHMARK, corpus.CORPUS, OUTPUT),
    stopped="Stopped. What was measured is kept; the same command goes on.",
    first=("export", "student", "corpus", "peers", "output"),
)
