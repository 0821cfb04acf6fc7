"""The splits of a corpus, with a line in the log about each."""

from dataclasses import dataclass

from absl import logging

from bioner_kd.corpus.splits import DEMO, check_split, read_split
from bioner_kd.corpus.summary import in_words
from bioner_kd.settings import Settings, setting
from bioner_kd.text.sentence import Sentence


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
        "Read tags that break IOB2 (an I- without its B-) or are IOBES as the IOB2 that was meant, "
        "instead of refusing the file.",
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
        return found


def corpus_of(corpus: "str | Corpus") -> Corpus:
    """A corpus, which may be given by its folder alone."""
    return corpus if isinstance(corpus, Corpus) else Corpus(str(corpus))
