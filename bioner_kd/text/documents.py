"""Documents of any format are read; the format of a file is recognised, or named."""

import functools
import importlib
import itertools
import json
import os
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from bioner_kd.errors import InputError, UsageError, one_line
from bioner_kd.text import formats
from bioner_kd.text.archive import Archive, is_archive
from bioner_kd.text.bad_bytes import MARKED, REPLACED, STRICT, BadBytes, is_marked
from bioner_kd.text.document import Document
from bioner_kd.text.format import FAIL, REPLACE, SKIP, Faults, Format, ReadOptions
from bioner_kd.text.source import STDIN, Source

AUTO, LINES, TEXT = "auto", "lines", "text"
_COMPRESSIONS = frozenset({".gz", ".bz2", ".xz", ".zst"})
_BAD_BYTES = {FAIL: STRICT, SKIP: MARKED, REPLACE: REPLACED}
_XML = re.compile(r"\s*(?:<\?.*?\?>|<!.*?>|\s)*<([A-Za-z_][\w:.-]*)", re.DOTALL)

Told = Callable[[str], None]


@functools.cache
def all_formats() -> dict[str, Format]:
    """Every format by its name, in order of the names."""
    names = sorted(module.name for module in pkgutil.iter_modules(formats.__path__))
    modules = [importlib.import_module(f"{formats.__name__}.{name}") for name in names]
    found = [module.FORMAT for module in modules]
    return {format_.name: format_ for format_ in sorted(found, key=lambda one: one.name)}


def readable() -> tuple[str, ...]:
    """Names of the formats that can be read."""
    return tuple(name for name, format_ in all_formats().items() if format_.read)


def writable() -> tuple[str, ...]:
    """Names of the formats that can be written."""
    return tuple(
        name for name, format_ in all_formats().items() if format_.record_writer or format_.write
    )


def recognise(source: Source) -> Format:
    """The format of a source, by its first characters, its name and the files beside it.

    Raises:
        InputError: it cannot be opened, or is plainly something that is not read here.
    """
    for format_ in all_formats().values():
        if format_.leader(source):
            return format_
    start = source.start()
    every = [format_ for format_ in all_formats().values() if format_.recognises(start)]
    found = [format_ for format_ in every if not format_.general] or every
    known = found or [all_formats()[name] for name in readable()]
    by_name = [one for one in known if _has_suffix(one, source.path)]
    chosen = next(iter([*by_name, *found]), None)
    if chosen is None:
        _refuse_what_is_no_text(source, start)
        return all_formats()[LINES]
    return chosen


def format_of_name(path: str | os.PathLike[str]) -> Format:
    """The format to write that the name of a file asks for.

    Raises:
        UsageError: no format has such names, or several have.
    """
    found = [all_formats()[name] for name in writable() if _has_suffix(all_formats()[name], path)]
    if len(found) != 1:
        raise UsageError(
            f"{path}: the name does not say which format to write; pass --format with one of "
            f"{', '.join(writable())}."
        )
    return found[0]


def read_documents(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    format: str = AUTO,
    options: ReadOptions = ReadOptions(),
    faults: Faults | None = None,
    told: Told = lambda message: None,
) -> Iterator[Document]:
    """Reads the documents of files, folders and the standard input.

    Args:
        paths: a path or several; "-" is the standard input; of a folder or a zip archive all files
            are read, in which plain text is one document a file.
        format: name of a format that is read, or "auto", which recognises the format of each file.
        options: what the files do not say themselves.
        faults: what is done about faulty documents; the first one is an error where not given.
        told: called with a sentence that says as what a file is read, where that was recognised.

    Returns:
        An iterator that reads while it goes. That the sources can be opened, and what they are, is
        found out at once.

    Raises:
        InputError: a source cannot be read or is not of the format.
        UsageError: there is no such format.

    Examples:
        >>> [document.id for document in read_documents("train.PubTator")]  # doctest: +SKIP
        ['227508', '354896']
    """
    faults = Faults() if faults is None else faults
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    jobs = [
        (source, found)
        for path in given
        for source, found in _sources(path, format)
    ]  # fmt: skip
    if format == AUTO:
        for source, found in jobs:
            if found.name not in (LINES, TEXT):
                told(f"{source.name} is read as {found.name}: {found.about}.")
    opened = (_documents(source, found, options, faults) for source, found in jobs)
    return itertools.chain.from_iterable(opened)


