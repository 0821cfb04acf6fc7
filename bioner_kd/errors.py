"""Errors that ask a person to mend data or settings, and functions for their messages."""

import reprlib
from pathlib import PurePath


class InputError(ValueError):
    """Data, a file or a folder is not what it should be; says what, where and how to mend it."""


class NewerFormatError(InputError):
    """A file is of a format that a later version of this package writes."""


class UsageError(ValueError):
    """A setting is out of bounds, or two settings contradict each other."""


def check_format(found: object, newest: int, where: str) -> int:
    """The number of a file's format, which must be one that this version reads.

    Args:
        found: what the file says.
        newest: the highest number that is read; all from 1 to it are.
        where: the file, for the message.

    Raises:
        NewerFormatError: it is higher.
        ValueError: it is no whole number above 0.
    """
    if type(found) is not int or found < 1:  # a bool is no int here
        name = PurePath(where).name
        raise ValueError(f"{name} has the format {shown(found)}, no whole number from 1 on")
    if found > newest:
        raise NewerFormatError(
            f"{where}: has the format {shown(found)}, and this version reads {newest} at most; a "
            "newer version of bioner_kd made it, so update bioner_kd."
        )
    return found


class _Shown(reprlib.Repr):
    """Writes values of any size and depth in little time."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 3, limit, limit

    def repr_int(self, value: int, level: int) -> str:
        # Python takes long to write the digits of a huge number, or refuses to.
        bits = value.bit_length()
        return f"a number of {bits} bits" if bits > 256 else repr(value)


def shown(value: object, limit: int = 80) -> str:
    """Shows a name or value from a file as a message may quote it.

    A file can hold text of megabytes, and characters that move a terminal's cursor.

    Args:
        value: text, which is put in quotation marks, a number, or what JSON can hold.
        limit: most characters of the result, at least 2.

    Returns:
        One line: what `repr` writes, cut in the middle where it is long.
    """
    text = _Shown(limit).repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(message: object, limit: int = 300) -> str:
    """Puts a message of a library, which may quote a file, on one line for our own message.

    Args:
        message: an error or its text.
        limit: most characters of the result.

    Returns:
        One line without quotation marks around it, control characters escaped.
    """
    text = " ".join(str(message)[: limit + 1].split())
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def tensorflow_reason(message: str) -> str:
    """Finds the reason in TensorFlow's message about a file that could not be written.

    It names the file before, as "/a/b; No space left on device [Op:SaveV2]" does.
    """
    return message.rpartition("; ")[2].partition(" [Op:")[0]
