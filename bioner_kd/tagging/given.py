"""What a tagger is given, checked, and its entities in the form that it was given in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bioner_kd.errors import InputError
from bioner_kd.tagging.decoding import Entity
from bioner_kd.text.character_references import Unescaped
from bioner_kd.text.document import Annotation


def as_annotation(entity: Entity) -> Annotation:
    """An entity as a mention of its document."""
    span = (entity.start, entity.end)
    return Annotation(entity.type, (span,), entity.text, score=entity.score)


def entity_in_source(entity: Entity, view: Unescaped, source: str) -> Entity:
    """An entity of an unescaped text as one of the text that was given."""
    start, end = view.in_source(entity.start, entity.end)
    return replace(entity, text=source[start:end], start=start, end=end)


def text_or_texts(method: str, value: object) -> str:
    """Says what a method got instead of a text, or of several."""
    return (
        f"{method} got a value of type {type(value).__name__}; pass one text, a str, to tag, and "
        "several, such as a list of str,"
    )


def check_texts(texts: Iterable[str]) -> Iterator[str]:
    """The texts as they are.

    Raises:
        InputError: one is no text; its number is said.
    """
    for number, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise InputError(f"Text {number} is of type {type(text).__name__}, not str.")
        yield text
