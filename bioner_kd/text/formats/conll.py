r"""CoNLL files: one word a line with its tag in the last column, an empty line after each sentence.

    -DOCSTART- (227508)<TAB>O

    Naloxone<TAB>B-Chemical
    reverses<TAB>O

Columns are separated by TABs or by spaces, one or several, whichever the first line uses, and every
line of a file has the same number of them. A file of one column has words without tags. A first
line that names the columns (`Word<TAB>Tag`) is skipped, and so are lines before a sentence that
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

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.notation.mention_tags import tagged_sentences
from bioner_kd.text.notation.tagged_words import check_word, is_tag, tagged_document
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.notation.word_rows import DOCUMENT_START, ROW, Block, Rows, blocks_of
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.text.text_file import read_lines

_NAME = "conll"
_ID = re.compile(r"-DOCSTART-[ \t]+\((.*)\)(?:[ \t]|$)")
# Rows that have to look like words with tags, where nothing but blanks and bare tags says so.
_ENOUGH = 5
# Characters; of a longer start the last line may be cut off.
_SURELY_WHOLE = 10_000
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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
    rows, lines = Rows(str(path), options, tagged, count_repairs), read_lines(path)
    blocks = [block for block in blocks_of(lines) if not block.is_mark]
    sentences = [one for one in map(rows.sentence, blocks) if one is not None]
    if not sentences:
        raise _no_sentence(str(path), bool(lines))
    return sentences


def _no_sentence(path: str, has_lines: bool) -> InputError:
    state = "only blank lines" if has_lines else "empty"
    return InputError(f"{path}: no sentence in this file, it is {state}; {ROW}.")


def _recognises(start: str) -> bool:
    lines = start.split("\n")
    if len(start) > _SURELY_WHOLE:
        lines.pop()
    rows, tags = Rows("", ReadOptions(), None), list[str]()
    for block in blocks_of(line.removesuffix("\r") for line in lines):
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
    rows = Rows(source.name, options, None)
    found = _documents(blocks_of(source.lines()))
    first = next(found, None)
    if first is None:
        raise _no_sentence(source.name, any(True for _ in source.lines()))
    pieces = itertools.chain([first], found)
    yield from unique_documents(pieces, lambda blocks: _document(blocks, rows, source.name), faults)


def _documents(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    # A mark and the sentences behind it, or one sentence.
    marked: list[Block] = []
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


def _document(blocks: list[Block], rows: Rows, path: str) -> Document | None:
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
