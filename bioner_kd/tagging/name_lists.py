"""Lists of names that a user writes, checked name by name."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from bioner_kd.errors import InputError, shown
from bioner_kd.tagging.word_form import fold
from bioner_kd.text.plain_text import read_text_lines
from bioner_kd.text.source import Source
from bioner_kd.text.tokenizer import Tokenizer

COMMENT = "#"
# Letters of a word in capitals that may be another word in small ones.
_SHORT = 4
# A line of more is no name but a text.
_MOST_WORDS = 100
# In a table with other separators than TAB, the type.
_LAST_PART = re.compile(r"[,;]\s*([^,;]+)$")

NamesPath = str | os.PathLike[str]
ALWAYS, NEVER = "always", "never"


def short_capitals(folded: str) -> str:
    """The word itself where it is short and in capitals, otherwise nothing."""
    short = len(folded) <= _SHORT and folded.isascii() and folded.isalpha() and folded.isupper()
    return folded if short else ""


class NameLists:
    """Names that are always and never entities, checked one by one.

    Attributes:
        always: type of each name that is always an entity, by its words' forms with spaces between.
        never: the same of those that are never one; an empty type stands for all.
    """

    def __init__(
        self, types: Sequence[str], tokenizer: Tokenizer, folding: Mapping[str, str]
    ) -> None:
        """Takes types and tokeniser of the student, any type where there are none, and folding."""
        self._types, self._tokenizer, self._folding = tuple(types), tokenizer, folding
        self.always: dict[str, str] = {}
        self.never: dict[str, str] = {}

    def add(self, what: str, name: str, entity_type: str, *, place: str) -> None:
        """Adds a name to one of the lists; `place` says where it stands, for messages."""
        self._check_type(name, entity_type, place)
        form = self._form(name, place)
        if what == ALWAYS and not entity_type:
            entity_type = self._only_type(name, place)
        mine, others = (self.always, self.never) if what == ALWAYS else (self.never, self.always)
        before = mine.setdefault(form, entity_type)
        if before != entity_type:
            raise InputError(
                f"{place}: {shown(name)} stands in this list twice, with the types "
                f"{_called(before)} and {_called(entity_type)}; leave one of them."
            )
        if form in others:
            raise InputError(
                f"{place}: {shown(name)} is always an entity in one list and never in the other; "
                "leave it in one of them."
            )

    def _check_type(self, name: str, entity_type: str, place: str) -> None:
        if entity_type and self._types and entity_type not in self._types:
            raise InputError(
                f"{place}: {shown(name)} has the type {shown(entity_type)}, which the student "
                f"lacks; it has {', '.join(self._types)}."
            )
        behind = _LAST_PART.search(name)
        if not entity_type and behind and behind.group(1) in self._types:
            raise InputError(
                f"{place}: {shown(name)} looks like a name and its type, which stands behind a TAB."
            )

    def _form(self, name: str, place: str) -> str:
        words = [fold(word, self._folding) for word in self._tokenizer.split_words(name)]
        words = [word for word in words if word.strip()]
        if not any(character.isalnum() for word in words for character in word):
            what = (
                f"the name {shown(name)} has no letter and no digit" if name else "a name is empty"
            )
            raise InputError(f"{place}: {what}; write a name, TAB and its type, or leave it out.")
        if len(words) > _MOST_WORDS:
            raise InputError(
                f"{place}: {shown(name)} has {len(words)} words, and a name {_MOST_WORDS} at most; "
                "write one name a line."
            )
        return short_capitals(words[0]) if _is_short(words) else " ".join(words).lower()

    def _only_type(self, name: str, place: str) -> str:
        if len(self._types) == 1:
            return self._types[0]
        one = f"one of {', '.join(self._types)}" if self._types else "one of the student's"
        raise InputError(f"{place}: {shown(name)} has no type; write TAB and {one} behind it.")


def _is_short(words: Sequence[str]) -> bool:
    return len(words) == 1 and bool(short_capitals(words[0]))


def _called(entity_type: str) -> str:
    return entity_type or "any"


def name_lines(path: NamesPath) -> Iterator[tuple[str, str, str]]:
    """Place, name and type of each line that has one."""
    for number, line in enumerate(read_text_lines(path), 1):
        if not line.strip() or line.startswith(COMMENT):
            continue
        place = f"{Source(path).name}:{number}"
        name, _, entity_type = (part.strip() for part in line.partition("\t"))
        if "\t" in entity_type:
            raise InputError(
                f"{place}: {shown(line)} has more than a name, TAB and a type; remove the rest."
            )
        yield place, name, entity_type
