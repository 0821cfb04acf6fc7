"""A group of settings becomes flags, and flags become the settings again."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from absl import flags

from bioner_kd.settings import Setting, Settings, declarations


@dataclass(frozen=True)
class FlagGroup:
    """Settings whose flags stand under one heading.

    Attributes:
        title: heading in --help.
        default: its values are the flags' defaults.
        help: what a setting means where a program means something else than its declaration says.
    """

    title: str
    default: Settings
    help: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def settings(self) -> dict[str, Setting]:
        """Declarations of the settings by name, with the help that this group gives them."""
        return {
            name: dataclasses.replace(setting, help=self.help.get(name, setting.help))
            for name, setting in declarations(self.default).items()
        }

    def names(self) -> tuple[str, ...]:
        """Names of the flags: those of the settings."""
        return tuple(declarations(self.default))

    def define(self, values: flags.FlagValues) -> None:
        """Defines a flag for each setting."""
        types = get_type_hints(type(self.default))
        for name, setting in self.settings().items():
            _define(name, getattr(self.default, name), setting, types[name], values)

    def read(self, values: flags.FlagValues) -> Any:
        """The settings with the flags' values.

        Raises:
            UsageError: a value is out of bounds; the settings check themselves.
        """
        given = {name: values[name].value for name in self.names()}
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return type(self.default)(**{**given, **lists})


def _define(
    name: str, default: Any, setting: Setting, type_: Any, values: flags.FlagValues
) -> None:
    if isinstance(default, tuple):
        define = _DEFINE_MANY[setting.repeated]
        define(name, list(default), setting.help, flag_values=values)
    elif setting.choices:
        flags.DEFINE_enum(name, default, setting.choices, setting.help, flag_values=values)
    else:
        _DEFINE[type_](name, default, setting.help, flag_values=values)


_DEFINE_MANY: dict[bool, Callable[..., Any]] = {
    True: flags.DEFINE_multi_string,
    False: flags.DEFINE_list,
}
_DEFINE: dict[Any, Callable[..., Any]] = {
    bool: flags.DEFINE_boolean,
    int: flags.DEFINE_integer,
    int | None: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    float | None: flags.DEFINE_float,
    str: flags.DEFINE_string,
}
