"""The splits of a corpus, with a line in the log about each."""

from dataclasses import dataclass

from absl import logging

from bioner_kd.corpus.splits import DEMO, check_split, read_split
from bioner_kd.corpus.summary import in_words
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class Corpus:
    """A corpus of annotated sentences.

    Attributes:
        corpus: "demo", or a folder with train.tsv, devel.tsv and test.tsv.
        repair_tags: whether IOB1, IOBES and stray I- are read as IOB2 instead of refused.
    """

    corpus: str = DEMO
    repair_tags: bool = False

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
        return found


def corpus_of(corpus: "str | Corpus") -> Corpus:
    """A corpus, which may be given by its folder alone."""
    return corpus if isinstance(corpus, Corpus) else Corpus(str(corpus))
