"""Names that a user knows: some are always entities, others never.

A name is compared word by word, in the student's words. Words are folded as the student's tables
fold, and read without regard to capitals; their digits count, so that IL-1 is not IL-2. A name of
one word with at most four letters, all of them capitals, such as ALL or AS, is found in capitals
alone; whoever wants it in any case writes it in small letters.

A name that is always an entity replaces each entity that the student found in one of its words.
Where several names match, the first one in the text counts, and of those that begin together the
longest. A name that is never an entity removes the entities that are this name and nothing more.
"""

import bisect
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bioner_kd.errors import InputError, UsageError, shown
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.name_lists import (
    ALWAYS,
    NEVER,
    NameLists,
    NamesPath,
    name_lines,
    short_capitals,
)
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.tagging.word_form import fold, folding_table
from bioner_kd.text.source import STDIN
from bioner_kd.text.tokenizer import TOKENIZER, Tokenizer

# Of a name in the list of those that are never entities: whatever type the student gave it.
ANY_TYPE = ""
# Nobody disagrees with an entity that a user has asked for.
SCORE = 1.0
_CACHED_WORDS = 200_000

Name = str | tuple[str, str]


class Names:
    """Names with their types, ready to be found in the words of texts.

    Examples:
        >>> names = Names.of(always=[("COVID-19", "Disease")], never=["pain"])
        >>> len(names)
        2
    """

    def __init__(
        self,
        always: Mapping[str, str],
        never: Mapping[str, str],
        folding: Mapping[str, str],
    ) -> None:
        """Takes names as their words' forms with spaces between them; `of` and `read` make these.

        Args:
            always: type of each name that is always an entity.
            never: type of each name that is never one; `ANY_TYPE` for all types.
            folding: what characters of a word are replaced by.
        """
        self._always, self._never, self._folding = dict(always), dict(never), dict(folding)
        # Numbers of words of the names that begin with a word, the longest first.
        lengths: dict[str, set[int]] = {}
        for name in self._always:
            first = name.partition(" ")[0]
            lengths.setdefault(first, set()).add(name.count(" ") + 1)
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._lengths = {
            first: shared.setdefault(key := tuple(sorted(some, reverse=True)), key)
            for first, some in lengths.items()
        }
        self._forms: dict[str, tuple[str, str]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Names, (self._always, self._never, self._folding)

    def __len__(self) -> int:
        """Number of names."""
        return len(self._always) + len(self._never)

    @property
    def types(self) -> frozenset[str]:
        """Types that the names have."""
        return frozenset({*self._always.values(), *self._never.values()}) - {ANY_TYPE}

    @classmethod
    def of(
        cls,
        always: Iterable[Name] = (),
        never: Iterable[Name] = (),
        *,
        types: Sequence[str] = (),
        tokenizer: Tokenizer = TOKENIZER,
        folding: Mapping[str, str] | None = None,
    ) -> "Names":
        """Makes them of names and pairs of a name and its type.

        Args:
            always: names that are always entities; the type may be left out where `types` has one.
            never: names that are never entities; without a type, of none.
            types: those that the student has; any where empty.
            tokenizer: of the student.
            folding: of the student; that of new ones where None.

        Raises:
            InputError: a name is empty, has no letter and no digit, has two types or a type that
                the student lacks, or is in both lists.
        """
        folding = folding_table() if folding is None else folding
        lists = NameLists(types, tokenizer, folding)
        for what, some in ((ALWAYS, always), (NEVER, never)):
            for number, name in enumerate(some, 1):
                pair = (name, "") if isinstance(name, str) else name
                lists.add(what, *pair, place=f"name {number} of {what}")
        return cls(lists.always, lists.never, folding)

    @classmethod
    def read(
        cls,
        always: NamesPath = "",
        never: NamesPath = "",
        *,
        types: Sequence[str] = (),
        tokenizer: Tokenizer = TOKENIZER,
        folding: Mapping[str, str] | None = None,
    ) -> "Names":
        """Reads files with a name a line, and its type behind a TAB.

        Lines that are empty or begin with # say nothing. The files may be compressed.

        Args:
            always: file of names that are always entities; none where empty.
            never: file of names that are never entities; none where empty.
            types: as `of` takes them, as the following.
            tokenizer: of the student.
            folding: of the student.

        Raises:
            InputError: as `of`, with file and line; or a file cannot be read.
            UsageError: a file is the standard input.
        """
        folding = folding_table() if folding is None else folding
        lists = NameLists(types, tokenizer, folding)
        for what, path in ((ALWAYS, always), (NEVER, never)):
            if os.fspath(path) == STDIN:
                raise UsageError(f"--{what}={STDIN}: name a file; standard input is for texts.")
            for place, name, entity_type in name_lines(path) if path else ():
                lists.add(what, name, entity_type, place=place)
        return cls(lists.always, lists.never, folding)

    def check_types(self, types: Sequence[str]) -> None:
        """Checks that a student has the types of the names.

        Raises:
            InputError: it lacks one.
        """
        lacking = sorted(self.types - set(types))
        if lacking:
            raise InputError(
                f"names: some have the type {shown(lacking[0])}, which the student lacks; it has "
                f"{', '.join(types)}."
            )

    def mark(self, found: TaggedText, entities: Sequence[Entity]) -> list[Entity]:
        """The entities of a text with those that the names ask for, and without those they forbid.

        Args:
            found: the words of the text.
            entities: in order; each begins and ends with a word.

        Returns:
            The entities in order; those that a name asked for have the score 1.
        """
        kept = [one for one in entities if not self._forbids(one, found)]
        marked = list(self._matches(found))
        if not marked:
            return kept
        starts, ends = [one.start for one in marked], [one.end for one in marked]
        # The first mark that ends behind the entity's start has to begin behind the entity's end.
        kept = [
            one for one in kept
            if (after := bisect.bisect_right(ends, one.start)) == len(marked)
            or starts[after] >= one.end
        ]  # fmt: skip
        return sorted([*kept, *marked], key=lambda one: one.start)

    def _form(self, word: str) -> tuple[str, str]:
        # The word's form, and that of a short name in capitals: the word as it is.
        form = self._forms.get(word)
        if form is None:
            if len(self._forms) >= _CACHED_WORDS:
                self._forms.clear()
            folded = fold(word, self._folding)
            form = self._forms[word] = folded.lower(), short_capitals(folded)
        return form

    def _matches(self, found: TaggedText) -> Iterator[Entity]:
        if not self._always:
            return
        for first, end in found.sentences:
            forms = list(map(self._form, found.words[first:end]))
            behind = 0
            for word, (form, capitals) in enumerate(forms):
                if word < behind or not (form in self._lengths or capitals in self._always):
                    continue
                length, entity_type = self._longest(forms, word)
                if length:
                    behind = word + length
                    start, stop = found.spans[first + word][0], found.spans[first + behind - 1][1]
                    yield Entity(entity_type, found.text[start:stop], start, stop, SCORE)

    def _longest(self, forms: Sequence[tuple[str, str]], word: int) -> tuple[int, str]:
        form, capitals = forms[word]
        for length in self._lengths.get(form, ()):
            if 1 < length <= len(forms) - word:
                name = " ".join([lower for lower, _ in forms[word : word + length]])
                if name in self._always:
                    return length, self._always[name]
        for name in (capitals, form):
            if name in self._always:
                return 1, self._always[name]
        return 0, ""

    def _forbids(self, entity: Entity, found: TaggedText) -> bool:
        if not self._never:
            return False
        first = bisect.bisect_left(found.spans, (entity.start, 0))
        end = bisect.bisect_left(found.spans, (entity.end, 0))
        forms = list(map(self._form, found.words[first:end]))
        names = [" ".join(lower for lower, _ in forms)]
        if len(forms) == 1 and forms[0][1]:
            names.append(forms[0][1])
        return any(self._never.get(name) in (entity.type, ANY_TYPE) for name in names)
