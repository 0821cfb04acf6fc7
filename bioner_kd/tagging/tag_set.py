"""The tags of one corpus and their numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.iob2 import OUTSIDE, split_tag
from bioner_kd.text.sentence import Sentence

# Decoding takes the square of it, in time and in memory.
MOST_TAGS = 1000
_LONGEST_TAG = 200


@dataclass(frozen=True)
class TagSet:
    """IOB2 tags in the order of their ids.

    Attributes:
        tags: `tags[id]`; "O" is id 0.
    """

    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        """Checks that "O" comes first, no tag comes twice and each is a tag of IOB2.

        Raises:
            InputError: it is not so, there is no tag of an entity, or there are too many.
        """
        # A list, as from JSON, would make the frozen class unhashable.
        object.__setattr__(self, "tags", tuple(self.tags))
        if len(self.tags) > MOST_TAGS:
            raise InputError(
                f"There are {len(self.tags)} tags, and a tag set has {MOST_TAGS} at most. "
                "Check that the tag stands in the last column."
            )
        for tag in self.tags:
            split_tag(tag)
        if not self.tags or self.tags[0] != OUTSIDE or len(set(self.tags)) != len(self.tags):
            raise InputError(
                "A tag set starts with 'O' and repeats no tag, but this one is "
                f"{one_line(', '.join(self.tags))}."
            )
        if len(self.tags) < 2:
            raise InputError(
                "The training split has no entity: every word is tagged 'O'. "
                "Check that the tag stands in the last column."
            )

    @classmethod
    def from_json(cls, value: object) -> "TagSet":
        """Takes the tags from a JSON file that somebody else may have written.

        Raises:
            InputError: the value is no list of tags, or they are no tag set.
        """
        if (
            not isinstance(value, list)
            or len(value) > MOST_TAGS
            or not all(isinstance(tag, str) and len(tag) <= _LONGEST_TAG for tag in value)
        ):
            raise InputError(
                f"tags must be a list of at most {MOST_TAGS} texts of at most {_LONGEST_TAG} "
                f"characters, not {shown(value)}."
            )
        return cls(tuple(value))

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sentence]) -> "TagSet":
        """Collects the tags of the training split; devel and test must not be shown to it.

        Raises:
            InputError: no sentence, a sentence without tags, or no entity at all.
        """
        seen: set[str] = set()
        for sentence in sentences:
            if sentence.tags is None:
                raise InputError(
                    f"{sentence.place(0)}: a training sentence needs a tag for every word."
                )
            seen.update(sentence.tags)
        return cls((OUTSIDE, *sorted(seen - {OUTSIDE})))

    def __len__(self) -> int:
        """Number of tags."""
        return len(self.tags)

    def id(self, tag: str) -> int:
        """Number of a tag; KeyError where training had none such."""
        return self._ids[tag]

    def encode(self, sentence: Sentence) -> list[int]:
        """Numbers of a sentence's tags.

        Raises:
            InputError: a tag that the training split does not have, with its file and line.
        """
        if sentence.tags is None:
            raise InputError(f"{sentence.place(0)}: this sentence has no tags.")
        try:
            return [self._ids[tag] for tag in sentence.tags]
        except KeyError:
            place, tag = next(
                (sentence.place(i), tag)
                for i, tag in enumerate(sentence.tags)
                if tag not in self._ids
            )
            raise InputError(
                f"{place}: tag {shown(tag)} does not occur in the training split, which has "
                f"{one_line(', '.join(self.tags))}. Correct the tag or add "
                "examples of it to training."
            ) from None

    def known_tags(self, sentences: Iterable[Sentence]) -> list[list[str]]:
        """The sentences' tags, all of them of this set.

        Raises:
            InputError: as in `encode`.
        """
        return [[self.tags[number] for number in self.encode(s)] for s in sentences]

    @property
    def entity_types(self) -> tuple[str, ...]:
        """Types of entity in order of their first tag, such as ("Chemical", "Disease")."""
        return tuple(dict.fromkeys(split_tag(tag)[1] for tag in self.tags if tag != OUTSIDE))

    @property
    def _ids(self) -> dict[str, int]:
        cached = self.__dict__.get("_id_table")
        if cached is None:
            cached = {tag: number for number, tag in enumerate(self.tags)}
            object.__setattr__(self, "_id_table", cached)
        return cached
