"""A BERT of two layers with random weights, as files of a checkpoint folder."""

import json
import string
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from bioner_kd.teacher.checkpoint.bert_config import expected_tensors, read_config

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_CHARACTERS = string.ascii_lowercase + string.digits
_LONGER = ["the", "of", "in", "and", "gene", "tumor", "cancer", "##s", "##ing", "##ous", "##oma"]
VOCABULARY = [
    *SPECIAL,
    *_CHARACTERS,
    *(f"##{character}" for character in _CHARACTERS),
    *string.punctuation,
    *(piece for piece in _LONGER if len(piece.removeprefix("##")) > 1),
]
CONFIG = {
    "model_type": "bert",
    "vocab_size": len(VOCABULARY),
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
    "type_vocab_size": 2,
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
}


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def write_config(folder: Path, **changes: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", CONFIG | changes)


def write_tokenizer(folder: Path, pieces: list[str] = VOCABULARY) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("".join(f"{p}\n" for p in pieces), encoding="utf-8")


def random_state(folder: Path, *, head: int = 0, seed: int = 7) -> dict[str, np.ndarray]:
    """Random float32 tensors for the folder's config.json, with a head of so many tags."""
    config = read_config(folder)
    shapes = expected_tensors(config)
    if head:
        shapes |= {"classifier.weight": (head, config.hidden_size), "classifier.bias": (head,)}
    generator = np.random.default_rng(seed)
    return {
        name: (
            generator.normal(0, 0.2, shape) + (1 if name.endswith("LayerNorm.weight") else 0)
        ).astype(np.float32)
        for name, shape in shapes.items()
    }


def write_checkpoint(folder: Path, *, head: int = 0, **changes: object) -> dict[str, np.ndarray]:
    """Writes configuration, vocabulary and model.safetensors; returns the weights."""
    write_config(folder, **changes)
    write_tokenizer(folder)
    state = random_state(folder, head=head)
    save_file(state, folder / "model.safetensors")
    return state
