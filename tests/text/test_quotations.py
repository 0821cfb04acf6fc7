"""What a message quotes of a corpus or of word vectors is short and moves no terminal's cursor."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.corpus.demo import parse_inline
from bioner_kd.corpus.splits import read_split
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.formats.conll import read_conll, write_conll
from bioner_kd.text.iob2 import split_tag
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.text_file import open_file
from bioner_kd.vectors.reader import read_vectors
from bioner_kd.vectors.word_vectors import WordVectors

LONGEST_MESSAGE = 700
# Clears a screen, hides what follows, and is five megabytes.
LONG = "\x1b[2J\u202e\u0085" * 600_000
PLAIN = "x" * 5_000_000


def conll(path: Path, text: str) -> object:
    path.write_text(text, encoding="utf-8")
    return read_conll(path)


def vectors(path: Path, text: str) -> object:
    path.write_text(text, encoding="utf-8")
    return read_vectors(path)


def a_file_near(path: Path) -> object:
    path.with_name("a\x1b[2J" * 40).touch()
    return open_file(path.with_name("b"))


def a_folder(path: Path) -> object:
    path.with_name("a\x1b[2J" * 40).touch()
    return read_split(str(path.parent), "train")


CASES: dict[str, Callable[[Path], object]] = {
    "one column": lambda path: conll(path, f"{LONG}\n"),
    "another number of columns": lambda path: conll(path, f"a\tO\n{LONG}\tO\tO\n"),
    "a control character in a word": lambda path: conll(path, f"{LONG}\tO\n"),
    "a tag that is none": lambda path: conll(path, f"a\t{LONG}\n"),
    "a long tag that is none": lambda path: conll(path, f"a\t{PLAIN}\n"),
    "a type that does not print": lambda path: conll(path, f"a\tB-{LONG}\n"),
    "a tag of another scheme": lambda path: conll(path, f"a\tE-{PLAIN}\n"),
    "a stray tag": lambda path: conll(path, f"a\tB-{PLAIN}\nb\tI-{PLAIN}y\n"),
    "a word that cannot be written": lambda path: write_conll(
        path, [Sentence.from_words([f"-DOCSTART-{PLAIN}"])]
    ),
    "a word with a control character": lambda path: write_conll(
        path, [Sentence.from_words([LONG])]
    ),
    "an open mention": lambda path: parse_inline(f"[Disease {LONG}"),
    "half a word": lambda path: parse_inline(f"[Disease a{LONG}]b"),
    "a type that is none": lambda path: parse_inline(f"[1{PLAIN} a]"),
    "a tag": lambda path: split_tag(LONG),
    "a tag set": lambda path: TagSet(("O", f"B-{PLAIN}", f"B-{PLAIN}")),
    "an unknown tag": lambda path: TagSet(("O", f"B-{PLAIN}")).encode(
        Sentence.from_words([PLAIN], [f"I-{PLAIN}"])
    ),
    "a word that is elsewhere": lambda path: Sentence(LONG, (PLAIN,), ((0, 1),)),
    "a neighbour's name": a_file_near,
    "a folder's names": a_folder,
    "vectors without a header": lambda path: vectors(path, f"{LONG} \n"),
    "vectors without numbers": lambda path: vectors(path, f"2 2\na 1 2\n{PLAIN}\n"),
    "vectors that are none": lambda path: vectors(path, f"2 2\na 1 2\n{PLAIN} {PLAIN} {LONG}\n"),
    "a vector that is infinite": lambda path: vectors(path, f"2 2\na 1 2\n{PLAIN} inf 1\n"),
    "a word of vectors": lambda path: WordVectors((f"{LONG} ",), np.zeros((1, 2), np.float32)),
    "a damaged gzip": lambda path: (
        path.write_bytes(gzip.compress(b"1 2\n")[:-9]) and read_vectors(path)
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_message_is_one_short_line(case: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        CASES[case](tmp_path / "corpus.tsv")
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < LONGEST_MESSAGE + len(str(tmp_path))
