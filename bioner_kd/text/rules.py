"""The rules that cut text into sentences and words, as a student's tables hold them.

A student reads what it was trained on: where a later version of this package cuts text otherwise,
students of before keep the rules in their tables.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bioner_kd.text.ranges import all_others, check_apart
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.sentence_ends import FIRST_SENTENCE_ENDS, SENTENCE_ENDS, SentenceEnds
from bioner_kd.text.sentence_splitter import SentenceSplitter
from bioner_kd.text.tokenizer import FIRST_TOKENIZER, TOKENIZER, Tokenizer


@dataclass(frozen=True)
class TextRules:
    """How a student's text is cut.

    Attributes:
        tokenizer: sentences into words.
        ends: text into sentences.
    """

    tokenizer: Tokenizer
    ends: SentenceEnds

    def __post_init__(self) -> None:
        """Checks that no word reaches across the end of a sentence.

        Raises:
            ValueError: white space of "sentences" does not separate words, or is invisible.
        """
        others = all_others(self.tokenizer.separator)
        check_apart(
            "'tokenizer' and 'sentences'", white=self.ends.white, what_does_not_separate=others
        )
        check_apart(
            "'tokenizer' and 'sentences'",
            white=self.ends.white,
            invisible=self.tokenizer.invisible,
        )
        if self.ends.lines:
            # A hyphen is a word by itself, also where it wraps none.
            check_apart(
                "'tokenizer' and 'sentences/lines'",
                hyphens=self.ends.lines.hyphens,
                word=self.tokenizer.word,
                separator=self.tokenizer.separator,
            )

    @cached_property
    def _splitter(self) -> SentenceSplitter:
        return SentenceSplitter(self.tokenizer, self.ends)

    def iterate_sentences(
        self, text: str, is_known: Callable[[str], bool] | None = None
    ) -> Iterator[Sentence]:
        """The sentences of a text that have words, found as they are needed.

        Args:
            text: any text.
            is_known: whether a student knows a word, as `WordFeatures.is_known` says; where it is
                given, words that are wrapped at a hyphen are joined.

        Returns:
            Sentences whose `text` is the whole text: the spans of their words point into it.
        """
        return self._splitter.iterate(text, is_known)

    def sentence_spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each sentence in characters.

        Between two is at most white space, a mark at the start of a line, or the border of a cell.
        """
        return self._splitter.spans(text)

    def to_json(self) -> dict[str, Any]:
        """Entries "tokenizer" and "sentences" of a student's tables."""
        return {"tokenizer": self.tokenizer.to_json(), "sentences": self.ends.to_json()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "TextRules":
        """Reads what `to_json` gave, among other entries.

        Raises:
            KeyError: "tokenizer" or "sentences" is missing.
            ValueError: one of them is no such rule; the message names the entry.
        """
        tokenizer = Tokenizer.from_json(record["tokenizer"])
        return cls(tokenizer, SentenceEnds.from_json(record["sentences"]))


# What the first students read, some of whose tables hold no rules. When the rules of new students
# change, these must not: then they need data of their own.
FIRST_RULES = TextRules(FIRST_TOKENIZER, FIRST_SENTENCE_ENDS)
# What new students read.
RULES = TextRules(TOKENIZER, SENTENCE_ENDS)
