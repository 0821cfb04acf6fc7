"""Lines of one word each: blocks of lines, and the columns of a line."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bioner_kd.errors import InputError, shown
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.notation.tagged_words import check_word, iob2_of, is_tag
from bioner_kd.text.sentence import Sentence

DOCUMENT_START = "-DOCSTART-"
ROW = "a line is a word, a TAB or a space, and the word's tag"
_SEPARATORS = {"\t": re.compile(r" *\t[ \t]*"), " ": re.compile(" +")}
# What the last column is called where the first line names the columns.
_HEADERS = frozenset({"tag", "tags", "ner", "ner_tag", "ner_tags", "label", "labels", "iob", "bio"})


@dataclass(frozen=True)
class Block:
    """Lines without an empty one between them, or one line that starts with -DOCSTART-."""

    line: int
    lines: tuple[str, ...]

    @property
    def is_mark(self) -> bool:
        """Whether the block separates documents."""
        return self.lines[0].startswith(DOCUMENT_START)


def blocks_of(lines: Iterable[str]) -> Iterator[Block]:
    """Yields the blocks of a file, without its empty lines."""
    block: list[str] = []
    number = 0
    for number, line in enumerate(lines, 1):
        is_mark = line.startswith(DOCUMENT_START)
        if line.strip() and not is_mark:
            block.append(line)
            continue
        if block:
            yield Block(number - len(block), tuple(block))
            block = []
        if is_mark:
            yield Block(number, (line,))
    if block:
        yield Block(number + 1 - len(block), tuple(block))


class Rows:
    """Splits the lines of one file into columns, checks that they are alike, and reads the tags.

    Args:
        path: of the file, for messages.
        options: how tags are read.
        tagged: whether the last column has tags; None where the first row says so.
        count_repairs: told of each sentence how many of its tags were rewritten.
    """

    def __init__(
        self,
        path: str,
        options: ReadOptions,
        tagged: bool | None,
        count_repairs: Callable[[int], None] = lambda tags: None,
    ) -> None:
        self._path = path
        self._options = options
        self._tagged = tagged
        self._count_repairs = count_repairs
        self._separator = ""
        self._columns = 0
        self._first_line = 0

    @property
    def has_tabs(self) -> bool:
        """Whether TABs stand between the columns."""
        return self._separator == "\t"

    def split(self, block: Block) -> tuple[int, list[list[str]]]:
        """Number of the first line of a block that is a word, and the columns of its words."""
        rows: list[list[str]] = []
        line = block.line
        for number, text in enumerate(block.lines, block.line):
            if not rows and (self._is_comment(text) or self._is_header(text)):
                line = number + 1
            else:
                rows.append(self._split(text, number))
        return line, rows

    def sentence(self, block: Block) -> Sentence | None:
        """The sentence of a block of lines; None where the block has no words."""
        line, rows = self.split(block)
        if not rows:
            return None
        sentence = Sentence.from_words((row[0] for row in rows), path=self._path, line=line)
        if not self._tagged:
            return sentence
        tags = [row[-1] for row in rows]
        return replace(
            sentence, tags=iob2_of(tags, self._options, sentence.place, self._count_repairs)
        )

    def _is_comment(self, line: str) -> bool:
        if not line.startswith("#"):
            return False
        columns = _columns(line, self._separator or _separator(line))
        words_alone = self._tagged is False
        if self._columns:
            fits = len(columns) == self._columns and (words_alone or is_tag(columns[-1]))
        elif len(columns) == 1:
            fits = self._tagged is not True
        else:
            fits = is_tag(columns[-1]) or (words_alone and "\t" in line and " " not in columns[0])
        return not fits

    def _is_header(self, line: str) -> bool:
        if self._columns or self._tagged is False:
            return False
        columns = _columns(line, _separator(line))
        return len(columns) > 1 and columns[-1].lower() in _HEADERS

    def _split(self, line: str, number: int) -> list[str]:
        separator = self._separator or _separator(line)
        columns = _columns(line, separator)
        place = f"{self._path}:{number}"
        if not self._separator:
            self._separator, self._columns, self._first_line = separator, len(columns), number
            if self._tagged is None:
                self._tagged = len(columns) > 1
        name = "TAB" if separator == "\t" else "space"
        if self._tagged and len(columns) == 1:
            raise InputError(
                f"{place}: one column only in {shown(line)}, split at each {name} as in line "
                f"{self._first_line}; {ROW}."
            )
        if len(columns) != self._columns:
            raise InputError(
                f"{place}: {len(columns)} columns in {shown(line)}, where line {self._first_line} "
                f"has {self._columns}; a {name} stands between two columns and none of them is "
                "empty."
            )
        check_word(columns[0], place)
        return columns


def _separator(line: str) -> str:
    return "\t" if "\t" in line else " "


def _columns(line: str, separator: str) -> list[str]:
    columns = line.split(separator)
    if "" in columns or (separator == "\t" and " " in line):
        columns = _SEPARATORS[separator].split(line.strip(" \t"))
    return columns
