r"""Trains word vectors on plain text, or takes them from a teacher, for the student to start from.

Training is word2vec's and takes minutes; a stopped run starts again from the beginning. With
--workers=1 the same text and --seed give the same vectors, with more they do not.

  bioner_kd train_vectors --text=abstracts.txt.xz,papers.txt.xz --output=vectors.bin
  bioner_kd train_vectors --from_teacher=saved_models/mine/teacher --min_count=1 \
      --corpus=corpora/NCBI-disease --output=vectors.bin
"""

from bioner_kd.cli import output, vectors
from bioner_kd.cli.program import Program


def main(program: Program) -> None:
    """Makes vectors as the flags say."""
    choice = program.read(vectors.FILE)
    path = output.free_name(choice.output, overwrite=choice.overwrite)
    print(vectors.save(program, path, vectors.make_vectors(program)))


PROGRAM = Program(
    __doc__,
    main,
    vectors.FLAG_GROUPS,
    stopped="Stopped; nothing was kept. Start again when you like.",
    first=("text", "output", "size", "corpus", "from_teacher"),
)
