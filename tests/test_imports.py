"""The import layers: who may import whom, and what must not be imported at all."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROWS = (
    {""},  # bioner_kd/__init__.py
    {"errors", "regular_file"},
    {"lock"},
    {"atomic", "bounded", "extras", "progress", "settings"},
    {"text"},
    {"tagging"},
    {"corpus"},
    {"encoding"},
    {"training", "evaluation", "vectors"},
    {"distill", "teacher", "student"},
    {"teacher.ensemble"},
    {"export"},
    {"recipes"},
    {"scale"},
    {"lab"},
    {"lab.benchmark"},
    {"lab.study"},
    {"cli"},
    {"scripts", "__main__"},
)
ROOT_MODULE = "bioner_kd/__init__.py"
ROW_OF = {package: row for row, packages in enumerate(ROWS) for package in packages}
SIDEWAYS = {("distill", "student")}
# What is installed with the tagger alone, and what of others it may import.
BASE = {"text", "tagging"}
BASE_LIBRARIES = {"numpy", "ai_edge_litert", "tflite_runtime", "tensorflow"}
# The module that spaCy imports by its entry point, and no module of ours.
SPACY_COMPONENT = "bioner_kd.tagging.spacy_component"
# The format of spaCy's own files, which imports spaCy where it reads or writes one.
SPACY_FORMAT = "bioner_kd/text/formats/docbin.py"
# What is imported where a server is called, or a student of the Hugging Face hub is named.
CLIENT_LIBRARIES = {"grpc", "tensorflow_serving", "huggingface_hub"}
# In pieces, so that this file does not contain what it looks for.
FORBIDDEN_TEXTS = ("tf" + ".keras", "tensorflow" + ".keras", "from tensorflow " + "import keras")


def package_of(module: str) -> str:
    """The row's member that a dotted name of ours belongs to, "" for the root package itself."""
    top, *inner = module.split(".")
    if top == "scripts":
        return top
    return next(
        (name for end in (2, 1) if (name := ".".join(inner[:end])) in ROW_OF), (inner + [""])[0]
    )


def absolute(node: ast.ImportFrom, path: str) -> str:
    """The dotted name after `from`, with leading dots resolved from the importing file."""
    if not node.level:
        return node.module or ""
    above = path.removesuffix(".py").split("/")[: -node.level]
    return ".".join([*above, *([node.module] if node.module else [])])


