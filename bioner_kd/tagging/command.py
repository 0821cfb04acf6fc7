"""The command line of tagger.pyz, the runtime in one file: the standard library's own flags."""

import argparse
import dataclasses
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bioner_kd import __version__
from bioner_kd.errors import InputError, UsageError
from bioner_kd.progress import track
from bioner_kd.settings import declarations
from bioner_kd.tagging.options import TagOptions
from bioner_kd.tagging.records import discard_stdout, tagged_records, write_records
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.texts import number_of_texts, read_items
from bioner_kd.text.source import STDIN

_DESCRIPTION = """\
Finds the entities of texts with the student that lies beside this file.

Reads --text, files (also compressed by gzip, bzip2 or xz) or standard input, and writes a line of
JSON for each text, or CoNLL, as soon as it is tagged. Needs numpy and ai-edge-litert, nothing else.

  python tagger.pyz --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | python tagger.pyz > entities.jsonl

From Python:

  sys.path.insert(0, "tagger.pyz")
  from bioner_kd.tagging.tagger import Tagger
  Tagger.load("the folder of the student").tag("Cisplatin causes hearing loss.")
"""
_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str], archive: Path) -> int:
    """Tags what a command line names.

    Args:
        arguments: without the program's name.
        archive: the file that runs; the model lies beside it where none is named.

    Returns:
        The exit status.
    """
    parser = _parser(archive)
    choice = vars(parser.parse_args(arguments))
    files, given = choice.pop("files"), choice["text"]
    try:
        tag_texts(TagOptions(**{**choice, "text": given or ""}), given, files)
    except BrokenPipeError:
        discard_stdout()  # whoever read our output has had enough
    except UsageError as error:
        return _complain(parser, str(error), _USAGE)
    except (InputError, OSError) as error:
        return _complain(parser, str(error), _FAILED)
    except KeyboardInterrupt:
        return _complain(parser, "Stopped.", _INTERRUPTED)
    return 0


def tag_texts(options: TagOptions, text: str | None, files: Sequence[str]) -> None:
    """Tags what a command line names, and writes what is found while it goes.

    Args:
        options: which model, and how the result is written.
        text: what is tagged; None where it was not given.
        files: what is tagged otherwise; the standard input where there is none.

    Raises:
        InputError: the model or a file cannot be read, or a file is not what the options say.
        UsageError: nothing to tag is named, or too much.
    """
    items = read_items(text, files, options.input)
    tagger = Tagger.load(options.model, form=options.form)
    found = tagged_records(tagger, items, format=options.format, workers=options.workers)
    with closing(found) as records:
        shown: Iterable[str] = records
        # A bar between lines of results would spoil both.
        if text is None and (options.output != STDIN or not sys.stdout.isatty()):
            # Counting reads the files once more: nobody waits for the first line of a file.
            known = options.output != STDIN
            total = number_of_texts(files, options.input) if known else None
            shown = track(records, "tagging", "text", total)
        write_records(_told_if_none(shown), options.output)


def _told_if_none(records: Iterable[str]) -> Iterator[str]:
    """Hands records on, and says on standard error where there was none."""
    none = True
    for record in records:
        none = False
        yield record
    if none:
        sys.stderr.write("No text came: what was to be tagged is empty.\n")


def _parser(archive: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=archive.name,
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    defaults = {**dataclasses.asdict(TagOptions()), "model": str(archive.parent), "text": None}
    for name, declared in declarations(TagOptions).items():
        default = defaults[name]
        shown = f" (default: {default})" if default not in ("", None) else ""
        parser.add_argument(
            f"--{name}",
            default=default,
            type=int if isinstance(default, int) else str,
            choices=declared.choices or None,
            help=f"{declared.help}{shown}".replace("%", "%%"),
        )
    parser.add_argument("--version", action="version", version=f"bioner_kd {__version__}")
    parser.add_argument("files", nargs="*", help="Files to tag; - is standard input.")
    return parser


def _complain(parser: argparse.ArgumentParser, message: str, status: int) -> int:
    sys.stderr.write(f"{parser.prog}: {message}\n")
    return status
