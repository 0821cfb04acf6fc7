"""Reads `config.json` of a BERT and derives from it which tensors the model has."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import BertConfig

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.json_file import read_json_object

Shapes = Mapping[str, tuple[int, ...]]

_SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
)
# What describes the file that was read, and not the model that is made from it.
_OF_THE_FILE = ("_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version")


def read_config(folder: str | os.PathLike[str]) -> BertConfig:
    """Reads and checks the configuration of a BERT checkpoint.

    Args:
        folder: the checkpoint; its `config.json` may lack `model_type`, as BioBERT's original does.

    Returns:
        The configuration.

    Raises:
        InputError: `config.json` is missing or broken, or describes another architecture or no
            possible BERT.
    """
    path = Path(folder) / "config.json"
    values = read_json_object(path)
    _check_architecture(path, values)
    _check_sizes(path, values)
    kept = {key: value for key, value in values.items() if key not in _OF_THE_FILE}
    try:
        return BertConfig.from_dict(kept)
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path}: this does not describe a BERT ({error}); download it again."
        ) from error


def expected_tensors(config: BertConfig) -> dict[str, tuple[int, ...]]:
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


def masked_lm_head(config: BertConfig) -> dict[str, tuple[int, ...]]:
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


def _check_architecture(path: Path, values: dict[str, Any]) -> None:
    named = values.get("model_type")
    if named is None:
        foreign = [name for name in _architectures(values) if not name.startswith("Bert")]
        named = foreign[0] if foreign else "bert"
    if named != "bert":
        raise InputError(
            f"{path}: the teacher must be a BERT, but this checkpoint's model_type is {named!r}; "
            "name a checkpoint of model_type 'bert', as BioBERT is."
        )


def _architectures(values: dict[str, Any]) -> list[str]:
    named = values.get("architectures")
    return [str(name) for name in named] if isinstance(named, list) else []


def _check_sizes(path: Path, values: dict[str, Any]) -> None:
    sizes = BertConfig().to_dict() | values
    for name in _SIZES:
        if type(sizes[name]) is not int or sizes[name] < 1:
            raise InputError(
                f"{path}: {name} must be a whole number above 0, not {sizes[name]!r}; "
                "download the file again."
            )
    if sizes["hidden_size"] % sizes["num_attention_heads"]:
        raise InputError(
            f"{path}: hidden_size {sizes['hidden_size']} is not a multiple of num_attention_heads "
            f"{sizes['num_attention_heads']}; download the file again."
        )
