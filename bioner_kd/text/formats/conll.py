r"""CoNLL files: one word a line with its tag in the last column, an empty line after each sentence.

    -DOCSTART- (227508)<TAB>O

    Naloxone<TAB>B-Chemical
    reverses<TAB>O

Columns are separated by TABs or by spaces, one or several, whichever the first line uses, and every
line of a file has the same number of them. A file of one column has words without tags. A first
line that names the columns ("Word<TAB>Tag") is skipped, and so are lines before a sentence that
begin with # and are no word with its tag.

Reading: the sentences between two lines that start with -DOCSTART- are a document; its id stands in
brackets there. A sentence without such a line before it is a document of its own. Tags are IOB2;
--repair_tags reads IOB1, IOBES and BILOU; tags B, I and O without a type take --entity_type. A
sentence that starts inside a mention, as JNLPBA has them where blank lines divide mentions, is
refused but with --repair_tags. Only the first and the last column are read.

Writing: word, TAB, tag. A document with an id gets a line -DOCSTART- with the id, one that had such
a line gets it again; the sentences of others stand without a mark. A document without words is cut
as the tagger cuts text; a word is also cut where a mention begins or ends inside of it, and
sentences that a mention joins are one. What no tag can say is refused: mentions that overlap, are
discontinuous or have no place in the text. Words without tags get O. Passages, the ids, identifiers
and scores of mentions, and white space between words are not written.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.mention_tags import tagged_sentences
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.text.tagged_words import check_word, iob2_of, is_tag, tagged_document
from bioner_kd.text.text_file import read_lines
from bioner_kd.text.unique_names import UniqueNames

DOCUMENT_START = "-DOCSTART-"
_NAME = "conll"
_ROW = "a line is a word, a TAB or a space, and the word's tag"
_SEPARATORS = {"\t": re.compile(r" *\t[ \t]*"), " ": re.compile(" +")}
_ID = re.compile(r"-DOCSTART-[ \t]+\((.*)\)(?:[ \t]|$)")
# What the last column is called where the first line names the columns.
_HEADERS = frozenset({"tag", "tags", "ner", "ner_tag", "ner_tags", "label", "labels", "iob", "bio"})
# Rows that have to look like words with tags, where nothing but blanks and bare tags says so.
_ENOUGH = 5
# Characters; of a longer start the last line may be cut off.
_SURELY_WHOLE = 10_000
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class _Block:
    """Lines without an empty one between them, or one line that starts with -DOCSTART-."""

    line: int
    lines: tuple[str, ...]

    @property
    def is_mark(self) -> bool:
        return self.lines[0].startswith(DOCUMENT_START)


def read_conll(
    path: str | os.PathLike[str],
    *,
    repair_tags: bool = False,
    entity_type: str = "",
    tagged: bool = True,
    count_repairs: Callable[[int], None] = lambda tags: None,
) -> list[Sentence]:
    """Reads the sentences of a CoNLL file.

    Args:
        path: UTF-8 file; Windows line ends and a byte order mark are accepted.
        repair_tags: read IOB1, IOBES, BIOUL and stray I- as IOB2 instead of refusing them.
        entity_type: type of tags B and I that name none.
        tagged: read the tags of the last column; otherwise only the words of the first.
        count_repairs: told of each sentence how many of its tags were rewritten.

    Returns:
        Its sentences, none of them empty.

    Raises:
        InputError: the file cannot be read, holds no sentence, or a line is not as it should be;
            the message names file and line.
    """
    options = ReadOptions(entity_type=entity_type, repair_tags=repair_tags)
    rows, lines = _Rows(str(path), options, tagged, count_repairs), read_lines(path)
    blocks = [block for block in _blocks(lines) if not block.is_mark]
    sentences = [one for one in map(rows.sentence, blocks) if one is not None]
    if not sentences:
        raise _no_sentence(str(path), bool(lines))
    return sentences


def _no_sentence(path: str, has_lines: bool) -> InputError:
    state = "only blank lines" if has_lines else "empty"
    return InputError(f"{path}: no sentence in this file, it is {state}; {_ROW}.")


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    block: list[str] = []
    number = 0
    for number, line in enumerate(lines, 1):
        is_mark = line.startswith(DOCUMENT_START)
        if line.strip() and not is_mark:
            block.append(line)
            continue
        if block:
            yield _Block(number - len(block), tuple(block))
            block = []
        if is_mark:
            yield _Block(number, (line,))
    if block:
        yield _Block(number + 1 - len(block), tuple(block))


class _Rows:
    """Splits the lines of one file into columns, checks that they are alike, and reads the tags."""

    def __init__(
        self,
        path: str,
        options: ReadOptions,
        tagged: bool | None,
        count_repairs: Callable[[int], None] = lambda tags: None,
    ) -> None:
        # `tagged` is None where the first row says whether there are tags.
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

    def split(self, block: _Block) -> tuple[int, list[list[str]]]:
        """Number of the first line of a block that is a word, and the columns of its words."""
        rows: list[list[str]] = []
        line = block.line
        for number, text in enumerate(block.lines, block.line):
            if not rows and (self._is_comment(text) or self._is_header(text)):
                line = number + 1
            else:
                rows.append(self._split(text, number))
        return line, rows

    def sentence(self, block: _Block) -> Sentence | None:
        """The sentence of a block of lines; None where these say nothing of words."""
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
                f"{self._first_line}; {_ROW}."
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


def _recognises(start: str) -> bool:
    lines = start.split("\n")
    if len(start) > _SURELY_WHOLE:
        lines.pop()
    rows, tags = _Rows("", ReadOptions(), None), list[str]()
    for block in _blocks(line.removesuffix("\r") for line in lines):
        if block.is_mark:
            continue
        try:
            found = [row[-1] for row in rows.split(block)[1]]
        except InputError:
            return False
        if not all(map(is_tag, found)):
            return False
        tags += found
    # Two words in each of a few lines are no proof where the second is "B" or "O".
    sure = any(len(tag) > 1 for tag in tags) or rows.has_tabs or len(tags) >= _ENOUGH
    return sure and ("O" in tags or any(tag.startswith("B") for tag in tags))


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    names, empty = UniqueNames(), True
    rows = _Rows(source.name, options, None)
    for blocks in _documents(_blocks(source.lines())):
        empty = False
        try:
            document = _document(blocks, rows, source.name)
            if document is not None:
                names.add(document.check())
        except InputError as error:
            faults.report(error)
            continue
        if document is not None:
            yield document
    if empty:
        raise _no_sentence(source.name, any(True for _ in source.lines()))


def _documents(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    # A mark and the sentences behind it, or one sentence.
    marked: list[_Block] = []
    for block in blocks:
        if block.is_mark:
            if marked:
                yield marked
            marked = [block]
        elif marked:
            marked.append(block)
        else:
            yield [block]
    if marked:
        yield marked


def _document(blocks: list[_Block], rows: _Rows, path: str) -> Document | None:
    first, name, extra = blocks[0], "", {}
    if first.is_mark:
        found = _ID.match(first.lines[0])
        name, extra = found[1] if found else "", {_NAME: {"mark": first.lines[0]}}
        blocks = blocks[1:]
    sentences = [one for one in map(rows.sentence, blocks) if one is not None]
    if not sentences and not first.is_mark:
        return None
    return tagged_document(sentences, id=name, path=path, line=first.line, extra=extra)


class _Writer(RecordWriter):
    def record(self, document: Document) -> str:
        """Its mark, and its sentences with an empty line after each."""
        return _mark(document) + "".join(map(_lines, tagged_sentences(document)))


def _mark(document: Document) -> str:
    mark = document.extra.get(_NAME, {}).get("mark", "")
    found = _ID.match(mark)
    if document.id != (found[1] if found else ""):
        mark = f"{DOCUMENT_START} ({document.id})\tO" if document.id else DOCUMENT_START
        if _NOT_IN_A_NAME.search(document.id):
            raise InputError(
                f"{document.place}: its id has a line break or a control character, which a CoNLL "
                "file cannot hold; give it another name."
            )
    return f"{mark}\n\n" if mark else ""


def _lines(sentence: Sentence) -> str:
    lines = []
    for number, word in enumerate(sentence.words):
        _check_writable(word, sentence, number)
        lines.append(f"{word}\n" if sentence.tags is None else f"{word}\t{sentence.tags[number]}\n")
    return "".join(lines) + "\n"


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
            handle.write(_lines(sentence))


def _check_writable(word: str, sentence: Sentence, number: int) -> None:
    check_word(word, sentence.place(number))
    if word.startswith(DOCUMENT_START):
        raise InputError(
            f"{sentence.place(number)}: the word {shown(word)} would be read as a mark between "
            "documents."
        )


FORMAT = Format(
    _NAME,
    "CoNLL (one word a line, its tag in the last column)",
    suffixes=(".conll", ".iob2", ".iob", ".bio"),
    recognises=_recognises,
    read=_read,
    record_writer=_Writer,
)
