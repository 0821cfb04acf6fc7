"""Flags: which model tags which texts, and how its entities are written."""

import dataclasses
import io
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from bioner_kd.artefact.layout import FORMS
from bioner_kd.atomic import atomic_file
from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.corpus.conll import read_conll
from bioner_kd.corpus.plain_text import STDIN, read_text_lines
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.corpus.sentence_splitter import split_sentences
from bioner_kd.errors import InputError, UsageError
from bioner_kd.runtime.tagger import Tagger

_SCORE_DIGITS = 6


@dataclass(frozen=True)
class TagChoice:
    """What is tagged by what, and how the result is written."""

    model: str = "saved_models/disease_chemical_bilstm"
    form: str = ""
    text: str = ""
    input: str = "lines"
    format: str = "jsonl"
    output: str = STDIN


TAG = Concern(
    "Tagging",
    TagChoice(),
    {
        "model": "Export folder, a ready one or one of scripts/export.py, or one model of it: "
        "a .tflite file with tables.json beside it, or a version folder of a SavedModel.",
        "form": f"Which model of an export folder: {', '.join(FORMS)}; the first that it has if "
        "empty. float32 gives the tags that were scored, int8 is the smallest and fastest.",
        "text": "A text to tag, instead of files or standard input.",
        "input": "What files and standard input hold: lines (one text a line), text (one text a "
        "file), conll (one word a line in the first column, a blank line between sentences).",
        "format": "jsonl (a line of JSON a text, with type, text, start, end and score of each "
        "entity; offsets count characters of the text) or conll (word, TAB, tag; a blank line "
        "between sentences).",
        "output": "File to write, which appears when all is done; - is standard output.",
    },
    {"input": ("lines", "text", "conll"), "format": ("jsonl", "conll")},
)


# A text and its sentences, whose spans point into it.
Tokenized = tuple[str, list[Sentence]]


def read_texts(program: Program) -> Iterator[Tokenized]:
    """The texts that the command line names, read as they are needed.

    Raises:
        InputError: a file cannot be read, or is not what --input says.
        UsageError: nothing is named, or too much.
    """
    choice = program.read(TAG)
    if program.values["text"].present:
        if program.arguments:
            raise UsageError(
                f"--text and {program.arguments[0]!r}: give a text or files, not both."
            )
        return iter([_tokenized(_valid(choice.text))])
    files = program.arguments or [STDIN]
    closed = STDIN in files and sys.stdin is None
    if closed or (not program.arguments and sys.stdin.isatty()):
        raise UsageError('Nothing to tag: give --text="…", name files, or pipe text in.')
    if choice.input == "conll":
        return _from_conll(files)
    if choice.input == "text":
        # Opened here and read later, so that a missing file is found before any work is done.
        opened = [read_text_lines(file, keep_ends=True) for file in files]
        return (_tokenized("".join(lines)) for lines in opened)
    return map(_tokenized, itertools.chain.from_iterable([read_text_lines(f) for f in files]))


def _tokenized(text: str) -> Tokenized:
    return text, split_sentences(text)


def _valid(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"--text: character {error.start + 1} is not UTF-8; check the terminal's encoding."
        ) from error
    return text


def _from_conll(files: Sequence[str]) -> Iterator[Tokenized]:
    if STDIN in files:
        raise UsageError("--input=conll reads files, not standard input; name them.")
    sentences = [sentence for file in files for sentence in read_conll(file, tagged=False)]
    return ((sentence.text, [sentence]) for sentence in sentences)


def write_tagged(choice: TagChoice, tagger: Tagger, texts: Iterable[Tokenized]) -> None:
    """Writes each text's entities or tags as soon as they are found."""
    record = _json_line if choice.format == "jsonl" else _conll_lines
    to_stdout = choice.output == STDIN
    with _stdout() if to_stdout else atomic_file(choice.output) as file:
        for text, sentences in _with_progress(texts, to_stdout):
            file.write(record(tagger, text, sentences))
            if to_stdout:
                file.flush()


@contextmanager
def _stdout() -> Iterator[IO[str]]:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    yield sys.stdout


def _with_progress(texts: Iterable[Tokenized], to_stdout: bool) -> Iterable[Tokenized]:
    # A bar between lines of results would spoil both.
    if not sys.stderr.isatty() or (to_stdout and sys.stdout.isatty()):
        return texts
    from tqdm import tqdm

    return tqdm(texts, unit=" texts")


def _json_line(tagger: Tagger, text: str, sentences: Sequence[Sentence]) -> str:
    found = [entity for sentence in sentences for entity in tagger.tag_sentence(sentence)]
    entities = [dataclasses.asdict(entity) for entity in found]
    for entity in entities:
        entity["score"] = round(entity["score"], _SCORE_DIGITS)
    return json.dumps({"text": text, "entities": entities}, ensure_ascii=False) + "\n"


def _conll_lines(tagger: Tagger, text: str, sentences: Sequence[Sentence]) -> str:
    return "".join(_tagged_words(tagger, sentence.words) + "\n" for sentence in sentences)


def _tagged_words(tagger: Tagger, words: Sequence[str]) -> str:
    tags = tagger.tag_words(words)
    return "".join(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True))
