"""A text is cut into sentences, since that is what students are trained on.

The rule is a few character classes and a short list, so that any language can repeat it:

- Lines and cells end sentences as `bioner_kd.text.line_splitter` says. For the first students, only
  a blank line (two line breaks with nothing but white space between them) does.
- A full stop, "!" or "?" ends a sentence, together with closing quotes and brackets behind it, if
  white space follows and then, behind any opening quotes and brackets, a capital letter (Latin),
  any letter of Greek, or a digit.
- A full stop ends none behind a single Latin letter ("J. Smith", "S. Typhimurium"), behind single
  letters with full stops between them ("i.v.", "U.S.") and behind one of the abbreviations that
  `bioner_kd.text.sentence_ends` has. It does behind a single capital ("vitamin E.") if one of
  `LETTER_WORDS` and a hyphen or one or two characters of white space are before it, and what
  follows begins with a letter.
- A sentence ends after `most_words` words.

In doubt it does not cut: a student reads two sentences as one without harm, but misses a mention
that was cut in two. On the 12,012 sentences of PubMedQA's labelled abstracts, joined to one text,
it makes 99.3 % of the cuts, and 0.1 % of its cuts are wrong.

The functions here cut as new students read. A student that was made before keeps the characters and
abbreviations that its tables hold, with a `SentenceSplitter` of its own.
"""

import itertools
import re
from collections.abc import Callable, Iterator

from bioner_kd.text.line_splitter import Joins, LineSplitter, Span
from bioner_kd.text.ranges import character_set
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.sentence_ends import SENTENCE_ENDS, SentenceEnds
from bioner_kd.text.tokenizer import TOKENIZER, Tokenizer

_BREAK = r"(?:\r\n|\r(?!\n)|\n)"
_SINGLE_LETTERS = re.compile(r"[A-Za-z](?:\.[A-Za-z])*")
# The longest of the letter words, white space, and the character before: enough to see each.
_LETTER_WINDOW = 15


class SentenceSplitter:
    """A rule that cuts text into sentences, and sentences into words."""

    def __init__(self, tokenizer: Tokenizer, ends: SentenceEnds) -> None:
        """Takes what makes a word, and what ends a sentence."""
        self._tokenizer, self._ends = tokenizer, ends
        self._lines = None
        if ends.lines:
            self._lines = LineSplitter(
                ends.lines, white=ends.white, stops=ends.stops, word=tokenizer.word
            )
        sets = {name: f"[{character_set(ranges)}]" for name, ranges in ends.sets.items()}
        self._blank_line = re.compile(f"{_BREAK}{sets['white']}*?{_BREAK}")
        self._end = re.compile(
            f"{sets['stops']}{sets['closing']}*"
            f"(?={sets['white']}+{sets['opening']}*({sets['first']}))"
        )
        # Latin letters and full stops right before the end of a sentence, unless they are the end
        # of a longer word.
        self._last_letters = re.compile(rf"(?<!{sets['inner']})[A-Za-z.]+\Z")
        self._word_before = re.compile(
            rf"(?<!{sets['inner']})([A-Za-z]+)(?:-|{sets['white']}{{1,2}})\Z"
        )

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each sentence, as the function `sentence_spans` says."""
        view = self._tokenizer.sight.view(text)
        return (view.in_source(*span) for span in self._spans(view.text))

    def iterate(
        self, text: str, is_known: Callable[[str], bool] | None = None
    ) -> Iterator[Sentence]:
        """The sentences of a text, as the function `iterate_sentences` says.

        Args:
            text: any text.
            is_known: whether a student knows a word; wrapped words are joined where it is given.
        """
        view = self._tokenizer.sight.view(text)
        seen, most = view.text, self._ends.most_words or None
        joins = Joins(is_known) if is_known else None
        for start, end in self._spans(seen, joins):
            found = self._tokenizer.word_spans(seen, start, end)
            written: dict[int, str] = {}
            if joins and joins.hyphens:
                found = _joined(seen, found, joins.hyphens, written)
            while spans := tuple(itertools.islice(found, most)):
                words = tuple([seen[first:last] for first, last in spans])
                if written:
                    pairs = zip(words, spans, strict=True)
                    words = tuple(written.get(first, word) for word, (first, _) in pairs)
                if view.offsets is not None:
                    spans = tuple(itertools.starmap(view.in_source, spans))
                yield Sentence(text, words, spans, one_line=True)

    def _spans(self, text: str, joins: Joins | None = None) -> Iterator[tuple[int, int]]:
        pieces = self._lines.spans(text, joins) if self._lines else self._paragraphs(text)
        for start, end in pieces:
            yield from self._paragraph_spans(text, start, end)

    def _paragraphs(self, text: str) -> Iterator[tuple[int, int]]:
        start = 0
        for blank in self._blank_line.finditer(text):
            yield start, blank.start()
            start = blank.end()
        yield start, len(text)

    def _paragraph_spans(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        for stop in self._end.finditer(text, start, end):
            if text[stop.start()] != "." or not self._abbreviated(text, start, stop):
                yield start, stop.end()
                start = stop.end()
        yield start, end

    def _abbreviated(self, text: str, start: int, stop: re.Match[str]) -> bool:
        ends, full_stop = self._ends, stop.start()
        first = max(start, full_stop - ends.longest_abbreviation)
        letters = self._last_letters.search(text[first:full_stop])
        if not letters:
            return False
        found = letters.group()
        if _SINGLE_LETTERS.fullmatch(found):
            follows = stop.group(1)
            named = len(found) == 1 and "A" <= found <= "Z" and not "0" <= follows <= "9"
            return not (named and self._behind_letter_word(text, full_stop - 1))
        small = not "A" <= found[1:2] <= "Z" and found.lower() in ends.small_abbreviations
        return small or found.lower() in ends.abbreviations

    def _behind_letter_word(self, text: str, letter: int) -> bool:
        if not self._ends.letter_words:
            return False
        found = self._word_before.search(text[max(0, letter - _LETTER_WINDOW) : letter])
        return found is not None and found.group(1).lower() in self._ends.letter_words


def _joined(
    text: str, spans: Iterator[Span], hyphens: set[int], written: dict[int, str]
) -> Iterator[Span]:
    """Spans of words of which those on both sides of a hyphen are one.

    Args:
        text: that they point into.
        spans: of all words.
        hyphens: where words are joined; those that are reached are taken out.
        written: takes the words that are joined, by their first character.
    """
    before: Span | None = None
    for start, end in spans:
        if before is not None and start in hyphens:
            hyphens.remove(start)
            first, (rest, last) = before[0], next(spans)
            written[first] = written.get(first, text[slice(*before)]) + text[rest:last]
            before = first, last
            continue
        if before is not None:
            yield before
        before = start, end
    if before is not None:
        yield before


_SPLITTER = SentenceSplitter(TOKENIZER, SENTENCE_ENDS)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence in characters.

    Between two is at most white space, a mark at the start of a line, or the border of a cell.
    """
    return _SPLITTER.spans(text)


def iterate_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text that have words, found as they are needed.

    Returns:
        Sentences whose `text` is the whole text: the spans of their words point into it.
    """
    return _SPLITTER.iterate(text)


def split_sentences(text: str) -> list[Sentence]:
    """All that `iterate_sentences` finds."""
    return list(iterate_sentences(text))
