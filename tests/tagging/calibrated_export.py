"""An export whose scores are calibrated by made-up curves."""

import json
from pathlib import Path

from bioner_kd.tagging.calibration import Calibration, Curve, Knot

from .models.without_tables import without_tables

CURVE = Curve(90, (Knot(0.3, 0.1, 0.6), Knot(0.6, 0.5, 0.7), Knot(0.95, 0.7, 0.9)))


def write_calibrated(export: Path, folder: Path, types: tuple[str, ...]) -> Path:
    """Writes a model of an export beside tables with a calibration of some types.

    Returns:
        The .tflite file.
    """
    record = json.loads((export / "tables.json").read_text(encoding="utf-8"))
    calibration = Calibration(dict.fromkeys(types, CURVE))
    record["postprocessing"] = {"calibration": calibration.to_json()}
    (folder / "tables.json").write_text(json.dumps(record), encoding="utf-8")
    model = folder / "student_float32.tflite"
    model.write_bytes(without_tables((export / model.name).read_bytes()))
    return model
