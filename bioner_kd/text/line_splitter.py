"""Where lines and cells cut a text, before its full stops are looked at.

Lines end at a break. Lines with nothing but white space are blank. The lines between two blank ones
are cut into blocks of so many; a text of one line is one block. Of a line, the characters from the
break before it to its last visible character count.

- A blank line ends a sentence, and so does a tab between visible characters of a line, and each
  cell character with white space or an end of the line on both sides.
- A line that begins with a mark begins a sentence: a run of mark characters before white space or
  the end of the text; or a number of up to three digits, a single Latin letter or a numeral, with a
  closer behind it and maybe an opener before it; or a number with a full stop. White space that is
  no break follows those with a number or letter.
- Before and behind a line with cells a sentence ends.
- Each other break is free. It is short where its line, a space and the first word of the next line
  (up to white space) have at most `short` hundredths of the characters of the widest line of its
  block: that word would have fitted. In a block whose widest line has `narrow` characters or more,
  the short ones end a sentence, and all of them where the block is a list: where more than
  `list_share` hundredths of its free breaks are short, or more than `prose_share` if a line of it
  ends with a stop. Breaks behind a stop do not count there, because paragraphs end like this.
  In a narrower block all do, unless it is narrow columns: at least `fewest` lines, the widest with
  at least `narrowest` characters, and no word that follows a free break would have fitted.

A break at which a word is wrapped ends no sentence, and is not counted as a free one: its line ends
with a word character and a hyphen, and the next one begins with a word character. The two runs of
word characters are joined to one word if they have `longest_part` characters each at most and the
student knows the joined word, and not both of its parts.

Marks and cell characters belong to no sentence. A break behind the last line of a block belongs to
that block.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bioner_kd.text.line_rule import LineRule
from bioner_kd.text.ranges import Ranges, character_set

Span = tuple[int, int]


class _Line(NamedTuple):
    start: int  # behind the break before it
    first: int  # its first visible character
    end: int  # behind its last visible character
    begins: int  # behind its mark, and white space there
    cells: bool


@dataclass(frozen=True)
class Joins:
    """Wrapped words of a text that are joined.

    Attributes:
        is_known: whether a student knows a word.
        hyphens: their places, until the words are joined.
    """

    is_known: Callable[[str], bool]
    hyphens: set[int] = field(default_factory=set)


class LineSplitter:
    """A rule that cuts text at lines and cells."""

    def __init__(self, rule: LineRule, *, white: Ranges, stops: Ranges, word: Ranges) -> None:
        """Takes the rule, white space, what ends a sentence, and what words are made of."""
        self._rule = rule
        sets = {name: character_set(ranges) for name, ranges in rule.sets.items()}
        space = character_set(white)
        break_ = rf"(?:(?!\r\n)[{sets['breaks']}])"
        number = "[0-9]{1,3}"
        letters = "|".join(["[A-Za-z]", *map(_any_case, sorted(rule.numerals, key=len))])
        self._any_break = re.compile(f"[{sets['breaks']}]")
        self._any_cell = re.compile(f"[{sets['tabs']}{sets['cells']}]")
        self._line = re.compile(f"[^{space}](?:[^{sets['breaks']}]*[^{space}])?")
        self._two_breaks = re.compile(f"{break_}(?s:.*?){break_}")
        self._last_break = re.compile(f"(?s:.*){break_}")
        self._cell = re.compile(f"[{sets['tabs']}]|(?<![^{space}])[{sets['cells']}](?![^{space}])")
        self._mark = re.compile(
            f"[{sets['marks']}]+(?=[{space}]|\\Z)|(?:[{sets['openers']}]?(?:{number}|{letters})"
            f"[{sets['closers']}]|{number}\\.)(?=[{space}])(?![{sets['breaks']}])"
        )
        self._stop = re.compile(f"[{character_set(stops)}]")
        self._hyphenated = re.compile(f"[{character_set(word)}][{sets['hyphens']}]")
        self._part = re.compile(f"[{character_set(word)}]+")
        self._word = re.compile(f"[^{space}]+")

    def spans(self, text: str, joins: Joins | None = None) -> Iterator[Span]:
        """Start and end of each piece of a text; marks and cell characters are in none.

        Args:
            text: visible characters.
            joins: takes the wrapped words that are joined; without it, none is.
        """
        if not self._any_break.search(text) and not self._any_cell.search(text):
            only = self._line.search(text)
            if only:
                yield self._behind_mark(text, only.start(), only.end()), only.end()
            return
        previous: _Line | None = None
        start = 0
        for line, ends in self._lines_with_ends(text, joins):
            start = line.begins if previous is None else start
            if line.cells:
                for cell in self._cell.finditer(text, line.begins, line.end):
                    yield start, cell.start()
                    start = cell.end()
            if ends:
                yield start, max(start, line.end)
            previous = None if ends else line

    def _lines_with_ends(self, text: str, joins: Joins | None) -> Iterator[tuple[_Line, bool]]:
        for block, follower in self._blocks(text):
            yield from zip(block, self._ends(text, block, follower, joins), strict=True)

    def _lines(self, text: str) -> Iterator[tuple[_Line, bool]]:
        """Each line, and whether a blank one or the start of the text is before it."""
        end, first_one = 0, True
        any_cells = self._any_cell.search(text) is not None
        for found in self._line.finditer(text):
            gap = text[end : found.start()]
            start, blank = found.start(), False
            if len(gap) > 1 or first_one:
                blank = self._two_breaks.search(gap) is not None
                last = self._last_break.match(gap)
                start = end + (last.end() if last else 0)
            first, end = found.span()
            begins = self._behind_mark(text, first, end)
            cells = any_cells and self._cell.search(text, begins, end) is not None
            yield _Line(start, first, end, begins, cells), blank or first_one
            first_one = False

    def _blocks(self, text: str) -> Iterator[tuple[list[_Line], _Line | None]]:
        """Blocks of lines, each with the line behind it unless a blank one is between them."""
        block: list[_Line] = []
        for line, blank in self._lines(text):
            if block and (blank or len(block) == self._rule.block):
                yield block, None if blank else line
                block = []
            block.append(line)
        if block:
            yield block, None

    def _ends(
        self, text: str, block: Sequence[_Line], follower: _Line | None, joins: Joins | None
    ) -> list[bool]:
        """Whether a sentence ends behind each line of a block."""
        after = [*block[1:], follower]
        ends = [
            line.cells or next_ is None or next_.cells or next_.begins > next_.first
            for line, next_ in zip(block, after, strict=True)
        ]
        free = [number for number, end in enumerate(ends) if not end]
        free = [n for n in free if not self._is_wrapped(text, block[n], after[n], joins)]
        if not free:
            return ends
        rule, widest = self._rule, max(line.end - line.start for line in block)
        lengths = [self._with_next(text, block[n], after[n]) for n in free]
        if widest >= rule.narrow:
            short = [100 * length <= rule.short * widest for length in lengths]
            chosen = [True] * len(free) if self._is_list(text, block, free, short) else short
        else:
            columns = len(block) >= rule.fewest and widest >= rule.narrowest
            columns = columns and all(length > widest for length in lengths)
            chosen = [not columns] * len(free)
        for number, end in zip(free, chosen, strict=True):
            ends[number] = end
        return ends

    def _is_wrapped(self, text: str, line: _Line, next_: _Line | None, joins: Joins | None) -> bool:
        hyphen = line.end - 1
        if next_ is None or hyphen <= line.first or not self._hyphenated.match(text, hyphen - 1):
            return False
        rest = self._part.match(text, next_.first, next_.first + self._rule.longest_part + 1)
        if rest is None:
            return False
        if joins and self._is_known(text, hyphen, rest.group(), joins.is_known):
            joins.hyphens.add(hyphen)
        return True

    def _is_known(self, text: str, hyphen: int, rest: str, is_known: Callable[[str], bool]) -> bool:
        """Whether a word is known that is wrapped at a hyphen, and not both of its parts are."""
        longest, start = self._rule.longest_part, hyphen
        while start > max(0, hyphen - longest - 1) and self._part.match(text, start - 1, start):
            start -= 1
        first = text[start:hyphen]
        if max(len(first), len(rest)) > longest or not is_known(first + rest):
            return False
        return not (is_known(first) and is_known(rest))

    def _is_list(
        self, text: str, block: Sequence[_Line], free: Sequence[int], short: Sequence[bool]
    ) -> bool:
        stopped = [self._stop.match(text, line.end - 1) is not None for line in block]
        share = self._rule.prose_share if any(stopped) else self._rule.list_share
        counted = [one for number, one in zip(free, short, strict=True) if not stopped[number]]
        return 100 * sum(counted) > share * len(counted)

    def _with_next(self, text: str, line: _Line, next_: _Line | None) -> int:
        assert next_ is not None
        word = self._word.match(text, next_.first, next_.end)
        assert word is not None
        return line.end - line.start + 1 + word.end() - word.start()

    def _behind_mark(self, text: str, first: int, end: int) -> int:
        mark = self._mark.match(text, first)
        if mark is None:
            return first
        behind = self._word.search(text, mark.end(), end)
        return behind.start() if behind else end


def _any_case(numeral: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" for letter in numeral)
