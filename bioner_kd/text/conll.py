r"""CoNLL files: one word a line with its tag in the last column, an empty line after each sentence.

Columns are separated by one TAB or one space each, whichever the first line uses, and every line of
a file has the same number of them. Lines that start with -DOCSTART- separate documents and are
skipped.
"""

import os
import re
from collections.abc import Callable, Iterable

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, shown
from bioner_kd.text.iob2 import check_iob2, repair_iob2
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.text_file import read_lines

DOCUMENT_START = "-DOCSTART-"
_NOT_IN_A_WORD = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_ROW = "a line is a word, a TAB or a space, and the word's tag"


def read_conll(
    path: str | os.PathLike[str],
    *,
    repair_tags: bool = False,
    tagged: bool = True,
    count_repairs: Callable[[int], None] = lambda tags: None,
) -> list[Sentence]:
    """Reads the sentences of a CoNLL file.

    Args:
        path: UTF-8 file; Windows line ends and a byte order mark are accepted.
        repair_tags: read IOB1, IOBES, BIOUL and stray I- as IOB2 instead of refusing them.
        tagged: read the tags of the last column; otherwise only the words of the first.
        count_repairs: told of each sentence how many of its tags were rewritten.

    Returns:
        Its sentences, none of them empty.

    Raises:
        InputError: the file cannot be read, holds no sentence, or a line is not as it should be;
            the message names file and line.
    """
    sentences: list[Sentence] = []
    rows: list[list[str]] = []
    splitter = _RowSplitter(str(path), tagged)
    lines = read_lines(path)
    for number, line in enumerate([*lines, ""], 1):
        if line.strip() and not line.startswith(DOCUMENT_START):
            rows.append(splitter.split(line, number))
        elif rows:
            tags = [row[-1] for row in rows] if tagged else None
            if tags is not None and repair_tags:
                before, tags = tags, repair_iob2(tags)
                count_repairs(sum(old != new for old, new in zip(before, tags, strict=True)))
            sentences.append(_sentence(rows, tags, str(path), number - len(rows)))
            rows = []
    if not sentences:
        state = "only blank lines" if lines else "empty"
        raise InputError(f"{path}: no sentence in this file, it is {state}; {_ROW}.")
    return sentences


class _RowSplitter:
    """Splits the lines of one file into columns and checks that they are alike."""

    def __init__(self, path: str, tagged: bool) -> None:
        self._path = path
        self._tagged = tagged
        self._separator = ""
        self._columns = 0
        self._first_line = 0

    def split(self, line: str, number: int) -> list[str]:
        separator = self._separator or ("\t" if "\t" in line else " ")
        columns = line.split(separator)
        place = f"{self._path}:{number}"
        if not self._separator:
            self._separator, self._columns, self._first_line = separator, len(columns), number
        name = "TAB" if separator == "\t" else "space"
        if self._tagged and len(columns) == 1:
            raise InputError(
                f"{place}: one column only in {shown(line)}, split at each {name} as in line "
                f"{self._first_line}; {_ROW}."
            )
        if len(columns) != self._columns or "" in columns:
            raise InputError(
                f"{place}: {len(columns)} columns in {shown(line)}, where line {self._first_line} "
                f"has {self._columns}; one {name} stands between two columns and none of them is "
                "empty."
            )
        check_word(columns[0], place)
        return columns


def check_word(word: str, place: str) -> None:
    """Refuses what cannot be one word of a one-word-a-line file.

    Args:
        word: the word.
        place: where it stands, for the message.

    Raises:
        InputError: it is empty or holds white space or a control character.
    """
    bad = _NOT_IN_A_WORD.search(word)
    if bad:
        raise InputError(
            f"{place}: white space or control character {bad.group()!r} inside the word "
            f"{shown(word)}; put each word in a line of its own."
        )
    if not word:
        raise InputError(f"{place}: an empty word.")


def _sentence(rows: list[list[str]], tags: list[str] | None, path: str, line: int) -> Sentence:
    sentence = Sentence.from_words((row[0] for row in rows), tags, path=path, line=line)
    if sentence.tags is not None:
        check_iob2(sentence.tags, sentence.place)
    return sentence


def write_conll(path: str | os.PathLike[str], sentences: Iterable[Sentence]) -> None:
    """Writes sentences as word TAB tag, or the word alone where a sentence has no tags.

    Args:
        path: file that appears complete or not at all; one of that name is replaced.
        sentences: those without any word are left out.

    Raises:
        InputError: the file cannot be written, or a word would not be read back as it is.
    """
    with atomic_file(path) as handle:
        for sentence in filter(len, sentences):
            for number, word in enumerate(sentence.words):
                _check_writable(word, sentence, number)
                tag = "" if sentence.tags is None else f"\t{sentence.tags[number]}"
                handle.write(f"{word}{tag}\n")
            handle.write("\n")


def _check_writable(word: str, sentence: Sentence, number: int) -> None:
    check_word(word, sentence.place(number))
    if word.startswith(DOCUMENT_START):
        raise InputError(
            f"{sentence.place(number)}: the word {shown(word)} would be read as a mark between "
            "documents."
        )
