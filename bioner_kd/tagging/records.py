"""How what was found is written: a line of JSON a text, or CoNLL."""

import contextlib
import dataclasses
import io
import json
import os
import sys
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.atomic import check_parent, reported
from bioner_kd.errors import InputError
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.texts import Item, sentences_of, size_of, text_of
from bioner_kd.tagging.workers.parallel import map_in_order
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import STDIN

FORMATS = ("jsonl", "conll")
FORMAT_HELP = (
    "jsonl (a line of JSON a text, with type, text, start, end and score of each entity; offsets "
    "count characters of the text) or conll (word, TAB, tag; a blank line between sentences)."
)
WORKERS_HELP = "Worker processes, used where there are many texts; 0 is one a core, 1 none."
PART = ".part"
OUTPUT_HELP = (
    f"File to write, which appears when all is done; until then, and after a failure, what is done "
    f"is in a file whose name ends in {PART}. - is standard output."
)
_SCORE_DIGITS = 6


@dataclass(frozen=True)
class Records:
    """A job for one process or several: texts become what is written of them.

    Attributes:
        tagger: finds the entities.
        format: of `FORMATS`.
    """

    tagger: Tagger
    format: str

    def __call__(self, items: Sequence[Item]) -> list[str]:
        """One record an item."""
        groups = (sentences_of(item, self.tagger.sentences) for item in items)
        if self.format == "conll":
            return [
                "".join(map(_conll, found)) for found in self.tagger.tag_words_in_groups(groups)
            ]
        pairs = zip(items, self.tagger.tag_groups(groups), strict=True)
        return [json_line(text_of(item), entities) for item, entities in pairs]


def tagged_records(
    tagger: Tagger, items: Iterable[Item], *, format: str, workers: int
) -> Generator[str, None, None]:
    """The record of each item, in order, as soon as it is there.

    Whoever takes them closes the generator, which ends the worker processes.

    Args:
        tagger: finds the entities.
        items: texts, or sentences whose words are known.
        format: of `FORMATS`.
        workers: as `Tagger.tag_many` takes it.
    """
    return map_in_order(Records(tagger, format), items, tagger.workers(workers), size_of)


def write_records(records: Iterable[str], output: str) -> None:
    """Writes records to a file, which appears when all is done, or at once to "-", the stdout.

    Until then the file is called as `OUTPUT_HELP` says. Where the work fails or is stopped, that
    file stays, and standard error says so.

    Raises:
        InputError: the file's folder is missing, or the disk is full.
        BrokenPipeError: whoever read the standard output has had enough.
    """
    if output == STDIN:
        _write_to_stdout(records)
        return
    check_parent(output)
    part = Path(f"{output}{PART}")
    with reported(part):
        file = open(part, "w", encoding="utf-8", newline="\n", buffering=1)
    try:
        for record in records:
            with reported(part):
                file.write(record)
        with reported(part):
            file.close()
        with reported(Path(output)):
            os.replace(part, output)
    except BaseException as error:
        with contextlib.suppress(OSError):
            file.close()
        _tell_what_is_kept(part, error)
        raise


def _tell_what_is_kept(part: Path, error: BaseException) -> None:
    if not part.stat().st_size:
        part.unlink()
        return
    kept = f"What was finished before is in {part}."
    if isinstance(error, InputError):
        raise InputError(f"{error} {kept}") from error
    sys.stderr.write(f"{kept}\n")


def _write_to_stdout(records: Iterable[str]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for record in records:
        try:
            sys.stdout.write(record)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            discard_stdout()
            raise InputError(
                f"Standard output: cannot write there ({error.strerror}); free some space, or send "
                "it elsewhere."
            ) from error


def discard_stdout() -> None:
    """Sends the standard output nowhere; the interpreter flushes it at exit and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def json_line(text: str, entities: Sequence[Entity]) -> str:
    """The record of a text in the format "jsonl"."""
    found = [dataclasses.asdict(entity) for entity in entities]
    for entity in found:
        entity["score"] = round(entity["score"], _SCORE_DIGITS)
    return json.dumps({"text": text, "entities": found}, ensure_ascii=False) + "\n"


def _conll(tagged: tuple[Sentence, Sequence[str]]) -> str:
    sentence, tags = tagged
    pairs = zip(sentence.words, tags, strict=True)
    return "".join(f"{word}\t{tag}\n" for word, tag in pairs) + "\n"
