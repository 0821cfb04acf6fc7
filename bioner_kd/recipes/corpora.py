"""The splits of a corpus, with a line in the log about each."""

from collections.abc import Sequence

from absl import logging

from bioner_kd.corpus.alignment import Aligned
from bioner_kd.corpus.config import CorpusConfig
from bioner_kd.corpus.splits import check_split, read_aligned
from bioner_kd.corpus.summary import cut_otherwise, in_words
from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence

# Share of the words of a corpus.
_FEW = 0.01


class Corpus(CorpusConfig):
    """A corpus of annotated sentences."""

    def check(self, *splits: str) -> None:
        """Checks that splits, of train, devel and test, have a file, without reading it.

        Raises:
            InputError: the folder or a file is missing.
        """
        for split in splits:
            check_split(self, split)

    def read(self, *splits: str) -> list[list[Sentence]]:
        """Reads splits, of train, devel and test, and says what is in each.

        Raises:
            InputError: a file is missing or not as it should be.
        """
        return [self.read_aligned(split).sentences for split in splits]

    def read_aligned(self, split: str) -> Aligned:
        """Reads a split with what its tags do not hold, and says what is in it.

        Raises:
            InputError: a file is missing or not as it should be.
        """
        found = read_aligned(self, split)
        logging.info("%s, %s: %s.", self.corpus, split, in_words(found.sentences))
        _tell_what_is_cut_otherwise(found.sentences)
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
