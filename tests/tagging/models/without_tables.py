"""A .tflite file as it was before its tables came into it."""

import io
import zipfile


def without_tables(content: bytes) -> bytes:
    """Cuts the tables off."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content[: archive.getinfo("tables.json").header_offset]
