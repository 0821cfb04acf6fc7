"""A general BERT becomes one of the domain that a text is of."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from absl import logging
from transformers import TFBertForMaskedLM

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import UsageError
from bioner_kd.teacher.adaptation.batches import MaskedBatches, held_out_batches
from bioner_kd.teacher.adaptation.blocks import read_blocks
from bioner_kd.teacher.adaptation.masking import Masker
from bioner_kd.teacher.adaptation.model import MaskedLM
from bioner_kd.teacher.checkpoint.encoder_config import read_config, usable_positions
from bioner_kd.teacher.checkpoint.masked_lm import load_masked_lm
from bioner_kd.teacher.checkpoint.tf_weights import save_checkpoint
from bioner_kd.teacher.config import DEFAULT_READING, AdaptationConfig, ReadingConfig
from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.callbacks import Goal
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import train
from bioner_kd.training.optimizer import make_optimizer
from bioner_kd.training.run_folder import arrays_digest

RECORD = "adaptation.json"
_HELD_OUT = "held_out_"
GOAL = Goal(name=f"{_HELD_OUT}loss", lowest=True, period="round")


def adapt(
    pretrained: Path,
    sentences: Iterable[Sentence],
    *,
    training: TrainingConfig,
    adaptation: AdaptationConfig,
    reading: ReadingConfig = DEFAULT_READING,
    folder: Path,
    settings: Mapping[str, Any],
) -> None:
    """Continues the pretraining of a checkpoint and writes the best round as a checkpoint.

    Args:
        pretrained: folder of the checkpoint.
        sentences: the text, in its order.
        training: epochs and optimiser; the batch size counts blocks.
        adaptation: blocks and masks.
        reading: how much is read at once, and how exactly.
        folder: where the state and the new checkpoint go, which `fine_tune` and transformers read.
        settings: what a resumed run must share.

    Raises:
        InputError: the checkpoint is not what it should be, or there is too little text.
        UsageError: a block is longer than the checkpoint's positions or the subword budget.
    """
    reading.check_window(adaptation.block_subwords, "block_subwords")
    tokenizer = load_tokenizer(pretrained)
    masker = Masker.from_tokenizer(tokenizer, adaptation)
    keras.utils.set_random_seed(training.seed)
    bert = _load(pretrained, adaptation.block_subwords, reading.precision)
    model = MaskedLM(bert, subword_budget=reading.subword_budget)
    blocks = read_blocks(
        sentences, tokenizer, adaptation.block_subwords, text_size=adaptation.text_size
    )
    to_train, held_out = blocks.hold_out(adaptation.held_out, seed=training.seed)
    logging.info("%d blocks to train on, %d held out.", len(to_train), len(held_out))
    source = MaskedBatches(to_train, masker, adaptation.checkpoint_steps)
    by_rounds = dataclasses.replace(
        training, epochs=training.epochs * source.rounds(training.batch_size)
    )
    optimizer = make_optimizer(by_rounds, source.steps(training.batch_size))
    model.compile(optimizer, weighted_metrics=[])  # its losses know the weights already
    score = _scorer(
        model, held_out_batches(held_out, masker, training.batch_size, seed=training.seed)
    )
    before = score()
    logging.info("Before the first step: %s.", _in_words(before))
    train(
        model,
        source,
        by_rounds,
        score=score,
        goal=GOAL,
        folder=folder,
        settings={**settings, "subwords": arrays_digest([blocks.ids])},
    )
    after = score()
    logging.info("After the best round: %s.", _in_words(after))
    counts = {"blocks": len(to_train), "held_out_blocks": len(held_out)}
    record = {"pretrained": pretrained.name, **counts, "before": before, "after": after}
    _save(folder, model, tokenizer, record)


def _save(
    folder: Path, model: MaskedLM, tokenizer: SubwordTokenizer, record: Mapping[str, Any]
) -> None:
    save_checkpoint(folder, model.bert)
    tokenizer.save(folder)
    with atomic_file(folder / RECORD) as file:
        json.dump(record, file, indent=1)


def _load(pretrained: Path, block_subwords: int, precision: str) -> TFBertForMaskedLM:
    """The checkpoint, if it has positions for a block."""
    positions = usable_positions(read_config(pretrained))
    if block_subwords > positions:
        raise UsageError(
            f"--block_subwords={block_subwords}: {pretrained} has positions for {positions} "
            "subwords."
        )
    return load_masked_lm(pretrained, precision)


def _scorer(model: MaskedLM, held_out: tf.data.Dataset) -> Callable[[], dict[str, float]]:
    """What scores the model as it stands: loss, nats a masked subword, and accuracy in [0, 1]."""

    def score() -> dict[str, float]:
        found = model.evaluate(held_out, verbose=0, return_dict=True)
        return {f"{_HELD_OUT}{name}": float(value) for name, value in found.items()}

    return score


def _in_words(scores: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in scores.items())
