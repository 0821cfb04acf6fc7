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
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.iob2 import OUTSIDE, entities

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
        change = _Change(found)
        meanings, names = self._meanings(found, change, definitions)
        if not meanings:
            return found
        places: dict[_Meaning, list[Range]] = {}
        for form, place in names.places(found):
            places.setdefault(meanings[form], []).append(place)
        for meaning, some in places.items():
            self._carry(found, change, meaning, some)
        return change.text()

    def _meanings(
        self, found: TaggedText, change: "_Change", definitions: Sequence[tuple[Range, Range]]
    ) -> tuple[dict[str, "_Meaning"], "_Names"]:
        """Each short form, and its plural or singular, with what it means."""
        meanings: dict[str, _Meaning] = {}
        names = _Names()
        for long, short in definitions:
            meaning = self._meaning(found, change, long)
            form = joined(found.words, found.spans, *short)
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

    def _meaning(self, found: TaggedText, change: "_Change", long: Range) -> "_Meaning | None":
        # None: nothing is known, since an entity goes on behind the long form.
        mention = change.mention_at(long[1] - 1)
        if mention is None:
            return _Meaning(_NOTHING, 0.0)
        entity_type, first, end = mention
        if end > long[1]:
            return None
        if first > long[0] and found.words[first - 1].lower() in self.prepositions:
            return _Meaning(_NOTHING, 0.0)
        return _Meaning(entity_type, change.score(first, end))

    def _carry(
        self, found: TaggedText, change: "_Change", meaning: "_Meaning", places: Sequence[Range]
    ) -> None:
        if meaning.type and _mean([_share(found, place) for place in places]) < self.gate:
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

    def apply(self, found: TaggedText) -> TaggedText:
        """The text with tags at further occurrences of its names."""
        change = _Change(found)
        names = _Names(fold=True)
        types: dict[str, Counter[str]] = {}
        meanings: dict[str, _Meaning] = {}
        for entity_type, first, end in change.mentions:
            name = joined(found.words, found.spans, first, end).lower()
            if end - first <= _MOST_WORDS and len(name) >= self.shortest:
                types.setdefault(name, Counter())[entity_type] += 1
                names.add(name, found.words[first].lower(), end - first)
                score = change.score(first, end)
                meanings.setdefault(f"{entity_type} {name}", _Meaning(entity_type, score))
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
                    if change.is_free(place) and _share(found, place) >= self.gate:
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

    def needs_probabilities(self, text: str) -> bool:
        """Whether it looks at the probabilities of words of a text that have no tag."""
        return self.repeated_names is not None or (
            self.abbreviations is not None and OPENING in text
        )

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


@dataclass(frozen=True, eq=False)
class _Meaning:
    type: str
    score: float


class _Change:
    """Tags of a text that change."""

    def __init__(self, found: TaggedText) -> None:
        self._found = found
        self._tags, self._scores = list(found.tags), list(found.scores)
        self.mentions = entities(found.tags)
        self._of_word: dict[int, tuple[str, int, int]] = {}
        for mention in self.mentions:
            for number in range(*mention[1:]):
                self._of_word[number] = mention

    def mention_at(self, word: int) -> tuple[str, int, int] | None:
        """The entity that the model found at a word."""
        return self._of_word.get(word)

    def score(self, first: int, end: int) -> float:
        """Mean score of words, as the model gave it."""
        return _mean(self._found.scores[first:end])

    def crosses(self, place: Range) -> bool:
        """Whether an entity begins before words, or ends behind them, and has one of them."""
        ends = (self._of_word.get(place[0]), self._of_word.get(place[1] - 1))
        return any(one and (one[1] < place[0] or one[2] > place[1]) for one in ends)

    def is_free(self, place: Range) -> bool:
        """Whether no word has a tag, changed ones included."""
        return all(self._tags[number] == OUTSIDE for number in range(*place))

    def set(self, place: Range, meaning: _Meaning) -> None:
        """Makes words an entity, or none."""
        first, end = place
        if not meaning.type:
            self._tags[first:end] = [OUTSIDE] * (end - first)
        elif self._of_word.get(first) != (meaning.type, first, end):
            inner = [f"I-{meaning.type}"] * (end - first - 1)
            self._tags[first:end] = [f"B-{meaning.type}", *inner]
            self._scores[first:end] = [meaning.score] * (end - first)

    def text(self) -> TaggedText:
        """The text with what has changed."""
        if self._tags == list(self._found.tags):
            return self._found
        return self._found.with_tags(self._tags, self._scores)


class _Names:
    """Names that are looked for in a text, longer ones first."""

    def __init__(self, *, fold: bool = False) -> None:
        """Takes whether the names are in small letters, and found in any."""
        self._fold = fold
        self._names: set[str] = set()
        self._lengths: dict[str, list[int]] = {}

    def add(self, name: str, first_word: str, words: int) -> None:
        """Adds a name as `joined` gives it."""
        if name not in self._names:
            self._names.add(name)
            lengths = self._lengths.setdefault(first_word, [])
            if words not in lengths:
                lengths.append(words)
                lengths.sort(reverse=True)

    def places(self, found: TaggedText) -> Iterator[tuple[str, Range]]:
        """Each name with its words in the text, which no two have in common."""
        free = 0
        words = [word.lower() for word in found.words] if self._fold else found.words
        for number, word in enumerate(words):
            if word in self._lengths and number >= free:
                for length in self._lengths[word]:
                    end = number + length
                    if end <= len(words):
                        name = joined(words, found.spans, number, end)
                        if name in self._names:
                            yield name, (number, end)
                            free = end
                            break


def _share(found: TaggedText, place: Range) -> float:
    return _mean(found.in_entity[place[0] : place[1]])


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


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
