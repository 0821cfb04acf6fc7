"""A setting is declared once: its default, its meaning and its bound.

The flag, its help, the check of a value and the documentation are all made of this declaration.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from typing import Any

from bioner_kd.errors import UsageError, one_line

_DECLARATION = "setting"


@dataclass(frozen=True)
class Bound:
    """What a value must be.

    Attributes:
        rule: how a message says it, after "must be".
        holds: true, as Python takes it, for a value that is so.
    """

    rule: str
    holds: Callable[[Any], object]

    def __and__(self, other: "Bound") -> "Bound":
        """Both bounds at once."""
        return Bound(
            f"{self.rule} and {other.rule}", lambda value: self.holds(value) and other.holds(value)
        )


def at_least(least: float) -> Bound:
    """A number that is this one or larger."""
    return Bound(f"at least {least}", lambda value: value >= least)


def at_most(most: float) -> Bound:
    """A number that is this one or smaller."""
    return Bound(f"at most {most}", lambda value: value <= most)


def above(least: float) -> Bound:
    """A number that is larger than this one."""
    return Bound(f"above {least}", lambda value: value > least)


def below(most: float) -> Bound:
    """A number that is smaller than this one."""
    return Bound(f"below {most}", lambda value: value < most)


FINITE = Bound("finite", math.isfinite)
SHARE = Bound("in [0, 1]", lambda value: 0 <= value <= 1)
# What numpy and TensorFlow take as a seed.
SEED = Bound("in [0, 2**32)", lambda value: 0 <= value < 2**32)
NOT_EMPTY = Bound("at least one", bool)


@dataclass(frozen=True)
class Setting:
    """The declaration of a setting, but for its name and its default.

    Attributes:
        help: what it means, as --help and the documentation say it.
        bound: what a value must be; None where every value of its type will do.
        choices: allowed words, where they are few: of one word, or of each word of a list.
        repeated: whether its flag is given once for each value, instead of once with commas.
        required: whether its flag must be given.
        chosen: whether the program finds a value itself where the flag is not given.
    """

    help: str
    bound: Bound | None = None
    choices: tuple[str, ...] = ()
    repeated: bool = False
    required: bool = False
    chosen: bool = False

    def rule(self, *, many: bool) -> str:
        """What a value must be, in words; empty where every value of its type will do.

        Args:
            many: whether the setting is a list.
        """
        chosen = f"{'chosen from' if many else 'one of'} {', '.join(self.choices)}"
        bound = [self.bound.rule] if self.bound else []
        return ", ".join([chosen, *bound] if self.choices else bound)

    def check(self, name: str, value: Any) -> None:
        """Checks a value; None, of a setting that was left out, always passes.

        Raises:
            UsageError: the value is out of bounds.
        """
        many = isinstance(value, tuple)
        words = set(value if many else (value,))
        known = not self.choices or words <= set(self.choices)
        if value is None or (known and (self.bound is None or self.bound.holds(value))):
            return
        text = one_line(",".join(value)) if many else value
        raise UsageError(f"--{name}={text}: must be {self.rule(many=many)}.")


def setting(default: Any, help: str, **properties: Any) -> Any:
    """A field of a `Settings` class.

    Args:
        default: its value where none is given; `dataclasses.MISSING` where one has to be given.
        help: what it means.
        **properties: the other attributes of `Setting`.
    """
    return dataclasses.field(default=default, metadata={_DECLARATION: Setting(help, **properties)})


def same_setting(base: type["Settings"], name: str) -> Any:
    """A setting of another class, with its default and declaration, as a field of this one."""
    (field,) = (field for field in dataclasses.fields(base) if field.name == name)
    return dataclasses.field(default=field.default, metadata=field.metadata)


def without_default(base: type["Settings"], name: str) -> Any:
    """A setting of a base class as a field that has to be given."""
    declaration = dataclasses.replace(declarations(base)[name], chosen=False)
    return dataclasses.field(default=MISSING, metadata={_DECLARATION: declaration})


@dataclass(frozen=True)
class Settings:
    """A group of settings, each of them declared by `setting`.

    A subclass with rules on several settings adds them in a `__post_init__` of its own.
    """

    def __post_init__(self) -> None:
        """Checks the bound of each setting.

        Raises:
            UsageError: a value is out of bounds; the message names the setting as its flag.
        """
        for name, declaration in declarations(self).items():
            declaration.check(name, getattr(self, name))


def declarations(settings: Settings | type[Settings]) -> Mapping[str, Setting]:
    """The declarations of all settings, by name, in order.

    Raises:
        TypeError: a field was not declared by `setting`.
    """
    found = {}
    for field in dataclasses.fields(settings):
        if _DECLARATION not in field.metadata:
            raise TypeError(f"{field.name} has no help; declare it by bioner_kd.settings.setting.")
        found[field.name] = field.metadata[_DECLARATION]
    return found
