"""Zip archives as folders: each member is a source, unpacked while it is read, not to the disk."""

import contextlib
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from bioner_kd.errors import InputError, one_line
from bioner_kd.text.compressed import decompressed, is_zip
from bioner_kd.text.source import STDIN, Source

# Members by which a document or a spreadsheet in a zip archive gives itself away.
_DOCUMENTS = ("[Content_Types].xml", "mimetype")
_OF_MACOS = "__MACOSX"
_ENCRYPTED = 1
# A member that is so many bytes long and so many times as long as what it is unpacked from was made
# to fill a memory: text of any kind becomes a hundredth at the most.
_LONG, _TIMES = 64 << 20, 300
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, OverflowError,
)  # fmt: skip


def is_archive(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a zip archive of files; what cannot be read is none."""
    if os.fspath(path) == STDIN or not Path(path).is_file():
        return False
    try:
        with open(path, "rb") as file:
            return is_zip(file.read(4), os.fspath(path))
    except OSError:
        return False


class Archive(Source):
    """A zip archive, whose files are its members."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Reads which members there are.

        Raises:
            InputError: the archive is damaged, empty, or a document that is kept in an archive.
        """
        super().__init__(path)
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (*_DAMAGES, NotImplementedError, UnicodeDecodeError) as error:
            raise _damaged(self.name, error) from error
        if any(name in _DOCUMENTS for name in self._zip.namelist()[:9]):
            raise InputError(
                f"{self.name}: this file is a document or a spreadsheet, not an archive of texts; "
                "save it as plain text (UTF-8) and name that file."
            )
        infos = (one for one in self._zip.infolist() if not _is_left_out(one))
        self._members = {one.filename: one for one in sorted(infos, key=lambda one: one.filename)}
        if not self._members:
            raise InputError(f"{self.name}: no file is in this archive; name another.")

    def files(self) -> list[Source]:
        """Its members, in order of their names, without hidden ones."""
        return [Member(self, name) for name in self._members]

    def member_of(self, name: str) -> Source | None:
        """The member of a name, None where there is none."""
        return Member(self, name) if name in self._members else None

    @contextlib.contextmanager
    def open_member(self, name: str, shown: str) -> Iterator[BinaryIO]:
        """Opens a member for reading bytes.

        Args:
            name: of the member.
            shown: what messages call it.

        Raises:
            InputError: it is encrypted, packed in a way that is not known, packed so that it would
                fill the memory, or damaged.
        """
        info = self._members[name]
        if info.flag_bits & _ENCRYPTED:
            raise InputError(
                f"{shown}: this member of the archive is encrypted; unpack the archive with its "
                "password and name the folder."
            )
        if info.file_size > max(_LONG, _TIMES * info.compress_size):
            raise InputError(
                f"{shown}: this member would become {info.file_size} bytes from "
                f"{info.compress_size}, which no text does; unpack it and name it if you trust it."
            )
        try:
            with self._zip.open(info) as data:
                yield cast(BinaryIO, data)
        except NotImplementedError as error:
            raise InputError(
                f"{shown}: this member is packed in a way that Python does not unpack "
                f"({one_line(error)}); unpack the archive and name the folder."
            ) from error
        except _DAMAGES as error:
            raise _damaged(shown, error) from error


class Member(Source):
    """A member of a zip archive."""

    def __init__(self, archive: Archive, name: str) -> None:
        """Takes a name that the archive has."""
        super().__init__(f"{archive.path}/{name}")
        self.name = f"{archive.name}/{one_line(name)}"
        self.member = name
        self.bad_bytes = archive.bad_bytes
        self._archive = archive

    @contextlib.contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Opens it for reading bytes, those inside where it is compressed once more.

        Raises:
            InputError: as `Source.open`, and as `Archive.open_member`.
        """
        with (
            self._archive.open_member(self.member, self.name) as data,
            decompressed(data, self.name) as inside,
        ):
            yield inside

    def files(self) -> list[Source]:
        """The member itself: an archive in an archive is not opened."""
        return [self]

    def beside(self, name: str) -> Source | None:
        """The member of a name in the same folder of the archive, None where there is none."""
        found = self._archive.member_of(PurePosixPath(self.member).with_name(name).as_posix())
        if found is not None:
            found.bad_bytes = self.bad_bytes
        return found


def _is_left_out(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    hidden = (part.startswith(".") and part != ".." for part in parts)
    return info.is_dir() or not parts or parts[0] == _OF_MACOS or any(hidden)


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(
        f"{name}: this zip archive is cut short or damaged ({one_line(error)}); get it again."
    )
