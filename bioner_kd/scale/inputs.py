"""The files of a collection, and the parts in which workers share a file."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.text.documents import all_formats
from bioner_kd.text.source import Source, files_of
from bioner_kd.text.text_file import folder_holds

# A collection of few files is cut into about so many parts, of so many bytes at least: more parts
# give work to more workers, and each part reads its file once more.
_PARTS, _PART_BYTES = 16, 4 << 20


@dataclass(frozen=True)
class InputFile:
    """A file of the collection, as it was when the run began.

    Attributes:
        path: where it lies.
        name: its path below the part of the pattern that has no wildcard, with slashes; its shards
            are named after it.
        size: bytes.
        modified: nanoseconds since 1970.
        parts: number of parts in which workers share it.
    """

    path: str
    name: str
    size: int
    modified: int
    parts: int = 1

    @classmethod
    def of(cls, path: Path, name: str) -> "InputFile":
        """The file as it is now.

        Raises:
            InputError: it is not there.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
        return cls(str(path), name, found.st_size, found.st_mtime_ns)

    def check_unchanged(self) -> None:
        """Checks that the file is still the one with which the run began.

        Raises:
            InputError: it was removed or changed.
        """
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise InputError(
                f"{self.path}: this input was removed during the run ({error.strerror}); put it "
                "back and go on by --resume."
            ) from error
        if (found.st_size, found.st_mtime_ns) != (self.size, self.modified):
            raise InputError(
                f"{self.path}: this input was changed since the run began; its shards would be of "
                "two versions. Put the old file back and go on by --resume, or begin anew by "
                "--overwrite."
            )


@dataclass(frozen=True)
class Part:
    """A work item: the shards of a file whose number is `number` modulo the file's parts."""

    file: InputFile
    number: int

    def has(self, shard: int) -> bool:
        """Whether a shard is of this part."""
        return shard % self.file.parts == self.number


def parts_of(files: Iterable[InputFile]) -> list[Part]:
    """All work items, the first part of each file first."""
    found = [Part(file, number) for file in files for number in range(file.parts)]
    return sorted(found, key=lambda part: part.number)


def find_files(patterns: Sequence[str], parts: int) -> list[InputFile]:
    """The files that patterns name, in order of their names.

    Args:
        patterns: names of files and folders, and patterns with *, ?, [ ] and **.
        parts: parts of each file; 0 chooses.

    Raises:
        InputError: a pattern matches nothing, or two files would have shards of one name.
    """
    found: dict[str, InputFile] = {}
    for pattern in patterns:
        base = _base_of(pattern)
        for path in _matching(pattern):
            file = InputFile.of(path, path.relative_to(base).as_posix())
            before = found.setdefault(file.name, file)
            if not os.path.samefile(before.path, file.path):
                raise InputError(
                    f"--input: {before.path} and {file.path} would both have the shards "
                    f"{file.name}-…; name the folder above both by one pattern, such as folder/**."
                )
    files = [found[name] for name in sorted(found)]
    return [_in_parts(file, parts, len(files)) for file in files]


def _in_parts(file: InputFile, wanted: int, files: int) -> InputFile:
    chosen = min(-(-file.size // _PART_BYTES), -(-_PARTS // files))
    return InputFile(file.path, file.name, file.size, file.modified, max(1, wanted or chosen))


def _base_of(pattern: str) -> Path:
    path = Path(pattern)
    if not glob.has_magic(pattern):
        return path if path.is_dir() else path.parent
    fixed = [part for part in path.parents if not glob.has_magic(str(part))]
    return fixed[0]


def _matching(pattern: str) -> Iterator[Path]:
    named = [pattern] if Path(pattern).exists() else glob.glob(pattern, recursive=True)
    found = [path for name in sorted(named) for path in _files(Path(name))]
    if not found:
        base = _base_of(pattern)
        where = folder_holds(base) if base.is_dir() else f"There is no folder {base}."
        raise InputError(f"--input={pattern}: no file matches. {where}")
    # `folder/**` matches folders and the files in them.
    yield from dict.fromkeys(found)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
    elif any(child.is_file() for child in path.rglob("*")):
        yield from (file for file in files_of(path) if not _is_read_with_another(file))


def _is_read_with_another(path: Path) -> bool:
    # The .ann of a BRAT pair, for instance.
    source = Source(path)
    leaders = (format_.leader(source) for format_ in all_formats().values())
    return any(leader is not None and leader.path != source.path for leader in leaders)
