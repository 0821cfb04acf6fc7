"""Flags: which student is exported, in which forms, compared on what."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.export.config import FORMATS, QUANTIZATIONS, ExportConfig
from bioner_kd.export.release import ReleaseConfig
from bioner_kd.export.web.litert_js import VERSION
from bioner_kd.tagging.models.layout import MANIFEST, WEB


@dataclass(frozen=True)
class SourceChoice:
    """What is exported, and what it is compared on."""

    student: str = "saved_models/demo/student"
    split: str = "test"


SOURCE = FlagGroup(
    "Student",
    SourceChoice(),
    {
        "student": "Folder of the student, as bioner_kd distill made it.",
        "split": "Split of the corpus on which every exported model's tags are compared with the "
        "student's.",
    },
    {"split": SPLITS},
)
EXPORT = FlagGroup(
    "Export",
    ExportConfig(),
    {
        "format": f"What to make, of {', '.join(FORMATS)}. web is a folder for any static "
        "server, with a page that tags text in the browser; wheel is a package for pip install "
        "that holds the student alone.",
        "quantization": f"Weights of the .tflite files, one file each, of "
        f"{', '.join(QUANTIZATIONS)}: none is float32 and float16 is smaller, both give the "
        "student's own tags; dynamic is int8, with word vectors of four bits a number, the "
        "smallest and about twice as fast.",
        "model_version": "Version folder of the SavedModel; TF Serving serves the highest.",
        "vocabulary_size": "Word vectors to keep, those of the most useful words, where all of "
        "them are too large for a device; 0 keeps all.",
        "litert_js": "For web: folder with LiteRT.js's npm packages, where they cannot be fetched "
        f"from the npm registry: npm pack @litertjs/core@{VERSION} @litertjs/wasm-utils@{VERSION}",
        "wheel_quantization": "For wheel: weights of the one .tflite file that the wheel holds, of "
        f"{', '.join(QUANTIZATIONS)}.",
    },
)
RELEASE = FlagGroup(
    "Card and wheel",
    ReleaseConfig(),
    {
        "name": "Name of the student in its card (README.md) and its wheel, by which Tagger.load "
        "finds it after pip install. Where empty, the name of the output folder, or of the folder "
        "above if the output folder is called export.",
        "wheel_version": "Version of the wheel.",
        "license": "Licence of the student as an SPDX identifier, such as apache-2.0 or cc-by-4.0; "
        "unknown if empty.",
        "license_file": "File with the text of that licence, which goes into the wheel.",
        "language": "Code of the language that the student reads, for its card.",
    },
)


def summary(manifest: Mapping[str, Any]) -> str:
    """The comparison of a manifest as a table for the terminal."""
    from bioner_kd.evaluation.table import aligned_text, human_bytes

    comparison = manifest["comparison"]
    rows = [("Model", "Size", "F1 (conlleval)", f"Tags that differ, of {comparison['words']:,}")]
    rows.append(("Keras student", "–", f"{comparison['keras']['f1']:.2f}", "–"))
    for model in manifest["models"].values():
        parity = model["parity"]
        f1, differing = f"{parity['score']['f1']:.2f}", f"{parity['tags_that_differ']:,}"
        rows.append((model["path"], human_bytes(model["bytes"]), f1, differing))
    return aligned_text(rows)


def digests(manifest: Mapping[str, Any], folder: Path) -> str:
    """A line for each file of an export as sha256sum writes it, SHA-256 and name, and a heading."""
    path = shlex.quote(str(folder / MANIFEST))
    lines = [f"{entry['sha256']}  {name}" for name, entry in manifest["files"].items()]
    return "\n".join([f"SHA-256 of each file, as {path} has it:", *lines, ""])


def how_to_open(manifest: Mapping[str, Any], folder: Path) -> str:
    """A line each on how the page of an export is served and how its wheel is installed."""
    lines = ""
    if web := manifest["models"].get(WEB):
        path = shlex.quote(str(folder / web["path"]))
        lines += (
            f"Open http://localhost:8000 after: python -m http.server --directory {path} 8000\n"
        )
    if wheel := manifest.get("wheel"):
        path = shlex.quote(str(folder / wheel["path"]))
        lines += f"Tagger.load({wheel['name']!r}) finds the student after: pip install {path}\n"
    return lines
