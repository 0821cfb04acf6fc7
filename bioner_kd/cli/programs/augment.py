r"""Makes new sentences from tagged ones, for a teacher to label: more text to learn from.

In each copy, mentions become other mentions of the same type and some other words are masked. The
sources are the train split of --corpus and, where --cache is given, text that a teacher has
labelled; --corpus= leaves the corpus out. The file is labelled like any text.

  bioner_kd augment --corpus=corpora/NCBI-disease --copies=4 --output=augmented.txt.gz
  bioner_kd cache_logits --teachers=saved_models/ncbi_disease/teacher --splits= \
      --text=augmented.txt.gz,abstracts.txt.gz --cache=saved_models/ncbi_disease/logits
"""

from dataclasses import dataclass
from pathlib import Path

from absl import logging

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.output import free_name
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, read_splits
from bioner_kd.corpus.augmentation import augment
from bioner_kd.corpus.config import AugmentationConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.settings import Settings, setting
from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.plain_text import write_plain_text
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.run_folder import record_of


@dataclass(frozen=True)
class AugmentChoice(Settings):
    """Where sentences come from beside the corpus, and where the new ones go."""

    cache: str = setting(
        "",
        "Folder of logits whose text, which bioner_kd cache_logits --text labelled, is augmented "
        "too: the sentences in which the teacher found a mention. None if empty.",
    )
    output: str = setting(
        "augmented.txt.gz",
        "File to write, one sentence a line; compressed where it ends in .gz, .bz2 or .xz.",
    )
    overwrite: bool = setting(False, "Replace the file if it exists.")


SOURCES = FlagGroup("Sentences", AugmentChoice())
AUGMENTATION = FlagGroup("Augmentation", AugmentationConfig())


def main(program: Program) -> None:
    """Makes the new sentences and writes them, as the flags say.

    Raises:
        InputError: a source cannot be read, or gives no new sentence, or the file is there already.
        UsageError: there is no source.
    """
    choice = program.read(SOURCES)
    output = free_name(choice.output, overwrite=choice.overwrite)
    sources = _read_sources(program, choice.cache)
    lines = [sentence.text for sentence in augment(sources, program.read(AUGMENTATION))]
    if not lines:
        raise InputError(
            f"No new sentence came of {len(sources)}: they have no mentions to exchange, and no "
            "word was masked; raise --mask_words or --copies, or name another source."
        )
    write_plain_text(output, lines)
    program.write_flagfile(record_of(output))
    logging.info("%s: %d new sentences of %d.", output, len(lines), len(sources))


def _read_sources(program: Program, cache: str) -> list[Sentence]:
    sources = []
    if program.read(CORPUS).corpus:
        sources += read_splits(program, "train")[0]
    if cache:
        from bioner_kd.teacher.labelling import TEXT, read_labelled_text

        found = read_labelled_text(Path(cache) / TEXT, {}).tagged()
        sources += [sentence for sentence in found if set(sentence.tags or ()) - {OUTSIDE}]
    if not sources:
        raise UsageError("There is nothing to augment: name a --corpus, a --cache, or both.")
    return sources


PROGRAM = Program(
    __doc__,
    main,
    (SOURCES, AUGMENTATION, CORPUS),
    stopped="Stopped; nothing was kept. Start again when you like.",
)
