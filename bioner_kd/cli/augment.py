"""Flags: which sentences are augmented, how, and where the new ones go."""

from dataclasses import dataclass
from pathlib import Path

from absl import logging

from bioner_kd.cli.corpus import CORPUS, read_splits
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.output import free_name
from bioner_kd.cli.program import Program
from bioner_kd.corpus.augmentation import augment
from bioner_kd.corpus.config import AugmentationConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.plain_text import write_plain_text
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import MASK
from bioner_kd.training.run_folder import record_of


@dataclass(frozen=True)
class AugmentChoice:
    """Where sentences come from beside the corpus, and where the new ones go."""

    cache: str = ""
    output: str = "augmented.txt.gz"
    overwrite: bool = False


SOURCES = FlagGroup(
    "Sentences",
    AugmentChoice(),
    {
        "cache": "Folder of logits whose text, which bioner_kd cache_logits --text labelled, is "
        "augmented too: the sentences in which the teacher found a mention. None if empty.",
        "output": "File to write, one sentence a line; compressed where it ends in .gz, .bz2 or "
        ".xz.",
        "overwrite": "Replace the file if it exists.",
    },
)
AUGMENTATION = FlagGroup(
    "Augmentation",
    AugmentationConfig(),
    {
        "copies": "Tries at a new sentence for each one; what comes out like its source is left "
        "out.",
        "replace_mentions": "Probability that a mention becomes another one of its type, of all "
        "that the sentences have.",
        "mask_words": f"Probability that a word outside of mentions becomes {MASK}, which a "
        "teacher reads as its [MASK] and a student as an unknown word.",
        "seed": "Seed of all that is drawn.",
    },
)


def write_augmented(program: Program) -> None:
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
