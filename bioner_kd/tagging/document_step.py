"""What one place of a text says of an entity is used at all others.

A text that defines an abbreviation says what it is: a short form is an entity of the type of its
long form, or none. And a name that is found once may be found wherever it stands.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.errors import shown
from bioner_kd.tagging.abbreviations import (
    OPENING,
    DefinitionRules,
    Range,
    find_definitions,
    joined,
)
from bioner_kd.tagging.tag_changes import (
    Meaning,
    NamesInText,
    TagChanges,
    mean,
    share_in_entities,
)
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.iob2 import entities

# Words of a repeated name at most.
_MOST_WORDS = 20
_HIGHEST = 1000
# Type of what is no entity.
_NOTHING = ""


@dataclass(frozen=True)
class Abbreviations(DefinitionRules):
    """How short forms take the type of their long forms.

    Attributes:
        gate: mean P(entity) of all occurrences of a short form from which they become entities.
        plural: letter that an occurrence may have behind the short form, or lack.
        prepositions: words before an entity at the end of a long form that is not what the whole
            long form is, such as "duration of catatonia".
    """

    gate: float = 0.02
    plural: str = "s"
    prepositions: tuple[str, ...] = ("of",)

    def apply(self, found: TaggedText) -> TaggedText:
        """The text with tags of the short forms that it defines."""
        if OPENING not in found.text:
            return found
        definitions = list(find_definitions(found.words, found.spans, self))
        if not definitions:
            return found
        change = TagChanges(found)
        meanings, names = self._meanings(found, change, definitions)
        if not meanings:
            return found
        places: dict[Meaning, list[Range]] = {}
        for form, place in names.places(found):
            places.setdefault(meanings[form], []).append(place)
        for meaning, some in places.items():
            self._carry(found, change, meaning, some)
        return change.text()

    def first_words(self, found: TaggedText) -> Iterator[str]:
        """First words of the short forms that a text defines, in small letters."""
        if OPENING in found.text:
            for _, (first, end) in find_definitions(found.words, found.spans, self):
                word = found.words[first].lower()
                yield from (word, self._other_number(word)) if end - first == 1 else (word,)

    def _meanings(
        self, found: TaggedText, change: TagChanges, definitions: Sequence[tuple[Range, Range]]
    ) -> tuple[dict[str, Meaning], NamesInText]:
        """Each short form, and its plural or singular, with what it means."""
        meanings: dict[str, Meaning] = {}
        names = NamesInText()
        for long, short in definitions:
            meaning = self._meaning(found, change, long)
            form = joined(found.words[slice(*short)], found.spans[slice(*short)])
            before = meanings.get(form)
            if meaning is None or (before and (before.type or not meaning.type)):
                continue
            last = found.words[short[1] - 1]
            before_last = form[: len(form) - len(last)]
            for word in dict.fromkeys((last, self._other_number(last))):
                first = found.words[short[0]] if before_last else word
                meanings[before_last + word] = meaning
                names.add(before_last + word, first, short[1] - short[0])
        return meanings, names

    def _other_number(self, word: str) -> str:
        ends = self.plural and word.endswith(self.plural) and len(word) > len(self.plural) + 1
        return word[: -len(self.plural)] if ends else word + self.plural

    def _meaning(self, found: TaggedText, change: TagChanges, long: Range) -> Meaning | None:
        # None: nothing is known, since an entity goes on behind the long form.
        mention = change.mention_at(long[1] - 1)
        if mention is None:
            return Meaning(_NOTHING, 0.0)
        entity_type, first, end = mention
        if end > long[1]:
            return None
        if first > long[0] and found.words[first - 1].lower() in self.prepositions:
            return Meaning(_NOTHING, 0.0)
        return Meaning(entity_type, change.score(first, end))

    def _carry(
        self, found: TaggedText, change: TagChanges, meaning: Meaning, places: Sequence[Range]
    ) -> None:
        if meaning.type and mean([share_in_entities(found, place) for place in places]) < self.gate:
            return
        for place in places:
            if not change.crosses(place):
                change.set(place, meaning)


@dataclass(frozen=True)
class RepeatedNames:
    """How a name that is found in a text is found wherever it stands.

    Attributes:
        gate: mean P(entity) of the words from which a name becomes an entity.
        shortest: characters of a name at least.
        share: of the occurrences of the name, those that the model has to find itself.
    """

    gate: float = 0.2
    shortest: int = 4
    share: float = 0.5

    def first_words(self, found: TaggedText) -> Iterator[str]:
        """First words of the names of a text, in small letters."""
        return (found.words[first].lower() for _, first, _ in entities(found.tags))

    def apply(self, found: TaggedText) -> TaggedText:
        """The text with tags at further occurrences of its names."""
        change = TagChanges(found)
        names = NamesInText(fold=True)
        types: dict[str, Counter[str]] = {}
        meanings: dict[str, Meaning] = {}
        for entity_type, first, end in change.mentions:
            name = joined(found.words[first:end], found.spans[first:end]).lower()
            if end - first <= _MOST_WORDS and len(name) >= self.shortest:
                types.setdefault(name, Counter())[entity_type] += 1
                names.add(name, found.words[first].lower(), end - first)
                score = change.score(first, end)
                meanings.setdefault(f"{entity_type} {name}", Meaning(entity_type, score))
        if not types:
            return found
        of_name: dict[str, list[Range]] = {}
        for name, place in names.places(found):
            of_name.setdefault(name, []).append(place)
        for name, places in of_name.items():
            entity_type, number = types[name].most_common(1)[0]
            if number >= self.share * len(places):
                meaning = meanings[f"{entity_type} {name}"]
                for place in places:
                    if change.is_free(place) and share_in_entities(found, place) >= self.gate:
                        change.set(place, meaning)
        return change.text()


@dataclass(frozen=True)
class DocumentStep:
    """The rules that look at a whole text.

    Attributes:
        abbreviations: None for off.
        repeated_names: None for off.
    """

    abbreviations: Abbreviations | None = None
    repeated_names: RepeatedNames | None = None

    def apply(self, found: TaggedText) -> TaggedText:
        """The text with tags and scores as its other places ask for them."""
        for rule in (self.abbreviations, self.repeated_names):
            if rule is not None:
                found = rule.apply(found)
        return found

    def first_words(self, found: TaggedText) -> frozenset[str]:
        """First words, in small letters, of what it looks for in sentences without a tag."""
        rules = (self.abbreviations, self.repeated_names)
        return frozenset(word for rule in rules if rule for word in rule.first_words(found))

    def to_json(self) -> dict[str, Any]:
        """The rules that are on, as JSON values."""
        rules = (("abbreviations", self.abbreviations), ("repeated_names", self.repeated_names))
        return {name: _to_json(rule) for name, rule in rules if rule is not None}

    @classmethod
    def from_json(cls, record: object) -> "DocumentStep":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        if not isinstance(record, Mapping):
            raise ValueError("document_step is no JSON object")
        abbreviations, names = record.get("abbreviations"), record.get("repeated_names")
        return cls(
            None if abbreviations is None else _from_json(Abbreviations(), abbreviations),
            None if names is None else _from_json(RepeatedNames(), names),
        )


def _to_json(rule: Any) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(rule).items()
    }


def _from_json(rule: Any, record: object) -> Any:
    """A rule with the values of a JSON object; each has the type that the rule's own has."""
    name = type(rule).__name__
    if not isinstance(record, Mapping):
        raise ValueError(f"document_step: {name} is no JSON object")
    values = {}
    for field in dataclasses.fields(rule):
        value, own = record.get(field.name), getattr(rule, field.name)
        if not _is_like(value, own):
            raise ValueError(f"document_step: {name} has {field.name} {shown(value)}")
        values[field.name] = tuple(value or ()) if isinstance(own, tuple) else value
    return type(rule)(**values)


def _is_like(value: Any, own: object) -> bool:
    if isinstance(own, tuple):
        return (
            isinstance(value, list)
            and len(value) <= _HIGHEST
            and all(_is_like(one, "") for one in value)
        )
    if isinstance(own, str):
        return isinstance(value, str) and len(value) <= _HIGHEST
    numbers = (int, float) if isinstance(own, float) else (int,)
    return type(value) in numbers and 0 <= value <= (1 if isinstance(own, float) else _HIGHEST)
