"""The folder that a run writes: its shards, and what is remembered of each.

A shard is a file that appears when it is whole. Its record, in the hidden folder `.run`, appears
behind it and says what is in it; a shard without a record is made again, to the same bytes. When a
part of a file has been read to its end, the number of the file's blocks is noted there, too.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bioner_kd.atomic import TEMPORARY_END, atomic_file
from bioner_kd.errors import InputError, one_line
from bioner_kd.scale.blocks import Failure
from bioner_kd.scale.inputs import InputFile, Part
from bioner_kd.text.compressed import compressed

RUN = ".run"
_TURN = "turn"
# What `atomic_file` puts behind the name of a file that is not whole yet.
_TEMPORARY = re.compile(rf"\.(.+)\.[a-z0-9_]{{8}}{re.escape(TEMPORARY_END)}")


@dataclass(frozen=True)
class Tally:
    """What is in a shard, or in several.

    Attributes:
        documents: number of documents that were tagged.
        words: number of their words.
        entities: number of entities by type.
        failures: documents that were not tagged.
    """

    documents: int = 0
    words: int = 0
    entities: dict[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        entities = dict(sorted((Counter(self.entities) + Counter(other.entities)).items()))
        return Tally(
            self.documents + other.documents,
            self.words + other.words,
            entities,
            self.failures + other.failures,
        )


@dataclass(frozen=True)
class ShardFolder:
    """The output of a run, as its workers and the process that started it see it.

    Attributes:
        path: of the folder, absolute.
        suffix: end of the shards' names.
        turn: a word that the process that writes here has chosen; a worker of an earlier one, which
            was killed, sees another word there and stops.
    """

    path: Path
    suffix: str
    turn: str = ""

    def shard(self, file: InputFile, number: int) -> Path:
        """The file of a shard."""
        return self.path / f"{file.name}-{number:05d}{self.suffix}"

    def has(self, file: InputFile, number: int) -> bool:
        """Whether a shard is finished."""
        return self._record(file, number).is_file()

    def write(self, file: InputFile, number: int, pieces: Iterable[str], tally: Tally) -> None:
        """Writes a shard, unless no document is in it, and its record.

        Raises:
            InputError: the folder cannot be written, the disk is full, or another process has taken
                the folder over.
        """
        self.check_turn()
        if tally.documents:
            path = self.shard(file, number)
            with atomic_file(path, "wb") as handle, compressed(handle, path.suffix) as stream:
                for piece in pieces:
                    stream.write(piece.encode())
        _write_json(self._record(file, number), asdict(tally))

    def tally(self, file: InputFile, number: int) -> Tally:
        """What is in a finished shard.

        Raises:
            InputError: its record is damaged.
        """
        return tally_in(self._record(file, number))

    def note_end(self, part: Part, blocks: int) -> None:
        """Notes that a part was read to the end of its file, which has so many blocks."""
        self.check_turn()
        _write_json(self._end(part), {"blocks": blocks})

    def blocks(self, part: Part) -> int | None:
        """Number of blocks of a part's file, None where the part was not read to the end yet."""
        path = self._end(part)
        return read_json(path)["blocks"] if path.is_file() else None

    def is_finished(self, part: Part) -> bool:
        """Whether all shards of a part are there."""
        blocks = self.blocks(part)
        return blocks is not None and all(
            self.has(part.file, number) for number in range(part.number, blocks, part.file.parts)
        )

    def records(self) -> Iterator[Path]:
        """The records of all finished shards, in no order."""
        return (path for path in (self.path / RUN).rglob("*.json") if _is_record(path))

    def take_turn(self, word: str) -> "ShardFolder":
        """The same folder for this process and its workers; those of earlier ones stop."""
        _write(self.path / RUN / _TURN, word)
        return ShardFolder(self.path, self.suffix, word)

    def check_turn(self) -> None:
        """Checks that no other process has taken the folder over.

        Raises:
            InputError: one has.
        """
        path = self.path / RUN / _TURN
        try:
            found = path.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{self.path}: the folder of this run cannot be read any more ({error.strerror})."
            ) from error
        if found != self.turn:
            raise InputError(f"{self.path}: another run writes here now; this one stops.")

    def clean_up(self) -> list[Path]:
        """Deletes files that writers of a killed run left unfinished.

        Returns:
            Their paths.
        """
        found = [path for path in self.path.rglob(".*") if self._is_unfinished(path)]
        for path in found:
            path.unlink()
        return found

    def _is_unfinished(self, path: Path) -> bool:
        named = _TEMPORARY.fullmatch(path.name)
        in_run = RUN in path.relative_to(self.path).parts
        return named is not None and path.is_file() and (in_run or self._is_ours(named.group(1)))

    def _is_ours(self, name: str) -> bool:
        return name.endswith((self.suffix, ".json", ".jsonl"))

    def _record(self, file: InputFile, number: int) -> Path:
        return self.path / RUN / f"{file.name}-{number:05d}.json"

    def _end(self, part: Part) -> Path:
        return self.path / RUN / f"{part.file.name}.part-{part.number}-of-{part.file.parts}.json"


def tally_in(path: Path) -> Tally:
    """What a record says.

    Raises:
        InputError: it is damaged.
    """
    found = read_json(path)
    try:
        failures = tuple(Failure(**one) for one in found.pop("failures"))
        return Tally(**found, failures=failures)
    except (TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, error) from error


def tally_of_all(
    folder: ShardFolder, files: Iterable[InputFile], each: Callable[[Tally], None]
) -> Tally:
    """What is in the shards of all files.

    Args:
        folder: of a run that is over.
        files: of the run, whose shards are counted in this order.
        each: called with what is in each shard; its failures are not kept.

    Raises:
        InputError: a shard is missing.
    """
    total = Tally()
    for file in files:
        blocks = folder.blocks(Part(file, 0))
        for number in range(blocks or 0):
            if not folder.has(file, number):
                blocks = None
                break
            one = folder.tally(file, number)
            each(one)
            total += Tally(one.documents, one.words, one.entities)
        if blocks is None:
            raise InputError(
                f"{file.path}: not all of its shards are there, though the engine says that all is "
                "done; go on by --resume, and give --output a folder that every worker sees."
            )
    return total


def _is_record(path: Path) -> bool:
    return re.search(r"-\d{5,}\.json$", path.name) is not None and not path.name.startswith(".")


def _write_json(path: Path, value: Any) -> None:
    _write(path, json.dumps(value, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    with atomic_file(path) as file:
        file.write(text)


def read_json(path: Path) -> Any:
    """A JSON object of the folder.

    Raises:
        InputError: it cannot be read or is none.
    """
    with suppress(FileNotFoundError):
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise _damaged(path, error) from error
    raise InputError(f"{path}: there is no such file.")


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(
        f"{path}: damaged ({one_line(error)}); delete it, and --resume makes its shard again."
    )
