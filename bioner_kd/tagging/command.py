"""The command line of tagger.pyz, the runtime in one file: the standard library's own flags."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bioner_kd import __version__
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.models.layout import FORMS
from bioner_kd.tagging.records import (
    FORMAT_HELP,
    FORMATS,
    WORKERS_HELP,
    discard_stdout,
    tagged_records,
    write_records,
)
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.texts import INPUT_HELP, INPUTS, read_items
from bioner_kd.text.plain_text import STDIN

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
    choice = parser.parse_args(arguments)
    try:
        items = read_items(choice.text, choice.files, choice.input)
        tagger = Tagger.load(choice.model, form=choice.form)
        found = tagged_records(tagger, items, format=choice.format, workers=choice.workers)
        with closing(found) as records:
            write_records(records, choice.output)
    except BrokenPipeError:
        discard_stdout()  # whoever read our output has had enough
    except UsageError as error:
        return _complain(parser, str(error), _USAGE)
    except (InputError, OSError) as error:
        return _complain(parser, str(error), _FAILED)
    except KeyboardInterrupt:
        return _complain(parser, "Stopped.", _INTERRUPTED)
    return 0


def _parser(archive: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=archive.name,
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--model",
        default=str(archive.parent),
        help="Export folder, a .tflite file with tables.json beside it, or a version folder of a "
        "SavedModel (default: the folder of this file).",
    )
    parser.add_argument(
        "--form",
        default="",
        help=f"Which model of an export folder: {', '.join(FORMS)}; the first that it has if "
        "empty.",
    )
    parser.add_argument("--text", help="A text to tag, instead of files or standard input.")
    parser.add_argument("--input", choices=INPUTS, default=INPUTS[0], help=INPUT_HELP)
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help=FORMAT_HELP)
    parser.add_argument(
        "--output",
        default=STDIN,
        help="File to write, which appears when all is done; - is standard output.",
    )
    parser.add_argument("--workers", type=int, default=0, help=WORKERS_HELP)
    parser.add_argument("--version", action="version", version=f"bioner_kd {__version__}")
    parser.add_argument("files", nargs="*", help="Files to tag; - is standard input.")
    return parser


def _complain(parser: argparse.ArgumentParser, message: str, status: int) -> int:
    sys.stderr.write(f"{parser.prog}: {message}\n")
    return status
