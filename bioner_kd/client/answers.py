"""What a server answered becomes entities."""

from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.artefact.layout import NUM_WORDS, WORD_OUTPUTS
from bioner_kd.encoding.decoding import Entity, entities_from_tags
from bioner_kd.errors import InputError


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
        if len(rows) != len(texts):
            raise ValueError(f"{len(rows)} answers to {len(texts)} texts")
        return [_entities(text, row) for text, row in zip(texts, rows, strict=True)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{server}: the model answered, but not as an exported student does "
            f"({type(error).__name__}: {error}); check --model, and that scripts/export.py of this "
            "version made it."
        ) from error


def _entities(text: str, row: Mapping[str, Any]) -> list[Entity]:
    number = row[NUM_WORDS]
    words, tags, scores, starts, ends = (list(row[name][:number]) for name in WORD_OUTPUTS)
    if {len(column) for column in (words, tags, scores, starts, ends)} != {number}:
        raise ValueError(f"not {number} words in each output")
    spans = list(zip(starts, ends, strict=True))
    wrong = [
        word for word, (start, end) in zip(words, spans, strict=True) if text[start:end] != word
    ]
    if wrong:
        raise ValueError(f"{wrong[0]!r} does not stand where it is said to")
    return entities_from_tags(tags, scores, spans, text)
