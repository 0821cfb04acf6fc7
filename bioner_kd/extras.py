"""Extras: which extra brings a module that the base install lacks, and messages about it."""

import importlib.util
import sys
import traceback
from collections.abc import Iterator

from bioner_kd.errors import InputError, one_line

# By the name that is imported.
EXTRA_OF = {
    "tensorflow": "train",
    "keras": "train",
    "transformers": "train",
    "tokenizers": "train",
    "safetensors": "train",
    "huggingface_hub": "train",
    "requests": "train",
    "h5py": "train",
    "seqeval": "train",
    "gensim": "train",
    "matplotlib": "study",
    "sklearn": "train",
    "scipy": "train",
    "spacy": "benchmark",
    "click": "benchmark",
    "sklearn_crfsuite": "benchmark",
    "tensorflow_serving": "serving",
    "grpc": "serving",
    "apache_beam": "scale",
}
# What TensorFlow 2.15 has wheels for; each of these extras needs it, but for those of any Python.
_OF_ANY_PYTHON = {"scale"}
_PYTHONS = ((3, 10), (3, 11))


def remedy(extra: str) -> str:
    """How to install an extra, as the end of a sentence."""
    command = f'pip install "bioner_kd[{extra}]"'
    if sys.version_info[:2] in _PYTHONS or extra in _OF_ANY_PYTHON:
        return command
    what = "training" if extra == "train" else f"bioner_kd[{extra}]"
    here = ".".join(map(str, sys.version_info[:2]))
    return f"{what} needs Python 3.10 or 3.11, and this is {here}; with one of those, {command}"


def missing(module: str) -> str:
    """Says that a module is not installed, and how to install its extra, without a full stop.

    Args:
        module: a name of `EXTRA_OF`.
    """
    return f"{module} is not installed here: {remedy(EXTRA_OF[module])}"


def require(*modules: str) -> None:
    """Looks for modules of extras, before any work is done.

    Raises:
        InputError: one is not installed.
    """
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise InputError(f"{missing(module)}.")


def explain(error: ImportError) -> str | None:
    """Explains a failed import where a package of an extra is the reason.

    Args:
        error: as it was caught, with its traceback.

    Returns:
        One line: which package is missing, or cannot be used, and what to do. None where no package
        of an extra has a part in it.
    """
    name = (error.name or "").partition(".")[0]
    if name in EXTRA_OF and isinstance(error, ModuleNotFoundError):
        return f"{missing(name)}."
    for module in (name, *_importing(error)):
        if module in EXTRA_OF:
            text = one_line(error).rstrip(".")
            return f"{module} cannot be used here ({text}): {remedy(EXTRA_OF[module])}."
    return None


def _importing(error: ImportError) -> Iterator[str]:
    # The packages that were being imported, the one that we asked for first: what it needs itself
    # may be what is missing. What calls us back, as keras does, has imported nothing.
    tops = [
        frame.f_globals.get("__name__", "").partition(".")[0]
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    ours = [place for place, top in enumerate(tops) if top == "bioner_kd"]
    yield from tops[ours[-1] + 1 if ours else 0 :]
