"""What a server answered becomes entities."""

from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.tagging.decoding import Entity, entities_from_tags
from bioner_kd.tagging.models.layout import NUM_WORDS, WORD_OUTPUTS

# Types of the values of each output. A server's JSON may write 1.0 as 1.
_TYPES: dict[str, set[type]] = {
    **dict.fromkeys(("words", "tags"), {str}),
    **dict.fromkeys(("starts", "ends"), {int}),
    "scores": {float, int},
}
# Probabilities in float32 may add up to a little more than 1.
_HIGHEST_SCORE = 1.001


def read_answer(
    texts: Sequence[str], rows: Sequence[Mapping[str, Any]], server: str
) -> list[list[Entity]]:
    """Joins the words of each text to entities.

    Args:
        texts: what was asked.
        rows: the outputs of the text signature for each text, padded lists by name, as JSON has
            them.
        server: its address, for messages.

    Raises:
        InputError: that is no answer to these texts.
    """
    try:
        if not isinstance(rows, list):
            raise TypeError("its answers are no list")
        if len(rows) != len(texts):
            raise ValueError(f"{len(rows)} answers to {len(texts)} texts")
        return [_entities(text, row) for text, row in zip(texts, rows, strict=True)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{server}: the model answered, but not as an exported student does "
            f"({type(error).__name__}: {one_line(error)}); check --model, and that "
            "bioner_kd export of this version made it."
        ) from error


def _entities(text: str, row: Mapping[str, Any]) -> list[Entity]:
    number = row[NUM_WORDS]
    if type(number) is not int or number < 0:
        raise ValueError(f"{NUM_WORDS} is {shown(number)}")
    words, tags, scores, starts, ends = (_column(row, name, number) for name in WORD_OUTPUTS)
    spans = list(zip(starts, ends, strict=True))
    last = 0
    for word, (start, end) in zip(words, spans, strict=True):
        if not last <= start < end or text[start:end] != word:
            raise ValueError(f"{shown(word)} does not stand where it is said to")
        last = end
    if not all(0 <= score <= _HIGHEST_SCORE for score in scores):
        raise ValueError("a score is no probability")
    return entities_from_tags(tags, scores, spans, text)


def _column(row: Mapping[str, Any], name: str, number: int) -> list[Any]:
    values = row[name]
    if not isinstance(values, list) or len(values) < number:
        raise ValueError(f"not {number} words in each output")
    if not set(map(type, values[:number])) <= _TYPES[name]:
        raise TypeError(f"{name} of another type")
    return values[:number]
