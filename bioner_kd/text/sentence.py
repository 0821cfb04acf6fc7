"""The sentence: words, their tags, and where they stand in their source text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bioner_kd.errors import shown


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose words are known.

    Attributes:
        text: source text.
        words: its words, `text[start:end]` of each span without invisible characters.
        spans: (start, end) of each word in characters of `text`.
        tags: one IOB2 tag a word, or None where the sentence is not annotated.
        path: file that it was read from, "" where there is none.
        line: line of its first word in that file, counted from 1.
        one_line: all its words stand in that line, not one word a line.
    """

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    tags: tuple[str, ...] | None = None
    path: str = ""
    line: int = 0
    one_line: bool = False

    def __post_init__(self) -> None:
        """Checks that text, words, spans and tags go together.

        Raises:
            ValueError: their numbers differ, or a word is not what stands at its span, from its
                first to its last character.
        """
        if len(self.words) != len(self.spans):
            raise ValueError(f"{len(self.words)} words but {len(self.spans)} spans.")
        if self.tags is not None and len(self.tags) != len(self.words):
            raise ValueError(f"{len(self.words)} words but {len(self.tags)} tags.")
        text = self.text
        # One comparison of all words is faster than one for each, and hardly ever fails.
        if self.words == tuple([text[start:end] for start, end in self.spans]):
            return
        for word, (start, end) in zip(self.words, self.spans, strict=True):
            if not is_seen_in(word, text[start:end]):
                raise ValueError(f"{shown(word)} is not at {start}:{end} of {shown(self.text)}.")

    @classmethod
    def from_words(
        cls,
        words: Iterable[str],
        tags: Iterable[str] | None = None,
        *,
        path: str = "",
        line: int = 0,
    ) -> "Sentence":
        """Joins words with single spaces, as corpora that keep no source text are read."""
        words = tuple(words)
        spans, start = [], 0
        for word in words:
            spans.append((start, start + len(word)))
            start += len(word) + 1
        return cls(
            " ".join(words), words, tuple(spans), None if tags is None else tuple(tags), path, line
        )

    def within(self, text: str, offset: int) -> "Sentence":
        """The same sentence as a part of a longer text.

        Args:
            text: the longer text.
            offset: number of its characters before this sentence's text.
        """
        spans = tuple((offset + start, offset + end) for start, end in self.spans)
        return replace(self, text=text, spans=spans)

    def alone(self) -> "Sentence":
        """The same sentence with the characters from its first to its last word as its text."""
        if not self.words:
            return self
        start, end = self.spans[0][0], self.spans[-1][1]
        spans = tuple((first - start, last - start) for first, last in self.spans)
        return replace(self, text=self.text[start:end], spans=spans)

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)

    def place(self, word: int) -> str:
        """Says where a word stands, for error messages.

        Returns:
            "train.tsv:17" in a file of one word a line, "notes.txt:3, word 5" in one of a sentence
            a line, "word 5 of 'Aspirin relieves'" without a file; words are counted from 1.
        """
        if not self.line:
            return f"word {word + 1} of {shown(self.text, 40)}"
        if self.one_line:
            return f"{self.path}:{self.line}, word {word + 1}"
        return f"{self.path}:{self.line + word}"


def is_seen_in(word: str, text: str) -> bool:
    r"""Whether a word is a text, or what is left of it without some characters inside.

    Examples:
        >>> is_seen_in("hypertension", "hyper\u00adtension"), is_seen_in("gout", "pain")
        (True, False)
    """
    if word == text:
        return True
    rest = iter(text)
    inside = all(character in rest for character in word)
    return inside and word[:1] == text[:1] and word[-1:] == text[-1:]
