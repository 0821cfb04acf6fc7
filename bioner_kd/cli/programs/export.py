r"""Exports a student: SavedModel for TF Serving, .tflite for devices, a web page, a wheel.

Each exported model tags a whole split, and how its tags and its F1 compare with the student's own
stands in the manifest.json of the folder, beside checksums, tags and signatures. The SHA-256 of
each file is printed, in lines that sha256sum --check reads inside of the folder.

  bioner_kd export --flagfile=flags/ncbi_disease/export.cfg
  bioner_kd export --student=saved_models/demo/student --output=small \
      --format=tflite --quantization=dynamic
  bioner_kd export --student=saved_models/demo/student --output=page --format=web
  bioner_kd export --student=saved_models/demo/student --output=demo --format=wheel --name=demo
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, machine
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.export.config import ExportConfig
from bioner_kd.export.release import ReleaseConfig
from bioner_kd.settings import Settings, setting
from bioner_kd.tagging.models.layout import MANIFEST, WEB


@dataclass(frozen=True)
class SourceChoice(Settings):
    """What is exported, and what it is compared on."""

    student: str = setting(
        "saved_models/demo/student",
        "Folder of the student, as bioner_kd distill made it; or an export of it that holds a "
        "SavedModel, which is then exported anew.",
    )
    split: str = setting(
        "test",
        "Split of the corpus on which every exported model's tags are compared with the student's.",
        choices=SPLITS,
    )
    renew: bool = setting(
        False,
        "Read text by the rules of this version, and no longer by those that the student was made "
        "with: sentences, lists, words, symbols, and capitals, whose spellings are counted in the "
        "corpus' train split. A student that bioner_kd distill of this version made has them.",
    )
    documents: str = setting(
        "",
        "File of annotated documents of the corpus, on which it is chosen whether abbreviations "
        "and repeated names are carried through a text, and on which scores are calibrated. Those "
        "of the devel split are taken, others left out and counted. Without it, sentences of devel "
        "calibrate, and the student keeps the rules that it has.",
    )
    test_documents: str = setting(
        "",
        "File of annotated documents; those of --split are scored without and with these rules, "
        "for manifest and card.",
    )


SOURCE = FlagGroup("Student", SourceChoice())
EXPORT = FlagGroup("Export", ExportConfig())
RELEASE = FlagGroup("Card and wheel", ReleaseConfig())
MACHINE = machine()
OUTPUT = output.output("saved_models/demo/export", "the exported models, their tables and manifest")


def main(program: Program) -> None:
    """Exports as the flags say."""
    from bioner_kd.recipes.exporting import export_student

    source, target = program.read(SOURCE), program.read(OUTPUT)
    manifest = export_student(
        source.student, target.output, corpus=program.read(CORPUS), split=source.split,
        config=program.read(EXPORT), release=program.read(RELEASE), machine=program.read(MACHINE),
        documents=source.documents, test_documents=source.test_documents, renew=source.renew,
        overwrite=target.overwrite, write_record=program.write_flagfile,
    )  # fmt: skip
    folder = Path(target.output)
    print(summary(manifest), end="")
    print(how_to_open(manifest, folder), end="")
    print(digests(manifest, folder), end="")


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


PROGRAM = Program(
    __doc__,
    main,
    (SOURCE, EXPORT, RELEASE, CORPUS, OUTPUT, MACHINE),
    first=("student", "output", "corpus", "format", "quantization"),
)
