"""A tagger whose finds are known: it marks listed names, with faults that are asked for."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

from bioner_kd.evaluation.robustness.measured import Finder, Split
from bioner_kd.evaluation.robustness.written import write
from bioner_kd.tagging.decoding import Entity
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence


class NameTagger:
    """Finds what an expression matches, as a Disease; of given words, listed names alone."""

    def __init__(self, expression: str, names: frozenset[str] = frozenset()) -> None:
        self._expression, self._names = re.compile(expression), names

    def tag_many(self, texts: Iterable[str], *, workers: int = 0) -> Iterator[list[Entity]]:
        for text in texts:
            found = self._expression.finditer(text)
            yield [Entity("Disease", one.group(), one.start(), one.end(), 1.0) for one in found]

    def sentences(self, text: str) -> Iterator[Sentence]:
        return RULES.iterate_sentences(text)

    def tag_words_in_groups(
        self, groups: Iterable[Iterable[Sentence]]
    ) -> list[list[tuple[Sentence, list[str]]]]:
        def tag(word: str) -> str:
            return "B-Disease" if word in self._names else "O"

        return [[(one, list(map(tag, one.words))) for one in group] for group in groups]


@pytest.fixture
def split_of() -> Callable[..., Split]:
    """Makes a split of sentences and of a tagger that finds what an expression matches."""

    def make(
        sentences: Sequence[Sentence],
        expression: str,
        *,
        names: Iterable[str] = (),
        known: Iterable[str] = (),
    ) -> Split:
        tagger = NameTagger(expression, frozenset(names))
        knows = frozenset(known).__contains__
        return Split(Finder(tagger), sentences, list(map(write, sentences)), knows)

    return make
