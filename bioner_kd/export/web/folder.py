"""Writes the web page: its own files, the model, the tables and LiteRT.js."""

import json
import zlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from bioner_kd.export.web.litert_js import compress
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
