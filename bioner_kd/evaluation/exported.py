"""Exported students as models that can be scored like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioner_kd.progress import track
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.exported import Exported, find_exported, read_manifest
from bioner_kd.tagging.models.layout import MANIFEST
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class ExportedStudent:
    """A student as the tagger reads it.

    Attributes:
        tagger: which has model and tables.
        tables: its words and rules.
        parameters: number of weights; 0 where no manifest says it.
        size: bytes of the model's files.
    """

    tagger: Tagger
    tables: Tables
    parameters: int
    size: int

    @property
    def decoder(self) -> Decoder:
        """Decodes the logits of the student to tags."""
        return self.tagger.decoder

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 64, *, name: str = ""
    ) -> list[np.ndarray]:
        """Logits of each word, float32 (words, tags) a sentence, in order.

        The tagger makes batches itself. With a name, the progress is shown under that name.
        """
        found = self.tagger.logits(sentences)
        shown = track(found, name, "sentence", len(sentences)) if name else found
        return list(shown)


def load_exported(folder: Path) -> ExportedStudent:
    """Opens an exported student; from an export folder, the form that the tagger chooses.

    Raises:
        InputError: it is damaged.
    """
    exported = find_exported(folder)
    manifest = read_manifest(folder) if (folder / MANIFEST).is_file() else {}
    # Early manifests do not say it, and damaged ones say anything.
    parameters = manifest.get("student", {}).get("parameters", 0)
    model, tables = exported.open()
    return ExportedStudent(
        Tagger(model, tables), tables, parameters if type(parameters) is int else 0, _size(exported)
    )


def _size(exported: Exported) -> int:
    if exported.model.is_file():
        return exported.model.stat().st_size
    return sum(path.stat().st_size for path in exported.model.rglob("*") if path.is_file())
