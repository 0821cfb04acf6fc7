"""Sentences of unlabelled text in files of any format, cut as the tagger cuts them."""

import itertools
import os
from collections.abc import Iterable, Iterator

from bioner_kd.text.document import Document
from bioner_kd.text.documents import Told, read_documents
from bioner_kd.text.plain_text import no_word
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence


def read_unlabelled(
    paths: Iterable[str | os.PathLike[str]], *, told: Told = lambda message: None
) -> Iterator[Sentence]:
    """Reads the sentences of files one after another.

    Args:
        paths: files and folders of any format, such as plain text, PubMed XML or JSON lines, also
            compressed; "-" is the standard input.
        told: called with a sentence that says as what a file is read.

    Returns:
        An iterator that reads while it goes. Each sentence has a text of its own. Words are those
        of the tokeniser, where the file does not give its own.

    Raises:
        InputError: a file cannot be read or is no text, at once; or it is not as it should be or
            has no word, when the iterator gets there.
    """
    return itertools.chain.from_iterable(
        [_at_least_one(path, read_documents(path, told=told)) for path in paths]
    )


def _at_least_one(
    path: str | os.PathLike[str], documents: Iterable[Document]
) -> Iterator[Sentence]:
    sentences = (
        sentence.alone()
        for document in documents
        for sentence in document.cut(RULES.iterate_sentences)
        if sentence.words
    )
    first = next(sentences, None)
    if first is None:
        raise no_word(path)
    yield first
    yield from sentences
