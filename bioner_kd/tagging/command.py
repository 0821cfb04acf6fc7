"""The command line of tagger.pyz, the runtime in one file: the standard library's own flags."""

import argparse
import dataclasses
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bioner_kd import __version__
from bioner_kd.errors import InputError, UsageError
from bioner_kd.regular_file import file_digest
from bioner_kd.settings import declarations
from bioner_kd.tagging.options import TagOptions
from bioner_kd.tagging.records import (
    Resuming,
    chosen_format,
    discard_stdout,
    why_not_resumable,
    write_tagged,
)
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.texts import number_of_documents, read_input
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format
from bioner_kd.text.source import STDIN

_DESCRIPTION = """\
Finds the entities of texts with the student that lies beside this file.

Reads --text, files (PubMed XML, BioC, PubTator, BRAT, CSV, JSON lines, plain text and more, also
compressed) or standard input, and writes a line of JSON for each document, or another format, as
soon as it is tagged. Needs numpy and ai-edge-litert, nothing else.

  python tagger.pyz --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | python tagger.pyz > entities.jsonl
  python tagger.pyz pubmed24n0001.xml.gz --output=entities.PubTator

From Python:

  sys.path.insert(0, "tagger.pyz")
  from bioner_kd.tagging.tagger import Tagger
  Tagger.load("the folder of the student").tag("Cisplatin causes hearing loss.")
"""
# Settings on which the records depend; those of the model and of lists of names are digests.
_SETTINGS = ("input", "id_column", "text_column", "on_error", "min_precision", "unescape")
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
    faults = Faults(options.on_error)
    documents = read_input(
        text, files, options.input, options=options.reading, faults=faults, told=report
    )
    chosen = chosen_format(options.format, options.output)
    if options.resume:
        _check_resumable(options, files, chosen)
    tagger = Tagger.load(options.model, form=options.form)
    choices = tagger.checked(options.choices(tagger.read_names))
    # A bar between lines of results would spoil both.
    progress = text is None and (options.output != STDIN or not sys.stdout.isatty())
    # Counting reads the files once more: nobody waits for the first line of a file.
    counted = progress and options.output != STDIN
    write_tagged(
        tagger, _told_if_none(documents), options.output, format=chosen, choices=choices,
        workers=options.workers, progress=progress,
        total=number_of_documents(files, options.input) if counted else None,
        resuming=_resuming(options, chosen, tagger) if _read_again(files) else None,
    )  # fmt: skip
    faults.tell(report)


def _read_again(files: Sequence[str]) -> bool:
    """Whether another run can read the same; a pipe can be read only once."""
    return bool(files) and all(Path(file).is_file() or Path(file).is_dir() for file in files)


def _check_resumable(options: TagOptions, files: Sequence[str], format: Format) -> None:
    if not _read_again(files):
        raise UsageError("--resume reads its input from the beginning: name files, no pipe.")
    if problem := why_not_resumable(options.output, format):
        raise UsageError(problem)


def _resuming(options: TagOptions, format: Format, tagger: Tagger) -> Resuming:
    """Everything on which the records depend, but for the documents."""
    lists = {name: getattr(options, name) for name in ("always", "never")}
    given = {name: getattr(options, name) for name in _SETTINGS}
    names = {name: file_digest(path) if path else "" for name, path in lists.items()}
    made = {"version": __version__, "model": tagger.digest, "format": format.name}
    return Resuming({**given, **names, **made}, options.resume)


def report(message: str) -> None:
    """Writes a line to standard error."""
    sys.stderr.write(f"{message}\n")


def _told_if_none(documents: Iterable[Document]) -> Iterator[Document]:
    """Hands documents on, and says on standard error where there was none."""
    none = True
    for document in documents:
        none = False
        yield document
    if none:
        report("No text came: what was to be tagged is empty.")


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
        if isinstance(default, bool):
            parser.add_argument(f"--{name}", action="store_true", help=declared.help)
            continue
        shown = f" (default: {default})" if default not in ("", None) else ""
        parser.add_argument(
            f"--{name}",
            default=default,
            type=str if default is None else type(default),
            choices=declared.choices or None,
            help=f"{declared.help}{shown}".replace("%", "%%"),
        )
    parser.add_argument("--version", action="version", version=f"bioner_kd {__version__}")
    parser.add_argument("files", nargs="*", help="Files to tag; - is standard input.")
    return parser


def _complain(parser: argparse.ArgumentParser, message: str, status: int) -> int:
    sys.stderr.write(f"{parser.prog}: {message}\n")
    return status
