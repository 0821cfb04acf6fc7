"""Flags: which corpus."""

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.text.sentence import Sentence

CORPUS = FlagGroup(
    "Corpus",
    Corpus(),
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
    corpus: Corpus = program.read(CORPUS)
    return corpus.read(*splits)
