"""Lists the records of a ZIP file at a cost that is bounded, whatever the file claims."""

import mmap
import struct
import zipfile
from typing import IO, cast

from bioner_kd.teacher.checkpoint.weights_file import Damaged, need

# Of 10,000 records with names of 100 characters: 2 MB.
_MOST_CONTENTS = 4_000_000


class BoundedReader:
    """A mapped file for `zipfile`, which reads as much as a file says its table of contents has."""

    def __init__(self, mapped: mmap.mmap) -> None:
        """Takes the file."""
        self.seek, self.tell, self._mapped = mapped.seek, mapped.tell, mapped

    def seekable(self) -> bool:
        """Whether places in it can be chosen."""
        return True

    def read(self, count: int | None = None) -> bytes:
        """Returns the next bytes.

        Raises:
            Damaged: they are more than a table of contents may have.
        """
        need(count is None or count <= _MOST_CONTENTS, f"its table of contents has {count} bytes")
        return self._mapped.read(count)


def open_archive(mapped: mmap.mmap) -> zipfile.ZipFile:
    """Opens a ZIP file. Its records must be read in pieces of less than 4 MB.

    Raises:
        Damaged: it is none.
    """
    try:
        return zipfile.ZipFile(cast(IO[bytes], BoundedReader(mapped)))
    except Damaged:
        raise
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as error:
        raise Damaged("the archive's table of contents, at its end, is missing or wrong") from error
