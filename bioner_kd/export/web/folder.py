"""The folder of the web page, and its model in Python, read as the page reads it."""

import json
import zlib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from bioner_kd.export.web.litert_js import compress
from bioner_kd.tagging.models.batching import Features, number_of_words
from bioner_kd.tagging.models.layout import LOGITS, length_signature
from bioner_kd.tagging.models.pieces import read_in_pieces
from bioner_kd.tagging.models.tflite import open_interpreter
from bioner_kd.tagging.tables import Tables

# As `page/worker.js` names them.
MODEL_FILE, TABLES_FILE, LITERT_FOLDER = "student.tflite.gz", "tables.json.gz", "litert"
# An entry of the tables: the CRC-32 of the model that they belong to.
MODEL_CHECKSUM = "model_crc32"


def write_web_folder(
    folder: Path, model: bytes, tables: Tables, litert_js: Mapping[str, bytes]
) -> None:
    """Writes a folder that any static server can host.

    Args:
        folder: does not exist yet.
        model: content of a .tflite file with signatures of fixed length alone.
        tables: of the student.
        litert_js: as `litert_js_files` gives them.
    """
    folder.mkdir()
    for name, content in page_files().items():
        (folder / name).write_bytes(content)
    # Plain static servers do not compress, so what is large is stored compressed.
    (folder / MODEL_FILE).write_bytes(compress(model))
    record = {**tables.to_json(), MODEL_CHECKSUM: zlib.crc32(model)}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    (folder / TABLES_FILE).write_bytes(compress(text.encode()))
    (folder / LITERT_FOLDER).mkdir()
    for name, content in litert_js.items():
        (folder / LITERT_FOLDER / name).write_bytes(content)


def page_files() -> dict[str, bytes]:
    """The page's own files by name."""
    files = (resources.files("bioner_kd.export.web") / "page").iterdir()
    return {file.name: file.read_bytes() for file in files if file.is_file()}


class FixedLengthModel:
    """A student's .tflite file, read through its signatures of fixed length."""

    # One thread for each thread that calls it.
    own_threads = False

    def __init__(self, content: bytes, lengths: Sequence[int]) -> None:
        """Opens it.

        Args:
            content: bytes of a .tflite file.
            lengths: those of its signatures.
        """
        self.lengths = tuple(sorted(lengths))
        self._interpreter = open_interpreter(content)
        self._runners = {
            length: self._interpreter.get_signature_runner(length_signature(length))
            for length in lengths
        }

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of a sentence, as `WordModel` says."""
        return self.batch_logits([features])[0]

    def batch_logits(self, sentences: Sequence[Features]) -> list[np.ndarray]:
        """Logits of several sentences, as `WordModel` says."""
        return read_in_pieces(lambda some: list(map(self._read, some)), sentences, self.lengths[-1])

    def _read(self, features: Features) -> np.ndarray:
        words = number_of_words(features)
        length = next(length for length in self.lengths if length >= words)
        inputs = {
            name: np.zeros((1, length, *ids.shape[1:]), ids.dtype) for name, ids in features.items()
        }
        for name, ids in features.items():
            inputs[name][0, :words] = ids
        return self._runners[length](**inputs)[LOGITS][0, :words].copy()