def named(node: ast.AST, path: str) -> list[str]:
    """The dotted names that a statement or a call such as importlib.import_module imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{absolute(node, path)}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        if ast.unparse(node.func).endswith(("import_module", "__import__")):
            return [str(node.args[0].value)]
    return []


def imports(path: str, source: str) -> Iterator[tuple[str, int, bool]]:
    """Every import anywhere in a file: (dotted name, line, whether importing the file runs it)."""
    nodes = list(ast.walk(ast.parse(source)))
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in nodes:
        for name in named(node, path):
            yield name, node.lineno, id(node) not in inside


def layer_fault(importer: str, imported: str) -> str | None:
    """Why a package of ours may not import another, None where it may."""
    for package in (importer, imported):
        if package not in ROW_OF:
            return f"{package!r} has no row in the layers"
    below = ROW_OF[imported] < ROW_OF[importer] or (importer, imported) in SIDEWAYS
    return None if below or importer == imported else f"{importer} may not import {imported}"


def base_fault(package: str, name: str, at_import: bool) -> str | None:
    """Why the tagger may not import something foreign, None where it may."""
    top = name.split(".")[0]
    lazy = {"tensorflow"} | CLIENT_LIBRARIES
    if top not in sys.stdlib_module_names | BASE_LIBRARIES | lazy:
        return f"{package} may not import {top}"
    if top in lazy and at_import:
        return f"{package} may import {top} inside a function only"
    return None


def fault(package: str, name: str, at_import: bool) -> str | None:
    """What is wrong with one import, None where nothing is."""
    if f"{name}.".startswith(f"{SPACY_COMPONENT}."):
        return "spaCy alone imports this module"
    if name.split(".")[0] in ("bioner_kd", "scripts"):
        return layer_fault(package, package_of(name.removesuffix(".__version__")))
    if f"{name}.".startswith(("tensorflow" + ".keras.", "tensorflow.python" + ".keras.")):
        return "write `import keras`"
    if (f"{name}.".startswith("absl.flags.") or name == "absl") and package != "cli":
        return "absl.flags belongs to cli; import absl.logging or absl.app by name"
    return base_fault(package, name, at_import) if package in BASE else None


def without_types(source: str) -> str:
    """The source without what stands under `if TYPE_CHECKING:`, which is never run."""
    tree = ast.parse(source)
    tree.body = [
        ast.Pass(lineno=node.lineno, col_offset=0)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        else node
        for node in tree.body
    ]
    return ast.unparse(tree)


def faults(path: str, source: str) -> list[str]:
    """All breaches of the layers in one file; `path` is relative to the checkout, with slashes."""
    package = package_of(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    if path == ROOT_MODULE:
        source = without_types(source)
    named_there = imports(path, source)
    if path == f"{SPACY_COMPONENT.replace('.', '/')}.py":
        named_there = (found for found in named_there if found[0].split(".")[0] != "spacy")
    if path == SPACY_FORMAT:
        named_there = (one for one in named_there if one[2] or one[0].split(".")[0] != "spacy")
    found = [(line, fault(package, name, early)) for name, line, early in named_there]
    return [f"{path}:{line}: {what}" for line, what in found if what]


def importers(files: dict[str, str], name: str) -> list[str]:
    """The files that import a foreign package anywhere."""
    return [
        path
        for path, source in files.items()
        if any(found.split(".")[0] == name for found, _, _ in imports(path, source))
    ]


def forbidden_lines(path: str, text: str) -> list[str]:
    """The places of a file that mention the Keras that must not be touched."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"{path}:{n}: {bad}" for n, line in lines for bad in FORBIDDEN_TEXTS if bad in line]


def read(*patterns: str) -> dict[str, str]:
    """Text of the checkout's files by relative path."""
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


PRODUCT = read("bioner_kd/**/*.py", "scripts/**/*.py")


def test_every_module_imports_only_from_rows_below_its_own() -> None:
    assert "bioner_kd/errors.py" in PRODUCT
    assert [breach for path, source in PRODUCT.items() for breach in faults(path, source)] == []


def test_the_engine_is_imported_by_scale_alone() -> None:
    found = importers(PRODUCT, "apache_beam")
    assert found and {package_of(path.replace("/", ".")) for path in found} == {"scale"}


def test_at_most_one_module_imports_tensorflow_addons() -> None:
    assert len(importers(PRODUCT, "tensorflow_addons")) <= 1


