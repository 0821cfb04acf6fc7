"""Goes on with the pretraining of a BERT on unlabelled text: a teacher of the text's domain.

The teacher learns to guess masked words (masked language modelling); the weights that guess best in
text held out are kept, as a checkpoint that finetune_teacher.py and transformers read. A run that
was stopped goes on where it last saved its state when the same command is given again.

  bioner_kd adapt_teacher --text=a.txt.xz,b.txt --output=saved_models/biomedical_bert
  bioner_kd finetune_teacher --teacher=saved_models/biomedical_bert --corpus=my_corpus
"""

from bioner_kd.cli import adaptation, machine, output, reading, teacher, training
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

MACHINE = machine.machine(MachineConfig())
OUTPUT = output.training_output(
    "saved_models/adapted_bert", "the checkpoint, which transformers reads too"
)


def main(program: Program) -> None:
    """Adapts as the flags say."""
    from bioner_kd.recipes.checks import check_adaptation

    config, target = program.read(adaptation.TRAINING), program.read(OUTPUT)
    check_adaptation(
        program.read(teacher.PRETRAINED).teacher, program.read(adaptation.TEXT).text,
        target.output, overwrite=target.overwrite,
    )  # fmt: skip

    from bioner_kd.recipes.adaptation import adapt

    program.read(MACHINE).apply(config.seed)
    training.report_settings(program, adaptation.TRAINING)
    adapt(
        program.read(teacher.PRETRAINED).teacher, program.read(adaptation.TEXT).text, target.output,
        training=config, adaptation=program.read(adaptation.ADAPTATION),
        reading=program.read(reading.READING), overwrite=target.overwrite, record=program.record(),
    )  # fmt: skip


PARTS = (teacher.PRETRAINED, *adaptation.FLAG_GROUPS, reading.READING, OUTPUT, MACHINE)
PROGRAM = Program(__doc__, main, PARTS, first=("teacher", "text", "output", "text_size", "epochs"))
