"""Biomedical named entity recognition: BioBERT distilled into a BiLSTM.

`Tagger.load().tag(text)` finds entities with the ready student, and needs numpy and a TFLite
interpreter alone. What else is named here is imported when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from bioner_kd.errors import InputError, UsageError
    from bioner_kd.tagging.decoding import Entity
    from bioner_kd.tagging.tagger import Tagger

__all__ = ["Entity", "InputError", "Tagger", "UsageError", "__version__"]
# Where each name lives: `import bioner_kd` imports none of these modules.
_MODULES = {
    "Entity": "bioner_kd.tagging.decoding",
    "InputError": "bioner_kd.errors",
    "Tagger": "bioner_kd.tagging.tagger",
    "UsageError": "bioner_kd.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
