"""Trains a teacher, a student and a masked language model on the devices of a strategy.

    python together.py STRATEGY FOLDER CHECKPOINT MODEL...

The chief's weights of each model are in FOLDER/NAME.npz, those of other workers likewise in their
own folders. A program of its own, because devices and workers are set up before TensorFlow is used.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from bioner_kd.distill.config import DistillConfig, StudentPlan
from bioner_kd.distill.hidden_stage import HiddenStage
from bioner_kd.distill.training import SoftTargets, Transfer, distil
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.student.config import StudentConfig
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig
from bioner_kd.teacher.adaptation import training as adaptation
from bioner_kd.teacher.checkpoint.files import TF_WEIGHTS
from bioner_kd.teacher.checkpoint.tf_weights import read_h5
from bioner_kd.teacher.config import AdaptationConfig, ReadingConfig
from bioner_kd.teacher.fine_tuning import fine_tune
from bioner_kd.teacher.saved_teacher import load_teacher
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.workers import WorkersConfig

# Batches of 4, 4 and 1: words fall to the replicas unevenly, and of the last batch to one alone.
LENGTHS, BATCH_SIZE, EPOCHS = (1, 28, 3, 7, 20, 2, 1, 12, 5), 4, 2
WORDS = ("tumor", "cancer", "gene", "the", "of", "in", "and", "a", "b", "c")
WINDOWS = WindowConfig(max_subwords=16, overlap=4)
# Windows of 16 subwords in parts of two: several parts a batch.
READING = ReadingConfig(subword_budget=32)
TRAINING = TrainingConfig(
    epochs=EPOCHS, batch_size=BATCH_SIZE, learning_rate=0.01, clip_norm=0.1, average=0.9,
    weight_decay=0.01,
)  # fmt: skip


def make_sentences(lengths, seed=0):
    random = np.random.default_rng(seed)
    chosen = [random.integers(0, len(WORDS), length) for length in lengths]
    return [
        Sentence.from_words(
            [WORDS[number] for number in numbers],
            ["B-Disease" if number < 2 else "O" for number in numbers],
        )
        for numbers in chosen
    ]


SENTENCES = make_sentences(LENGTHS)


def teacher(folder, checkpoint):
    fine_tune(
        checkpoint, SENTENCES, SENTENCES, training=TRAINING, windows=WINDOWS, reading=READING,
        folder=folder, settings={},
    )  # fmt: skip
    return load_teacher(folder).model.get_weights()


def student(folder, checkpoint):
    random = np.random.default_rng(1)

    def per_word(sentences, width):
        return [random.normal(0, 2, (len(s), width)).astype(np.float32) for s in sentences]

    transfer, tags = make_sentences((6, 9, 30, 2, 14), seed=2), TagSet.from_sentences(SENTENCES)
    targets = SoftTargets(
        tags.tags,
        logits=Ragged.from_arrays(per_word(SENTENCES, len(tags))),
        transfer=Transfer(transfer, Ragged.from_arrays(per_word(transfer, len(tags)))),
    )
    hidden = HiddenStage(
        1, SENTENCES, [states.astype(np.float16) for states in per_word(SENTENCES, 6)]
    )
    plan = StudentPlan(
        DistillConfig(alpha=0.3, alpha_end=0.6),
        FeatureConfig(features=("word", "suffix")),
        StudentConfig(
            word_size=6, suffix_size=3, units=4, head="crf", dropout=0.0, word_dropout=0.0
        ),
        TRAINING,
    )
    saved = distil(
        SENTENCES, SENTENCES, plan, soft_targets=targets, hidden=hidden, folder=folder, settings={}
    )
    return saved.model.get_weights()


def masked(folder, checkpoint):
    adaptation.adapt(
        checkpoint, SENTENCES * 3, training=TRAINING,
        adaptation=AdaptationConfig(block_subwords=16, held_out=0.2), reading=READING,
        folder=folder, settings={},
    )  # fmt: skip
    return list(read_h5(folder / TF_WEIGHTS).values())


MODELS = {"teacher": teacher, "student": student, "masked": masked}


def main(strategy, folder, checkpoint, *models):
    if strategy == "mirrored":
        device = tf.config.list_physical_devices("CPU")[0]
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(device, two)
    with WorkersConfig(strategy=strategy, worker_timeout=300).scope():
        for name in models:
            (folder / name).mkdir(parents=True)
            weights = MODELS[name](folder / name, checkpoint)
            np.savez(folder / f"{name}.npz", *weights)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
