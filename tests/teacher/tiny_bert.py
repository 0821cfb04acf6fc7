"""A BERT of two layers with random weights, as files of a checkpoint folder."""

import json
import string
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from transformers import PretrainedConfig

from bioner_kd.teacher.checkpoint.encoder_config import read_config

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


def expected_tensors(config: PretrainedConfig) -> dict[str, tuple[int, ...]]:
    """Lists the tensors that a BERT encoder of this configuration has, in the model's order.

    Args:
        config: the configuration.

    Returns:
        Shape by PyTorch name, pooler and heads left out.
    """
    hidden = config.hidden_size
    shapes = {
        "bert.embeddings.word_embeddings.weight": (config.vocab_size, hidden),
        "bert.embeddings.position_embeddings.weight": (config.max_position_embeddings, hidden),
        "bert.embeddings.token_type_embeddings.weight": (config.type_vocab_size, hidden),
        **_norm("bert.embeddings.LayerNorm", hidden),
    }
    for layer in range(config.num_hidden_layers):
        shapes |= _layer(f"bert.encoder.layer.{layer}", hidden, config.intermediate_size)
    return shapes


def masked_lm_head(config: PretrainedConfig) -> dict[str, tuple[int, ...]]:
    """Lists the tensors of the head that predicts masked subwords.

    Args:
        config: the configuration.

    Returns:
        Shape by PyTorch name; the decoder is left out, since it is the embedding of subwords.
    """
    hidden = config.hidden_size
    return {
        **_dense("cls.predictions.transform.dense", hidden, hidden),
        **_norm("cls.predictions.transform.LayerNorm", hidden),
        "cls.predictions.bias": (config.vocab_size,),
    }


def _layer(prefix: str, hidden: int, intermediate: int) -> dict[str, tuple[int, ...]]:
    return {
        **_dense(f"{prefix}.attention.self.query", hidden, hidden),
        **_dense(f"{prefix}.attention.self.key", hidden, hidden),
        **_dense(f"{prefix}.attention.self.value", hidden, hidden),
        **_dense(f"{prefix}.attention.output.dense", hidden, hidden),
        **_norm(f"{prefix}.attention.output.LayerNorm", hidden),
        **_dense(f"{prefix}.intermediate.dense", hidden, intermediate),
        **_dense(f"{prefix}.output.dense", intermediate, hidden),
        **_norm(f"{prefix}.output.LayerNorm", hidden),
    }


def _dense(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}
