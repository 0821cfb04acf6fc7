"""Biomedical named entity recognition: BioBERT distilled into a BiLSTM.

`Tagger.load().tag(text)` finds entities with the ready student, and needs numpy and a TFLite
interpreter alone. What else is named here is imported when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from bioner_kd.errors import InputError, UsageError
    from bioner_kd.recipes.adaptation import adapt
    from bioner_kd.recipes.corpora import Corpus
    from bioner_kd.recipes.distillation import distil
    from bioner_kd.recipes.exporting import export_student
    from bioner_kd.recipes.fine_tuning import fine_tune
    from bioner_kd.recipes.labelling import label
    from bioner_kd.recipes.scoring import evaluate
    from bioner_kd.tagging.decoding import Entity
    from bioner_kd.tagging.tagger import Tagger
    from bioner_kd.text.document import Annotation, Document
    from bioner_kd.text.documents import read_documents
    from bioner_kd.text.writing import write_documents

__all__ = [
    "Annotation",
    "Corpus",
    "Document",
    "Entity",
    "InputError",
    "Tagger",
    "UsageError",
    "__version__",
    "adapt",
    "distil",
    "evaluate",
    "export_student",
    "fine_tune",
    "label",
    "read_documents",
    "write_documents",
]
# Where each name lives: `import bioner_kd` imports none of these modules.
_MODULES = {
    "Annotation": "text.document",
    "Corpus": "recipes.corpora",
    "Document": "text.document",
    "Entity": "tagging.decoding",
    "InputError": "errors",
    "Tagger": "tagging.tagger",
    "UsageError": "errors",
    "adapt": "recipes.adaptation",
    "distil": "recipes.distillation",
    "evaluate": "recipes.scoring",
    "export_student": "recipes.exporting",
    "fine_tune": "recipes.fine_tuning",
    "label": "recipes.labelling",
    "read_documents": "text.documents",
    "write_documents": "text.writing",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
