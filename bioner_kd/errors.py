"""The two ways a person can be asked to mend something, and what helps to say it."""

from collections.abc import Mapping


class InputError(ValueError):
    """Data, a file or a folder is not what it should be; says what, where and how to mend it."""


class UsageError(ValueError):
    """A setting is out of bounds, or two settings contradict each other."""


def shown(text: str, most: int = 80) -> str:
    """A name or a value out of a file or an answer, as a message may quote it: in one short line.

    Args:
        text: of any length.
        most: characters of it that are shown; what is cut off is told by an ellipsis.

    Returns:
        The text; what does not print, such as a control character, is escaped as Python writes it.
    """
    start = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in start)


def tensorflow_reason(message: str) -> str:
    """What went wrong, out of TensorFlow's message of a file that could not be written.

    It names the file before, as "/a/b; No space left on device [Op:SaveV2]" does.
    """
    return message.rpartition("; ")[2].partition(" [Op:")[0]


def check_bounds(settings: object, rules: Mapping[str, tuple[bool, str]]) -> None:
    """Checks settings that are named as their flags are.

    Args:
        settings: has them as attributes.
        rules: by name, whether the value will do, and what it must be.

    Raises:
        UsageError: one will not do: the first.
    """
    for name, (holds, rule) in rules.items():
        if not holds:
            value = getattr(settings, name)
            text = ",".join(value) if isinstance(value, tuple) else value
            raise UsageError(f"--{name}={text}: must be {rule}.")


def at_least(settings: object, minimum: int, *names: str) -> dict[str, tuple[bool, str]]:
    """The rules of `check_bounds` for numbers that have a minimum."""
    return {name: (getattr(settings, name) >= minimum, f"at least {minimum}") for name in names}
