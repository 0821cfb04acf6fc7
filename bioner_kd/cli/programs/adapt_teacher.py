"""Goes on with the pretraining of a BERT on unlabelled text: a teacher of the text's domain.

The teacher learns to guess masked words (masked language modelling); the weights that guess best in
text held out are kept, as a checkpoint that finetune_teacher.py and transformers read. A run that
was stopped goes on where it last saved its state when the same command is given again.

  bioner_kd adapt_teacher --text=a.txt.xz,b.txt --output=saved_models/biomedical_bert
  bioner_kd finetune_teacher --teacher=saved_models/biomedical_bert --corpus=my_corpus
"""

from dataclasses import dataclass

from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import (
    PRETRAINED,
    READING,
    WORKERS,
    machine,
    report_settings,
    training,
)
from bioner_kd.settings import Settings, setting
from bioner_kd.teacher import config


@dataclass(frozen=True)
class TextChoice(Settings):
    """Text without annotation."""

    text: tuple[str, ...] = setting(
        (),
        "Files and folders of text in any format, with commas between, also compressed; - is "
        "standard input. Text is cut into sentences as the tagger cuts it, and their order stays. "
        "Keep sentences of devel and test splits out of it.",
        required=True,
    )


TEXT = FlagGroup("Text", TextChoice())
ADAPTATION = FlagGroup("Masked language modelling", config.AdaptationConfig())
TRAINING = training(
    config.ADAPTATION,
    epochs="Passes over the text, each of one round or more: a round ends when the held-out blocks "
    "are scored.",
    batch_size="Blocks of a batch.",
    checkpoint_minutes="Least minutes between two states that are saved within a round, from the "
    "last of which a stopped run goes on; Ctrl-C saves one more. 0 saves after rounds only.",
    patience="Rounds without a lower held-out loss after which training stops; 0 for all rounds.",
)
MACHINE = machine()
OUTPUT = output.training_output(
    "saved_models/adapted_bert", "the checkpoint, which transformers reads too"
)


def main(program: Program) -> None:
    """Adapts as the flags say."""
    from bioner_kd.recipes.adaptation import adapt

    target = program.read(OUTPUT)
    report_settings(program, TRAINING)
    adapt(
        program.read(PRETRAINED).teacher, program.read(TEXT).text, target.output,
        training=program.read(TRAINING), adaptation=program.read(ADAPTATION),
        reading=program.read(READING), machine=program.read(MACHINE),
        workers=program.read(WORKERS), overwrite=target.overwrite, record=program.record(),
    )  # fmt: skip


PARTS = (PRETRAINED, TEXT, ADAPTATION, TRAINING, READING, OUTPUT, MACHINE, WORKERS)
PROGRAM = Program(__doc__, main, PARTS, first=("teacher", "text", "output", "text_size", "epochs"))
