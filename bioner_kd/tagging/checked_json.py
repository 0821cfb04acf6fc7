"""Parts of a student's tables that came as JSON, each of which may be of any type."""

from typing import Any

from bioner_kd.errors import shown

# Characters that a folding may make of one: a stranger's must not make a page of a word.
LONGEST_FOLDING = 20


def texts_of(values: object, name: str) -> tuple[str, ...]:
    """Strings of a list; ValueError where it is anything else.

    Args:
        values: what should be a list of strings.
        name: what they are, for the message.
    """
    if not isinstance(values, list | tuple) or not set(map(type, values)) <= {str}:
        raise ValueError(f"{shown(name)} is no list of strings")
    return tuple(values)


def settings_of(settings: object) -> dict[str, Any]:
    """Settings of word features: a list of strings and whole numbers; else ValueError."""
    if not isinstance(settings, dict):
        raise ValueError("'config' is no JSON object")
    numbers = {name: value for name, value in settings.items() if name != "features"}
    for name, value in numbers.items():
        if type(value) is not int:
            raise ValueError(f"{shown(name)} is no whole number")
    return {**numbers, "features": texts_of(settings["features"], "features")}


def folding_of(table: object) -> dict[str, str]:
    """Replacements of single characters; ValueError where they are anything else."""
    if not isinstance(table, dict) or not set(map(type, table.values())) <= {str}:
        raise ValueError("'folding' is no JSON object of strings")
    for character, plain in table.items():
        if len(character) != 1 or len(plain) > LONGEST_FOLDING:
            raise ValueError(
                f"'folding' makes {shown(plain)} of {shown(character)}; it replaces single "
                f"characters, by {LONGEST_FOLDING} at most"
            )
    return table
