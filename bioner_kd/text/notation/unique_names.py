"""Names of documents, each of which may occur once in a source."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults

Piece = TypeVar("Piece")

# Names that are remembered: about 100 MB of PMIDs. Then the oldest half is forgotten.
_REMEMBERED = 500_000


class UniqueNames:
    """The names that a source has used so far, in bounded memory.

    Attributes:
        remembered: number of latest names among which a second use is found at least.
    """

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        """Takes the least number of names that are remembered."""
        self.remembered = remembered
        self._old: dict[str, int] = {}
        self._new: dict[str, int] = {}

    def add(self, document: Document) -> Document:
        """Notes the name of a document; documents without a name may be many.

        Returns:
            The document itself.

        Raises:
            InputError: another document of the source has this name.
        """
        name = document.id
        if not name:
            return document
        before = self._new.get(name, self._old.get(name))
        if before is not None:
            where = f", first at line {before}" if before else ""
            raise InputError(
                f"{document.place}: this name stands twice in the file{where}; leave one of the "
                "two documents out, or give it another name."
            )
        if len(self._new) >= self.remembered:
            self._old, self._new = self._new, {}
        self._new[name] = document.line
        return document


def unique_documents(
    pieces: Iterable[Piece], document_of: Callable[[Piece], Document | None], faults: Faults
) -> Iterator[Document]:
    """Yields the documents of a source, each checked and with a name of its own.

    Args:
        pieces: what the source has of each document.
        document_of: makes a document of a piece; None is left out.
        faults: told of pieces that are no documents.
    """
    names = UniqueNames()
    for piece in pieces:
        try:
            document = document_of(piece)
            if document is not None:
                names.add(document.check())
        except InputError as error:
            faults.report(error)
            continue
        if document is not None:
            yield document
