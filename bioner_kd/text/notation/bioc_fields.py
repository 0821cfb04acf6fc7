"""Fields of BioC's objects, which come from strangers and may hold anything."""

import re
from typing import Any

from bioner_kd.errors import InputError, one_line, shown

Said = dict[str, Any]

# An offset of more digits is no offset, and takes time to read.
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")


class Fields:
    """Takes fields out of objects of one document; what is of another kind is an InputError."""

    def __init__(self, where: str) -> None:
        """Takes the place of the document, for messages."""
        self._where = where

    def objects(self, said: Said, name: str) -> list[Said]:
        """The objects in a list, none where the field is missing."""
        found = said.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.error(f"{name} is a list of objects, not {shown(found)}.")
        return found

    def infons(self, said: Said) -> Said:
        """The names and values that something has."""
        found = said.get("infons")
        if found is not None and not isinstance(found, dict):
            raise self.error(f"infons are an object of names and values, not {shown(found)}.")
        return dict(found or {})

    def text(self, said: Said) -> str:
        """A text, "" where there is none."""
        found = said.get("text")
        if found is not None and not isinstance(found, str):
            raise self.error(f"text is a string, not {shown(found)}.")
        return found or ""

    def name(self, found: object) -> str:
        """An id, or another short text."""
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise self.error(f"an id or role is a string, not {shown(found)}.")
        return found if isinstance(found, str) else one_line(shown(found))

    def number(self, said: Said, name: str) -> int:
        """A whole number, which may stand in quotation marks."""
        found = said.get(name)
        if isinstance(found, str) and _NUMBER.fullmatch(found):
            return int(found)
        if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**15:
            return found
        raise self.error(f"{name} is a whole number, not {shown(found)}.")

    def error(self, message: str) -> InputError:
        """An error of this document."""
        return InputError(f"{self._where}: {message}")
