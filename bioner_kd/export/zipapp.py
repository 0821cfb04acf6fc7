"""tagger.pyz: the tagger as one file that Python runs and imports, without TensorFlow.

It has the modules of this package that the tagger imports. Equal sources give equal bytes.
"""

import ast
import pkgutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bioner_kd
from bioner_kd.atomic import atomic_file
from bioner_kd.text import formats

_PACKAGE = bioner_kd.__name__
_COMMAND = f"{_PACKAGE}.tagging.command"
# Modules that are imported by a name in a string, which no search finds.
_ROOTS = (
    _COMMAND,
    f"{_PACKAGE}.tagging.workers.worker",
    *(f"{formats.__name__}.{module.name}" for module in pkgutil.iter_modules(formats.__path__)),
)
# Old versions of Python can read this code, which says which version is needed.
_MAIN = f"""\
import sys

if sys.version_info < (3, 10):
    sys.exit("tagger.pyz needs Python 3.10 or later, and this is %d.%d: name another, such as "
             "python3.11 tagger.pyz." % sys.version_info[:2])
try:
    import numpy
except ImportError:
    sys.exit("tagger.pyz needs numpy, which %s lacks: run "
             "%s -m pip install numpy ai-edge-litert" % (sys.executable, sys.executable))

from pathlib import Path

from {_COMMAND} import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).absolute().parent))
"""
_SHEBANG = b"#!/usr/bin/env python3\n"
# The first time that a zip file can hold.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_zipapp(path: Path) -> None:
    """Writes tagger.pyz.

    Raises:
        InputError: the file cannot be written.
    """
    sources = {"__main__.py": _MAIN, **runtime_sources()}
    with atomic_file(path, "wb") as file:
        file.write(_SHEBANG)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in sorted(sources):
                entry = zipfile.ZipInfo(name, _TIME)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, sources[name])


def runtime_sources() -> dict[str, str]:
    """Sources of the modules that the tagger needs, by path from the parent of the package."""
    root = Path(bioner_kd.__file__).parent
    found: dict[str, str] = {}
    waiting = list(_ROOTS)
    while waiting:
        path = _file_of(waiting.pop(), root)
        name = path.relative_to(root.parent).as_posix() if path else ""
        if path and name not in found:
            found[name] = path.read_text(encoding="utf-8")
            waiting += _imports(found[name])
    return found


class _WithoutTypes(ast.NodeTransformer):
    """Removes the code under `if TYPE_CHECKING:`, which is never run."""

    def visit_If(self, node: ast.If) -> ast.AST | None:  # noqa: D102, N802
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else node


def _file_of(module: str, root: Path) -> Path | None:
    parts = module.split(".")
    base = root.parent.joinpath(*parts)
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if parts[0] == _PACKAGE and path.is_file()), None)


def _imports(source: str) -> Iterator[str]:
    # Every dotted name that an import can mean, with its parent packages. Names that are no module
    # of ours have no file.
    for node in ast.walk(_WithoutTypes().visit(ast.parse(source))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
