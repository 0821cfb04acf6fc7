"""The splits of a corpus, with a line in the log about each."""

from collections.abc import Sequence
from dataclasses import dataclass

from absl import logging

from bioner_kd.corpus.splits import DEMO, check_split, read_split
from bioner_kd.corpus.summary import cut_otherwise, in_words
from bioner_kd.settings import Settings, setting
from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence

# Share of the words of a corpus.
_FEW = 0.01

ENTITY_TYPE_HELP = (
    "Type of all mentions of files that name none, such as files with the tags B, I and O."
)
REPAIR_HELP = (
    "Read tags that break IOB2 (an I- without its B-), or are IOB1, IOBES or BILOU, as the IOB2 "
    "that was meant, instead of refusing the file."
)


@dataclass(frozen=True)
class Corpus(Settings):
    """A corpus of annotated sentences."""

    corpus: str = setting(
        DEMO,
        "'demo' (600 sentences that travel with the package), or a folder with train.tsv, "
        "devel.tsv and test.tsv: one word a line, tag in the last column, a blank line between "
        "sentences.",
    )
    repair_tags: bool = setting(
        False,
        REPAIR_HELP,
    )

    def check(self, *splits: str) -> None:
        """Checks that splits, of train, devel and test, have a file, without reading it.

        Raises:
            InputError: the folder or a file is missing.
        """
        for split in splits:
            check_split(self.corpus, split)

    def read(self, *splits: str) -> list[list[Sentence]]:
        """Reads splits, of train, devel and test, and says what is in each.

        Raises:
            InputError: a file is missing or not as it should be.
        """
        found = []
        for split in splits:
            found.append(read_split(self.corpus, split, repair_tags=self.repair_tags))
            logging.info("%s, %s: %s.", self.corpus, split, in_words(found[-1]))
            _tell_what_is_cut_otherwise(found[-1])
        return found


def _tell_what_is_cut_otherwise(sentences: Sequence[Sentence]) -> None:
    words, mentions = cut_otherwise(sentences)
    if words > _FEW * sum(map(len, sentences)):
        marked = sum(len(entities(sentence.tags or ())) for sentence in sentences)
        logging.info(
            "The tokeniser cuts %d of these words further, which are in %d of the %d mentions: "
            "text that is tagged will not look like this corpus.",
            words, mentions, marked,
        )  # fmt: skip


def corpus_of(corpus: "str | Corpus") -> Corpus:
    """A corpus, which may be given by its folder alone."""
    return corpus if isinstance(corpus, Corpus) else Corpus(str(corpus))
