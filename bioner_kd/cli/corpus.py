"""Flags: which corpus."""

from dataclasses import dataclass

from absl import logging

from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.corpus.splits import read_split
from bioner_kd.corpus.summary import in_words
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class CorpusChoice:
    """Where annotated sentences come from."""

    corpus: str = "demo"
    repair_tags: bool = False


CORPUS = Concern(
    "Corpus",
    CorpusChoice(),
    {
        "corpus": "'demo' (600 sentences that travel with the package), or a folder with "
        "train.tsv, devel.tsv and test.tsv: one word a line, tag in the last column, a blank line "
        "between sentences.",
        "repair_tags": "Read tags that break IOB2 (an I- without its B-) or are IOBES as the IOB2 "
        "that was meant, instead of refusing the file.",
    },
)


def read_splits(program: Program, *splits: str) -> list[list[Sentence]]:
    """The splits of the corpus that the flags name; says what is in each."""
    choice = program.read(CORPUS)
    found = []
    for split in splits:
        found.append(read_split(choice.corpus, split, repair_tags=choice.repair_tags))
        logging.info("%s, %s: %s.", choice.corpus, split, in_words(found[-1]))
    return found
