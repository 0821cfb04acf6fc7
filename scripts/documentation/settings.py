"""A hook of mkdocs: the tables of settings in docs/api.md, made of their declarations.

In a page, the line `::: settings bioner_kd.student.config.StudentConfig` becomes a heading, what
the class says of itself and a table with flag, default, bound and meaning of each setting.
"""

import dataclasses
import importlib
import inspect
import re
from typing import Any

from bioner_kd.settings import Settings, declarations

_LINE = re.compile(r"^::: settings ([\w.]+)$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What mkdocs calls with each page: the page with its tables."""
    return _LINE.sub(lambda line: settings_section(line[1]), markdown)


def settings_section(path: str) -> str:
    """Heading, description and table of a class of settings.

    Args:
        path: dotted name of the class.
    """
    module, _, name = path.rpartition(".")
    settings: type[Settings] = getattr(importlib.import_module(module), name)
    rows = "\n".join(_rows(settings))
    return (
        f"### `{path}`\n\n{inspect.getdoc(settings)}\n\n"
        f"| Setting | Default | Must be | Meaning |\n|---|---|---|---|\n{rows}\n"
    )


def _rows(settings: type[Settings]) -> list[str]:
    defaults = {field.name: field.default for field in dataclasses.fields(settings)}
    return [
        f"| `{name}` | {_default(defaults[name])} "
        f"| {_cell(declared.rule(many=isinstance(defaults[name], tuple)))} "
        f"| {_cell(declared.help)} |"
        for name, declared in declarations(settings).items()
    ]


def _default(value: Any) -> str:
    if value is dataclasses.MISSING:
        return "has to be given"
    return f"`{value!r}`"


def _cell(text: str) -> str:
    """Text in a table: no sign of it is taken for Markdown."""
    return re.sub(r"([\\|*_<>\[\]`])", r"\\\1", text)
