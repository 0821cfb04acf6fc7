r"""Makes new sentences from tagged ones, for a teacher to label: more text to learn from.

In each copy, mentions become other mentions of the same type and some other words are masked. The
sources are the train split of --corpus and, where --cache is given, text that a teacher has
labelled; --corpus= leaves the corpus out. The file is labelled like any text.

  bioner_kd augment --corpus=corpora/NCBI-disease --copies=4 --output=augmented.txt.gz
  bioner_kd cache_logits --teachers=saved_models/ncbi_disease/teacher --splits= \
      --text=augmented.txt.gz,abstracts.txt.gz --cache=saved_models/ncbi_disease/logits
"""

from bioner_kd.cli import augment, corpus
from bioner_kd.cli.program import Program


def main(program: Program) -> None:
    """Augments as the flags say."""
    augment.write_augmented(program)


PROGRAM = Program(
    __doc__,
    main,
    (augment.SOURCES, augment.AUGMENTATION, corpus.CORPUS),
    stopped="Stopped; nothing was kept. Start again when you like.",
)
