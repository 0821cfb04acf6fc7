"""A pretrained encoder and a corpus become a teacher."""

from collections.abc import Callable
from pathlib import Path

from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.extras import require
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.record import Record, make_record
from bioner_kd.teacher.checkpoint.source import find_local, resolve_teacher
from bioner_kd.teacher.config import DEFAULT_READING, FINE_TUNING, ReadingConfig, fit_to_encoder
from bioner_kd.training.config import TrainingChoice, TrainingConfig
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.run_folder import check_name, recorded_run
from bioner_kd.training.workers import WorkersConfig

Describe = Callable[[TrainingConfig, int], Record]


def fine_tune(
    corpus: str | Corpus,
    teacher: str,
    output: str | Path,
    *,
    training: TrainingChoice = FINE_TUNING,
    windows: WindowConfig = WindowConfig(),
    reading: ReadingConfig = DEFAULT_READING,
    machine: MachineConfig | None = None,
    workers: WorkersConfig = WorkersConfig(),
    overwrite: bool = False,
    describe: Describe | None = None,
) -> Path:
    """Fine-tunes an encoder, and keeps the epoch with the best devel F1.

    Wrong arguments are told before TensorFlow is imported. A stopped call goes on when made again.

    Args:
        corpus: "demo", a folder with train.tsv, devel.tsv and test.tsv, or a `Corpus`.
        teacher: a hub id such as "dmis-lab/biobert-base-cased-v1.2", a folder, or "minilm".
        output: the run directory, which has this name when all is done.
        training: epochs and optimiser; epochs and learning rate that are None fit the encoder.
        windows: how long sentences are read.
        reading: how much is read at once, and how exactly.
        machine: threads and determinism of TensorFlow; left as they are if not given.
        workers: devices and machines that train together.
        overwrite: replace a finished run, and forget an unfinished one.
        describe: makes the record, given training as it fits the encoder, and its hidden size.

    Returns:
        The run directory.

    Raises:
        InputError: the corpus, the encoder or the output is not what it should be.
        UsageError: a window is longer than the encoder's positions or the subword budget.

    Examples:
        >>> fine_tune("demo", "minilm", "saved_models/teacher")  # doctest: +SKIP
    """
    corpus, folder = corpus_of(corpus), Path(output)
    _check(corpus, teacher, folder, overwrite=overwrite)
    workers.check()

    from bioner_kd.teacher import fine_tuning
    from bioner_kd.teacher.checkpoint.encoder_config import read_config

    if machine is not None:
        machine.apply(training.seed)
    train_split, devel_split = corpus.read("train", "devel")
    pretrained = resolve_teacher(teacher)
    hidden_size = read_config(pretrained).hidden_size
    fitted = fit_to_encoder(training, hidden_size)
    if describe is not None:
        record = describe(fitted, hidden_size)
    else:
        record = make_record(corpus, fitted, windows, reading, teacher=teacher, output=folder)
    run = recorded_run(
        folder, overwrite=overwrite, write_record=record.write, kept=workers.is_chief
    )
    with workers.scope(), run as unfinished:
        fine_tuning.fine_tune(
            pretrained, train_split, devel_split,
            training=fitted, windows=windows, reading=reading,
            folder=unfinished, settings=record.settings,
        )  # fmt: skip
    return folder


def _check(corpus: Corpus, teacher: str, folder: Path, *, overwrite: bool) -> None:
    require("tensorflow")
    check_name(folder, overwrite=overwrite)
    corpus.check("train", "devel")
    find_local(teacher)
