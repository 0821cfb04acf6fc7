"""Continues the pretraining of a BERT on text of a domain, by masked language modelling."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import UsageError
from bioner_kd.teacher.adaptation.blocks import read_blocks
from bioner_kd.teacher.adaptation.masking import MaskedBatches, Masker, held_out_batches
from bioner_kd.teacher.checkpoint.encoder_config import read_config, usable_positions
from bioner_kd.teacher.checkpoint.heads import load_masked_lm
from bioner_kd.teacher.checkpoint.tf_weights import save_checkpoint
from bioner_kd.teacher.config import DEFAULT_READING, AdaptationConfig, ReadingConfig
from bioner_kd.teacher.parts import add_gradients, no_gradients, one_after_the_other
from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.callbacks import Goal
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import train
from bioner_kd.training.losses import cross_entropy_per_word, scored_words
from bioner_kd.training.optimizer import make_optimizer
from bioner_kd.training.run_folder import arrays_digest
from bioner_kd.training.word_tagger import LOSS, WordTagger

RECORD = "adaptation.json"
_HELD_OUT = "held_out_"
ACCURACY = "accuracy"
GOAL = Goal(name=f"{_HELD_OUT}loss", lowest=True, period="round")


class MaskedLM(WordTagger):
    """A BERT whose encoder reads whole blocks and whose head reads the masked subwords alone.

    Per subword, the scores of a vocabulary of 30,000 cost as much as the encoder of a small BERT.
    The masked subwords are therefore gathered before the head.

    Source:
        Devlin et al. (2019), arXiv:1810.04805, section 3.1.
    """

    loss_names = (LOSS, ACCURACY)

    def __init__(
        self,
        bert: keras.Model,
        *,
        subword_budget: int = DEFAULT_READING.subword_budget,
        **options: Any,
    ) -> None:
        """Makes a model for blocks.

        Args:
            bert: a TFBertForMaskedLM.
            subword_budget: largest number of subwords that are read at once, at least a block.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.bert, self.subword_budget = bert, subword_budget

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Computes a score of every subword of the vocabulary for each masked subword.

        Args:
            features: int32 "subword_ids" (batch, subwords), without padding, and
                "masked_positions" (batch, slots).
            training: whether dropout acts.

        Returns:
            float32 logits (batch, slots, vocabulary).
        """
        hidden = self.bert.bert(input_ids=features["subword_ids"], training=training)[0]
        masked = tf.gather(hidden, features["masked_positions"], batch_dims=1)
        return tf.cast(self.bert.mlm(sequence_output=masked), tf.float32)

    def gradients(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], mask: tf.Tensor
    ) -> list[tf.Tensor]:
        """Computes the gradients of a batch, summed over parts of whole blocks."""
        blocks, subwords = tf.unstack(tf.shape(features["subword_ids"]))
        step, words = tf.maximum(self.subword_budget // subwords, 1), scored_words(mask)

        def add(start: tf.Tensor, sums: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
            part, its_targets, its_mask = tf.nest.map_structure(
                lambda values: values[start : start + step], (features, targets, mask)
            )
            found = self.part_gradients(
                lambda: self(part, training=True), part, its_targets, its_mask, words
            )
            return start + step, add_gradients(sums, found)

        return one_after_the_other(blocks, add, no_gradients(self.trainable_variables))

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Computes the cross-entropy, nats, and whether the best guess is right, 0 or 1.

        Args:
            features: not used.
            targets: int32 "masked_ids" (batch, slots).
            logits: float32 (batch, slots, vocabulary).

        Returns:
            Both by name, float32 (batch, slots).
        """
        ids = targets["masked_ids"]
        right = tf.equal(tf.argmax(logits, axis=-1, output_type=tf.int32), ids)
        return {LOSS: cross_entropy_per_word(logits, ids), ACCURACY: tf.cast(right, tf.float32)}


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
        sentences: the text in order.
        training: epochs and optimiser; the batch size is a number of blocks.
        adaptation: blocks and masks.
        reading: how much is read at once, and how exactly the model calculates.
        folder: takes the state of the training and the new checkpoint, which `fine_tune` and
            transformers read.
        settings: the settings that a resumed run must share.

    Raises:
        InputError: the checkpoint is missing or damaged, or there is too little text.
        UsageError: a block is longer than the checkpoint's positions or the subword budget.
    """
    reading.check_window(adaptation.block_subwords, "block_subwords")
    tokenizer = load_tokenizer(pretrained)
    masker = Masker.from_tokenizer(tokenizer, adaptation)
    keras.utils.set_random_seed(training.seed)
    model = _load_masked_lm(pretrained, adaptation.block_subwords, reading)
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
    model.compile(optimizer, weighted_metrics=[])  # The losses have the weights already.
    unseen = held_out_batches(held_out, masker, training.batch_size, seed=training.seed)
    score = _scorer(model, unseen)
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


def _load_masked_lm(pretrained: Path, block_subwords: int, reading: ReadingConfig) -> MaskedLM:
    """Loads the checkpoint, which must have positions for a block."""
    positions = usable_positions(read_config(pretrained))
    if block_subwords > positions:
        raise UsageError(
            f"--block_subwords={block_subwords}: {pretrained} has positions for {positions} "
            "subwords."
        )
    bert = load_masked_lm(pretrained, reading.precision)
    return MaskedLM(bert, subword_budget=reading.subword_budget)


def _scorer(model: MaskedLM, held_out: tf.data.Dataset) -> Callable[[], dict[str, float]]:
    """Makes what scores the model: loss, nats per masked subword, and accuracy in [0, 1]."""

    def score() -> dict[str, float]:
        found = model.evaluate(held_out, verbose=0, return_dict=True)
        return {f"{_HELD_OUT}{name}": float(value) for name, value in found.items()}

    return score


def _in_words(scores: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in scores.items())
