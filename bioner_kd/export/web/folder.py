"""The folder of the web page, and its model in Python, read as the page reads it."""

import json
import zlib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from bioner_kd.export.web.litert_js import compress
from bioner_kd.tagging.models.layout import LOGITS, length_signature
from bioner_kd.tagging.models.tflite import open_interpreter
from bioner_kd.tagging.models.word_model import Features, number_of_words, read_in_pieces
from bioner_kd.tagging.tables import Tables

# Names in `page/worker.js`.
MODEL_FILE, TABLES_FILE, LITERT_FOLDER = "student.tflite.gz", "tables.json.gz", "litert"
# Entry of the tables with the CRC-32 of the model that they belong to.
MODEL_CHECKSUM = "model_crc32"


def write_web_folder(
    folder: Path, model: bytes, tables: Tables, litert_js: Mapping[str, bytes]
) -> None:
    """Writes a folder that any static server can host.

    Args:
        folder: must not exist.
        model: content of a .tflite file that has only signatures of fixed length.
        tables: of the student.
        litert_js: the files that `litert_js_files` gives.
    """
    folder.mkdir()
    for name, content in page_files().items():
        (folder / name).write_bytes(content)
    # Static servers do not compress, so large files are stored compressed.
    (folder / MODEL_FILE).write_bytes(compress(model))
    record = {**tables.to_json(), MODEL_CHECKSUM: zlib.crc32(model)}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    (folder / TABLES_FILE).write_bytes(compress(text.encode()))
    (folder / LITERT_FOLDER).mkdir()
    for name, content in litert_js.items():
        (folder / LITERT_FOLDER / name).write_bytes(content)


def page_files() -> dict[str, bytes]:
    """The files of the page by name."""
    files = (resources.files("bioner_kd.export.web") / "page").iterdir()
    return {file.name: file.read_bytes() for file in files if file.is_file()}


class FixedLengthModel:
    """A .tflite file that is read as the page reads it: sentences padded to a fixed length."""

    # It uses the thread that calls it alone.
    own_threads = False

    def __init__(self, content: bytes, lengths: Sequence[int]) -> None:
        """Opens the file.

        Args:
            content: bytes of a .tflite file.
            lengths: numbers of words of its signatures.
        """
        self.lengths = tuple(sorted(lengths))
        self._interpreter = open_interpreter(content)
        self._runners = {
            length: self._interpreter.get_signature_runner(length_signature(length))
            for length in lengths
        }

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of a sentence, as in `WordModel`."""
        return self.batch_logits([features])[0]

    def batch_logits(self, sentences: Sequence[Features]) -> list[np.ndarray]:
        """Logits of several sentences, as in `WordModel`."""
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
