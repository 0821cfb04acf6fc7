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

from pathlib import Path

from bioner_kd.cli import corpus, export, machine, output
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

MACHINE = machine.machine(MachineConfig())
OUTPUT = output.output("saved_models/demo/export", "the exported models, their tables and manifest")


def main(program: Program) -> None:
    """Exports as the flags say."""
    from bioner_kd.recipes.checks import check_export

    source, target = program.read(export.SOURCE), program.read(OUTPUT)
    check_export(
        source.student, program.read(corpus.CORPUS), source.split, target.output,
        overwrite=target.overwrite,
    )  # fmt: skip

    from bioner_kd.recipes import exporting

    program.read(MACHINE).apply(seed=0)
    manifest = exporting.export_student(
        source.student, target.output, corpus=program.read(corpus.CORPUS), split=source.split,
        config=program.read(export.EXPORT), release=program.read(export.RELEASE),
        overwrite=target.overwrite, write_record=program.write_flagfile,
    )  # fmt: skip
    folder = Path(target.output)
    print(export.summary(manifest), end="")
    print(export.how_to_open(manifest, folder), end="")
    print(export.digests(manifest, folder), end="")


PROGRAM = Program(
    __doc__,
    main,
    (export.SOURCE, export.EXPORT, export.RELEASE, corpus.CORPUS, OUTPUT, MACHINE),
    first=("student", "output", "corpus", "format", "quantization"),
)
