"""Names of documents, each of which may stand once in a file."""

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document


class UniqueIds:
    """The names that the documents of a file have had so far, with their lines."""

    def __init__(self) -> None:
        """None has come."""
        self._lines: dict[str, int] = {}

    def check(self, document: Document) -> Document:
        """Takes the next document; one without a name is never taken for another.

        Returns:
            The document itself.

        Raises:
            InputError: a document before had the same name.
        """
        if document.id in self._lines:
            raise InputError(
                f"{document.place}: another document of this file, which begins in line "
                f"{self._lines[document.id]}, has the same id; leave one of them out or give it "
                "another id."
            )
        if document.id:
            self._lines[document.id] = document.line
        return document
