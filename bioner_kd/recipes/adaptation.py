"""An encoder is pretrained further on text of its domain."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bioner_kd.errors import UsageError
from bioner_kd.extras import require
from bioner_kd.recipes.record import Record, make_record
from bioner_kd.teacher.checkpoint.source import find_local, resolve_teacher
from bioner_kd.teacher.config import ADAPTATION, DEFAULT_READING, AdaptationConfig, ReadingConfig
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.unlabelled import read_unlabelled
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.run_folder import check_name, recorded_run
from bioner_kd.training.workers import WorkersConfig


def adapt(
    teacher: str,
    text: Sequence[str],
    output: str | Path,
    *,
    training: TrainingConfig = ADAPTATION,
    adaptation: AdaptationConfig = AdaptationConfig(),
    reading: ReadingConfig = DEFAULT_READING,
    machine: MachineConfig | None = None,
    workers: WorkersConfig = WorkersConfig(),
    overwrite: bool = False,
    record: Record | None = None,
) -> Path:
    """Goes on with the pretraining of a BERT, by masked language modelling.

    Wrong arguments are told before TensorFlow is imported.

    Args:
        teacher: a hub id, a folder, or "minilm".
        text: files of plain text, one sentence a line, also compressed.
        output: the run directory, a checkpoint that `fine_tune` and transformers read.
        training: epochs and optimiser.
        adaptation: what is masked, and how text is cut into blocks.
        reading: how much is read at once, and how exactly.
        machine: threads and determinism of TensorFlow; left as they are if not given.
        workers: devices and machines that train together.
        overwrite: replace a finished run, and forget an unfinished one.
        record: of the run; made of the arguments if not given.

    Returns:
        The run directory.

    Raises:
        InputError: a file, the encoder or the output is not what it should be.
        UsageError: no file is named.
    """
    folder = Path(output)
    require("tensorflow")
    check_name(folder, overwrite=overwrite)
    find_local(teacher)
    sentences = read_text(text)
    workers.check()

    from bioner_kd.teacher.adaptation import training as masked_lm

    if machine is not None:
        machine.apply(training.seed)
    if record is None:
        record = make_record(
            adaptation, training, reading, teacher=teacher, text=text, output=folder
        )
    run = recorded_run(
        folder, overwrite=overwrite, write_record=record.write, kept=workers.is_chief
    )
    with workers.scope(), run as unfinished:
        masked_lm.adapt(
            resolve_teacher(teacher), sentences,
            training=training, adaptation=adaptation, reading=reading,
            folder=unfinished, settings=record.settings,
        )  # fmt: skip
    return folder


def read_text(paths: Sequence[str]) -> Iterator[Sentence]:
    """The sentences of files of plain text, read as they are needed.

    Raises:
        InputError: a file cannot be opened, at once; or is empty or not text, when the iterator
            gets there.
        UsageError: no file is named.
    """
    if not paths:
        raise UsageError("--text: name one file of plain text or more, one sentence a line.")
    return read_unlabelled(tuple(paths))