def test_the_keras_inside_tensorflow_is_mentioned_nowhere() -> None:
    folders = ("bioner_kd", "scripts", "tests", "flags", "saved_models", "docs", ".ci")
    kinds = ("py", "md", "cfg", "sh")
    texts = read(
        "*.py", "*.md", "*.toml", *(f"{folder}/**/*.{kind}" for folder in folders for kind in kinds)
    )
    assert "tests/test_imports.py" in texts
    assert [place for path, text in texts.items() for place in forbidden_lines(path, text)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bioner_kd/corpus/a.py", "from bioner_kd.encoding import batches"),
        ("bioner_kd/text/a.py", "from bioner_kd.tagging import decoding"),
        ("bioner_kd/tagging/a.py", "from bioner_kd.corpus import splits"),
        ("bioner_kd/corpus/a.py", "import bioner_kd.student.model"),
        ("bioner_kd/corpus/a.py", "from bioner_kd import encoding"),
        ("bioner_kd/corpus/a.py", "from ..encoding import decoding"),
        ("bioner_kd/corpus/__init__.py", "from ..encoding import decoding"),
        ("bioner_kd/corpus/a.py", "from .. import encoding"),
        ("bioner_kd/corpus/a.py", "def f():\n    from bioner_kd.encoding import decoding"),
        ("bioner_kd/corpus/a.py", "class A:\n    async def f(self):\n        import bioner_kd.cli"),
        ("bioner_kd/corpus/a.py", "if TYPE_CHECKING:\n    import bioner_kd.encoding.batches"),
        ("bioner_kd/corpus/a.py", "importlib.import_module('bioner_kd.encoding')"),
        ("bioner_kd/errors.py", "import bioner_kd.atomic"),
        ("bioner_kd/__init__.py", "from bioner_kd.errors import InputError"),
        ("bioner_kd/training/a.py", "import bioner_kd.evaluation.scores"),
        ("bioner_kd/evaluation/a.py", "import bioner_kd.training.run"),
        ("bioner_kd/teacher/a.py", "import bioner_kd.student.model"),
        ("bioner_kd/student/a.py", "import bioner_kd.teacher.model"),
        ("bioner_kd/student/a.py", "import bioner_kd.distill.distiller"),
        ("bioner_kd/distill/a.py", "import bioner_kd.teacher.model"),
        ("bioner_kd/export/a.py", "import bioner_kd.lab.benchmark.child"),
        ("bioner_kd/tagging/a.py", "import bioner_kd.export.folder"),
        ("bioner_kd/export/a.py", "import bioner_kd.lab.study.plan"),
        ("bioner_kd/tagging/a.py", "import bioner_kd.lab.benchmark.child"),
        ("bioner_kd/lab/benchmark/a.py", "import bioner_kd.lab.study.costs"),
        ("bioner_kd/teacher/a.py", "import bioner_kd.teacher.ensemble.teachers"),
        ("bioner_kd/lab/study/a.py", "import bioner_kd.cli.program"),
        ("bioner_kd/cli/a.py", "import scripts.distill"),
        ("bioner_kd/cli/a.py", "import bioner_kd.newcomer"),
        ("bioner_kd/newcomer/a.py", "import bioner_kd.errors"),
        ("bioner_kd/student/a.py", "from absl import flags"),
        ("bioner_kd/student/a.py", "from absl import app, flags as f"),
        ("bioner_kd/student/a.py", "def f():\n    from absl.flags import FLAGS"),
        ("bioner_kd/student/a.py", "import absl"),
        ("scripts/a.py", "import absl.flags"),
        ("bioner_kd/student/a.py", "from tensorflow import nn, " + "keras"),
        ("bioner_kd/student/a.py", "import tensorflow" + ".keras.layers as layers"),
        ("bioner_kd/student/a.py", "from tensorflow.python " + "import keras"),
        ("bioner_kd/tagging/a.py", "import keras"),
        ("bioner_kd/tagging/a.py", "from absl import logging"),
        ("bioner_kd/tagging/a.py", "def f():\n    import transformers"),
        ("bioner_kd/tagging/a.py", "import tensorflow as tf"),
        (
            "bioner_kd/tagging/a.py",
            "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None",
        ),
        ("bioner_kd/tagging/a.py", "class A:\n    import tensorflow"),
        ("bioner_kd/tagging/a.py", "import bioner_kd.student.model"),
        ("bioner_kd/tagging/models/a.py", "import tensorflow"),
        ("bioner_kd/tagging/client/a.py", "import grpc"),
        ("bioner_kd/tagging/a.py", "from huggingface_hub import hf_hub_download"),
        ("bioner_kd/text/a.py", "import numpy, absl"),
        ("bioner_kd/tagging/a.py", "import spacy"),
        ("bioner_kd/tagging/a.py", "def f():\n    from spacy.tokens import Doc"),
        ("bioner_kd/text/formats/a.py", "def f():\n    import spacy.tokens"),
        (SPACY_FORMAT, "import spacy.tokens"),
        ("bioner_kd/tagging/a.py", "from bioner_kd.tagging import spacy_component"),
        ("bioner_kd/cli/a.py", "from bioner_kd.tagging.spacy_component import make_component"),
        ("bioner_kd/tagging/spacy_component.py", "import absl.logging"),
    ],
)
def test_a_forbidden_import_is_found(path: str, source: str) -> None:
    line = source.count("\n", 0, source.rindex("import")) + 1
    assert [breach.split(": ")[0] for breach in faults(path, source)] == [f"{path}:{line}"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bioner_kd/atomic.py", "from bioner_kd.errors import InputError"),
        ("bioner_kd/encoding/a.py", "from bioner_kd.text import iob2\nfrom . import batches"),
        ("bioner_kd/encoding/__init__.py", "from .batches import pad"),
        ("bioner_kd/distill/a.py", "from bioner_kd.student.model import build"),
        ("bioner_kd/student/a.py", "import keras\nfrom absl import logging\nimport absl.logging"),
        ("bioner_kd/student/a.py", "from tensorflow import nn\nimport tensorflow_addons"),
        ("bioner_kd/export/a.py", "from bioner_kd import __version__\nimport bioner_kd"),
        ("bioner_kd/__init__.py", "if TYPE_CHECKING:\n    from bioner_kd.errors import InputError"),
        ("bioner_kd/__main__.py", "from bioner_kd.cli.command import main"),
        ("bioner_kd/cli/a.py", "from absl import app, flags\nimport bioner_kd.tagging.tagger"),
        ("scripts/a.py", "from absl import app\nfrom bioner_kd.cli import distill"),
        (
            "bioner_kd/tagging/a.py",
            "import json, numpy as np\nfrom ai_edge_litert import interpreter",
        ),
        (
            "bioner_kd/tagging/a.py",
            "from bioner_kd.text.sentence import Sentence\nfrom . import tagger",
        ),
        ("bioner_kd/tagging/a.py", "def f():\n    import tensorflow as tf"),
        ("bioner_kd/tagging/a.py", "from bioner_kd.tagging.models.tflite import TFLiteModel"),
        ("bioner_kd/tagging/spacy_component.py", "from spacy.tokens import Doc"),
        (SPACY_FORMAT, "def f():\n    import spacy.tokens"),
        ("bioner_kd/teacher/ensemble/a.py", "import bioner_kd.student.model"),
        ("bioner_kd/export/a.py", "from bioner_kd.tagging.models import layout"),
    ],
)
def test_an_allowed_import_passes(path: str, source: str) -> None:
    assert faults(path, source) == []


