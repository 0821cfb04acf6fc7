"""Trains a student in its own process and prints a digest of its weights."""

import hashlib
import random
import sys
import tempfile
from pathlib import Path

import numpy as np

from bioner_kd.text.sentence import Sentence
from bioner_kd.training.machine import MachineConfig

SEED = int(sys.argv[1])
MachineConfig(intra_op_threads=1, inter_op_threads=2, deterministic=True).apply(SEED)
DRAWN = f"{random.random()} {np.random.random()}"

from bioner_kd.distill.config import DistillConfig, StudentPlan  # noqa: E402
from bioner_kd.distill.training import distil  # noqa: E402
from bioner_kd.student.config import StudentConfig  # noqa: E402
from bioner_kd.tagging.word_features import FeatureConfig  # noqa: E402
from bioner_kd.training.config import TrainingConfig  # noqa: E402

WORDS = "we found that aspirin lowers fever in rats but not in mice with asthma".split()
TAGS = ["B-Disease" if word in ("fever", "asthma") else "O" for word in WORDS]
SENTENCES = [Sentence.from_words(WORDS[:end], TAGS[:end]) for end in range(6, 14)]


with tempfile.TemporaryDirectory() as folder:
    saved = distil(
        SENTENCES,
        SENTENCES[:3],
        StudentPlan(
            DistillConfig(alpha=1.0),
            FeatureConfig(),
            StudentConfig(word_size=8, units=6),
            TrainingConfig(epochs=1, batch_size=3, learning_rate=2e-3, average=0.9, seed=SEED),
        ),
        soft_targets=None,
        folder=Path(folder),
        settings={},
    )
weights = b"".join(weight.tobytes() for weight in saved.model.get_weights())
sys.stdout.write(f"{DRAWN} {hashlib.sha256(weights).hexdigest()}\n")
