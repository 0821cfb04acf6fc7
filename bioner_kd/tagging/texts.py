"""What is to be tagged, from files or the standard input, read as it is needed."""

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.formats.conll import read_conll
from bioner_kd.text.plain_text import number_of_lines, read_text_lines
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import STDIN

INPUTS = ("lines", "text", "conll")
INPUT_HELP = (
    "What files and standard input hold: lines (one text a line), text (one text a file), conll "
    "(one word a line in the first column, a blank line between sentences)."
)

# A text, or a sentence whose words are known.
Item = str | Sentence

_CHARACTERS_A_WORD = 6


def read_items(text: str | None, files: Sequence[str], kind: str) -> Iterator[Item]:
    """What a command line names.

    Args:
        text: a text, None where none was given.
        files: names of files, "-" for the standard input, which is read where there is none.
        kind: of `INPUTS`.

    Returns:
        An iterator that reads files while it goes; that they can be opened is found out at once.

    Raises:
        InputError: a file cannot be read, or is not what `kind` says.
        UsageError: nothing is named, or too much.
    """
    if text is not None:
        if files:
            raise UsageError(f"--text and {files[0]!r}: give a text or files, not both.")
        return iter([_valid(text)])
    names = list(files) or [STDIN]
    closed = STDIN in names and sys.stdin is None
    if closed or (not files and sys.stdin.isatty()):
        raise UsageError('Nothing to tag: give --text="…", name files, or pipe text in.')
    if kind == "conll":
        return _from_conll(names)
    # Opened here and read later, so that a missing file is found before any work is done.
    opened = [read_text_lines(name, keep_ends=kind == "text") for name in names]
    return map("".join, opened) if kind == "text" else itertools.chain.from_iterable(opened)


def number_of_texts(files: Sequence[str], kind: str) -> int | None:
    """How many texts files hold, for the time left; None where that is not known beforehand.

    Args:
        files: as `read_items` takes them, which has opened them.
        kind: of `INPUTS`.
    """
    # Words of tables are all read before the first is tagged, and a pipe can be read only once.
    if kind == "conll" or not files or not all(Path(file).is_file() for file in files):
        return None
    return len(files) if kind == "text" else sum(map(number_of_lines, files))


def sentences_of(item: Item, cut: Callable[[str], Iterable[Sentence]]) -> Iterable[Sentence]:
    """The sentences of a text as a student's rules cut it; a sentence is its own."""
    return cut(item) if isinstance(item, str) else (item,)


def text_of(item: Item) -> str:
    """The text that offsets count in."""
    return item if isinstance(item, str) else item.text


def size_of(item: Item) -> int:
    """About its number of characters."""
    return len(item) if isinstance(item, str) else len(item) * _CHARACTERS_A_WORD


def _valid(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"--text: character {error.start + 1} is not UTF-8; check the terminal's encoding."
        ) from error
    return text


def _from_conll(files: Sequence[str]) -> Iterator[Item]:
    if STDIN in files:
        raise UsageError("--input=conll reads files, not standard input; name them.")
    return iter([sentence for file in files for sentence in read_conll(file, tagged=False)])