def test_a_second_importer_of_tensorflow_addons_is_found() -> None:
    files = {
        "a.py": "import tensorflow_addons as tfa",
        "b.py": "def f():\n    from tensorflow_addons import text",
    }
    assert importers(files | {"c.py": "import tensorflow"}, "tensorflow_addons") == ["a.py", "b.py"]


@pytest.mark.parametrize("text", FORBIDDEN_TEXTS)
def test_a_forbidden_text_is_found(text: str) -> None:
    assert forbidden_lines("a.md", f"fine\nsays {text} here") == [f"a.md:2: {text}"]


BLOCKER = """
import importlib, pkgutil, sys

class Blocker:
    blocked = {"tensorflow", "keras", "transformers", "absl", "spacy", "huggingface_hub"}
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.blocked:
            raise ModuleNotFoundError(f"{name} is blocked here", name=name)

sys.meta_path.insert(0, Blocker())
"""
IMPORT_ALL = f"""
import bioner_kd.tagging, bioner_kd.text
for package in (bioner_kd.tagging, bioner_kd.text):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name != "{SPACY_COMPONENT}":
            importlib.import_module(module.name)
assert not Blocker.blocked & set(sys.modules)
"""


# What a run of tag_corpus imports in its own process and in those of its workers.
IMPORT_SCALE = """
import bioner_kd.scale
Blocker.blocked.remove("absl")
for module in pkgutil.walk_packages(bioner_kd.scale.__path__, "bioner_kd.scale."):
    if importlib.util.find_spec("apache_beam") or module.name == "bioner_kd.scale.tag_corpus":
        importlib.import_module(module.name)
assert not Blocker.blocked & set(sys.modules)
"""


def run_blocked(program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a process where importing a model library raises."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", BLOCKER + program],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )


def test_the_tagger_imports_without_any_model_library() -> None:
    finished = run_blocked(IMPORT_ALL)
    assert finished.returncode == 0, finished.stderr


def test_collections_are_tagged_without_any_model_library() -> None:
    finished = run_blocked("import importlib.util" + IMPORT_SCALE)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    "name", ["tensorflow", "keras.layers", "transformers", "absl.logging", "spacy"]
)
def test_a_model_library_really_is_out_of_reach_there(name: str) -> None:
    finished = run_blocked(f"import {name}")
    assert finished.returncode == 1
    assert "is blocked here" in finished.stderr
