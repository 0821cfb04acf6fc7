"""A configuration dataclass becomes flags, and flags become the dataclass again."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from absl import flags

Config = TypeVar("Config")


@dataclass(frozen=True)
class FlagGroup:
    """One configuration and what its flags' help says.

    Attributes:
        title: heading in --help.
        default: instance of a frozen dataclass; its values are the flags' defaults.
        help: what each flag means, by field.
        choices: allowed values of a field, where they are few words.
        repeated: fields whose flag is given once a value, instead of once with commas.
        required: fields whose flag must be given.
        chosen: fields whose value the program finds itself where the flag is not given.
    """

    title: str
    default: Any
    help: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()

    def names(self) -> tuple[str, ...]:
        """Names of its flags: the dataclass's fields."""
        return tuple(field.name for field in dataclasses.fields(self.default))

    def define(self, values: flags.FlagValues) -> None:
        """Defines a flag for each field."""
        for name in self.names():
            self._define_one(name, getattr(self.default, name), values)

    def _define_one(self, name: str, default: Any, values: flags.FlagValues) -> None:
        help_text = self.help[name]
        if name in self.choices:
            flags.DEFINE_enum(
                name, default, list(self.choices[name]), help_text, flag_values=values
            )
        elif name in self.repeated:
            flags.DEFINE_multi_string(name, list(default), help_text, flag_values=values)
        elif isinstance(default, bool):
            flags.DEFINE_boolean(name, default, help_text, flag_values=values)
        elif isinstance(default, int) or self._type(name) == int | None:
            flags.DEFINE_integer(name, default, help_text, flag_values=values)
        elif default is None or isinstance(default, float):  # None: a number that may be left out
            flags.DEFINE_float(name, default, help_text, flag_values=values)
        elif isinstance(default, tuple):
            flags.DEFINE_list(name, list(default), help_text, flag_values=values)
        else:
            flags.DEFINE_string(name, default, help_text, flag_values=values)

    def _type(self, name: str) -> Any:
        return get_type_hints(type(self.default))[name]

    def read(self, values: flags.FlagValues) -> Any:
        """The dataclass with the flags' values.

        Raises:
            UsageError: a value is out of bounds; the dataclass checks itself.
        """
        given = {name: values[name].value for name in self.names()}
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return type(self.default)(**{**given, **lists})