def _documents(
    source: Source, format: Format, options: ReadOptions, faults: Faults
) -> Iterator[Document]:
    if format.read is None:
        return
    bad_bytes = source.bad_bytes = faults.bad_bytes = BadBytes(_BAD_BYTES[faults.on_error])
    for document in format.read(source, options, faults):
        if bad_bytes.found and bad_bytes.mode == MARKED and is_marked(_all_text(document)):
            faults.report(
                InputError(
                    f"{document.place}: a NUL byte or bytes that are not UTF-8; correct them, or "
                    "pass --on_error=replace."
                )
            )
        else:
            yield document


def _all_text(document: Document) -> str:
    others = [
        document.extra,
        document.relations,
        [(one.kind, one.extra) for one in document.passages],
        [(one.type, one.text, one.id, one.identifiers, one.extra) for one in document.annotations],
    ]
    said = json.dumps(others, ensure_ascii=False, default=str)
    return f"{document.id}{document.text}{said}"


def named_format(name: str, allowed: Iterable[str]) -> Format:
    """The format of a name.

    Raises:
        UsageError: it is none of those that are allowed.
    """
    if name not in (choices := list(allowed)):
        raise UsageError(f"There is no format {one_line(name)!r} here; use {', '.join(choices)}.")
    return all_formats()[name]


def _sources(path: str | os.PathLike[str], name: str) -> Iterator[tuple[Source, Format]]:
    chosen = None if name == AUTO else named_format(name, readable())
    source = Archive(path) if is_archive(path) else Source(path)
    files = source.files()
    if files == [source]:
        if chosen is None:
            chosen = recognise(source)
        elif source.path != STDIN:
            source.start()  # what cannot be opened is found now
        yield source, chosen
        return
    names = [file.member for file in files]
    candidates = [chosen] if chosen else all_formats().values()
    whole = next((one for one in candidates if one.whole_folder(names)), None)
    if whole:
        yield source, whole
        return
    for file in files:
        yield from _sources_in_folder(file, chosen)


def _sources_in_folder(source: Source, chosen: Format | None) -> Iterator[tuple[Source, Format]]:
    if is_archive(source.path):
        yield from _sources(source.path, chosen.name if chosen else AUTO)
        return
    found = chosen or recognise(source)
    if _is_read_with_another(source, found):
        return
    # A folder of notes: nobody keeps a list of texts in each of many files.
    if chosen is None and found.name == LINES:
        found = all_formats()[TEXT]
    yield source, found


def _is_read_with_another(source: Source, format: Format) -> bool:
    leader = format.leader(source)
    return leader is not None and leader.path != source.path


def _has_suffix(format: Format, path: str | os.PathLike[str]) -> bool:
    name = PurePath(path).name.lower()
    while PurePath(name).suffix in _COMPRESSIONS:
        name = name.removesuffix(PurePath(name).suffix)
    return name.endswith(tuple(suffix.lower() for suffix in format.suffixes))


def _refuse_what_is_no_text(source: Source, start: str) -> None:
    # Text in some notation would be tagged with its names and brackets, and nobody would notice.
    what = ""
    if found := _XML.match(start):
        what = f"XML or HTML whose outermost element is {one_line(found.group(1), 60)!r}"
    elif _is_json(start):
        what = "JSON without a field that holds text"
    if what:
        raise InputError(
            f"{source.name}: this file is {what}, which is none of the formats that are read: "
            f"{', '.join(readable())}. Convert it to one of them; --input=lines reads each of its "
            "lines as text."
        )


def _is_json(start: str) -> bool:
    if not start.lstrip().startswith(("{", "[")):
        return False
    try:
        json.JSONDecoder().raw_decode(start.lstrip())
    except json.JSONDecodeError as error:
        # A value that the start of the file cuts off is JSON as far as it goes.
        return error.pos >= len(start.strip()) - 1 and '"' in start
    except RecursionError:
        return True
    return True
