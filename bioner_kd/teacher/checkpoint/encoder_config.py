"""Reads `config.json` of a pretrained encoder of any family that can teach."""

import inspect
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import CONFIG_MAPPING, PretrainedConfig
from transformers.activations_tf import ACT2FN

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.teacher.checkpoint.files import read_json_object


@dataclass(frozen=True)
class Family:
    """The particulars of the encoders of one `model_type`.

    Attributes:
        reserved_positions: number of rows, at the start of the table of positions, that no subword
            has. RoBERTa counts positions from the id of the padding piece + 1.
        needs_autograph: whether the code of the model branches on values of tensors, so that
            AutoGraph has to convert it. The conversion takes most of the time before a first step.
        options: settings, with their defaults, that the model reads although the constructor of
            its configuration does not name them.
    """

    reserved_positions: int = 0
    needs_autograph: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


_RELATIVE = {"position_buckets": -1, "norm_rel_ebd": "none", "share_att_key": False}
_CONVOLUTION = {"conv_kernel_size": 0, "conv_act": "tanh", "conv_groups": 1}
# By the model_type of config.json. Each family has a token classifier in TensorFlow, and an encoder
# whose last hidden state has one row for each subword.
FAMILIES: Mapping[str, Family] = {
    "bert": Family(),
    "camembert": Family(reserved_positions=2),
    "deberta": Family(needs_autograph=True),
    "deberta-v2": Family(needs_autograph=True, options=_RELATIVE | _CONVOLUTION),
    "distilbert": Family(),
    "electra": Family(),
    "mpnet": Family(reserved_positions=2),
    "roberta": Family(reserved_positions=2),
    "xlm-roberta": Family(reserved_positions=2),
}
# Sizes by the names that PretrainedConfig gives them; DistilBERT's own are others.
_SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "max_position_embeddings",
)
_LARGEST = 2**63
_MOST_LABELS, _DIGITS_OF_LABELS, _LONGEST_LABEL = 10_000, 5, 200
_PAD = "pad_token_id"


def read_config(folder: str | os.PathLike[str]) -> PretrainedConfig:
    """Reads and checks the configuration of a checkpoint.

    Only the settings of the family's models are read, and each must have the type of its default.
    Settings of transformers itself, such as `return_dict`, are left out.

    Args:
        folder: the checkpoint. Its `config.json` may lack `model_type`, as BioBERT's does.

    Raises:
        InputError: `config.json` is missing or broken, or describes an encoder of another family
            or an impossible one.
    """
    path = Path(folder) / "config.json"
    values = read_json_object(path)
    family = _family(path, values)
    defaults = _defaults(family)
    kept = {name: value for name, value in values.items() if name in defaults}
    for name, value in kept.items():
        _check_value(path, name, value, defaults[name])
    if "id2label" in values:
        kept["id2label"] = _checked_labels(path, values["id2label"])
    try:
        config = CONFIG_MAPPING[family].from_dict(kept)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise InputError(
            f"{path}: this does not describe a {family} model ({one_line(error)}); download it "
            "again."
        ) from error
    _check_sizes(path, config)
    return config


def usable_positions(config: PretrainedConfig) -> int:
    """Counts the subwords, first and last piece included, that an encoder has positions for."""
    return config.max_position_embeddings - FAMILIES[config.model_type].reserved_positions


def whole_numbers(config: PretrainedConfig) -> Iterator[tuple[str, int]]:
    """Finds the settings that are whole numbers, by name, but for the ids of pieces."""
    for name in _defaults(config.model_type):
        value = getattr(config, name, None)
        if type(value) is int and not name.endswith("_token_id"):
            yield name, value


def _family(path: Path, values: Mapping[str, Any]) -> str:
    named = values.get("model_type")
    if named is None:
        foreign = [name for name in _architectures(values) if not name.startswith("Bert")]
        named = foreign[0] if foreign else "bert"
    if not isinstance(named, str) or named not in FAMILIES:
        raise InputError(
            f"{path}: no teacher can be made of this checkpoint, whose model_type is "
            f"{shown(named)}; name a checkpoint of one of these: {', '.join(FAMILIES)}."
        )
    return named


def _architectures(values: Mapping[str, Any]) -> list[str]:
    named = values.get("architectures")
    return [str(name) for name in named] if isinstance(named, list) else []


def _defaults(family: str) -> dict[str, Any]:
    parameters = inspect.signature(CONFIG_MAPPING[family].__init__).parameters.values()
    named = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    # DeBERTa's configuration leaves this one to PretrainedConfig.
    return {_PAD: 0, **named, **FAMILIES[family].options}


def _check_value(path: Path, name: str, value: Any, default: Any) -> None:
    if name.endswith("_act") or name == "activation":
        rule, holds = "the name of an activation", isinstance(value, str) and value in ACT2FN
    elif name.endswith("dropout") or name.endswith("dropout_prob"):
        rule = "at least 0 and below 1"
        holds = value is default or (_is_number(value) and 0 <= value < 1)
    elif isinstance(default, bool):
        rule, holds = "true or false", isinstance(value, bool)
    elif isinstance(default, int):
        rule, holds = "a whole number", type(value) is int and abs(value) < _LARGEST
    elif isinstance(default, float):
        rule, holds = "a number", _is_number(value)
    elif isinstance(default, str):
        rule, holds = "a text", isinstance(value, str)
    else:
        rule = "a text or a list of texts"
        items = value if isinstance(value, list) else [value or ""]
        holds = all(isinstance(item, str) for item in items)
    if not holds:
        raise InputError(
            f"{path}: {name} must be {rule}, not {shown(value)}; download the file again."
        )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST


def _is_label(number: str, label: Any) -> bool:
    # A few digits alone: the time to read a number grows with the square of its length.
    short = number.isdecimal() and len(number) <= _DIGITS_OF_LABELS
    return short and isinstance(label, str) and len(label) <= _LONGEST_LABEL


def _checked_labels(path: Path, labels: Any) -> dict[int, str]:
    if (
        isinstance(labels, dict)
        and len(labels) <= _MOST_LABELS
        and all(_is_label(number, label) for number, label in labels.items())
        and sorted(map(int, labels)) == list(range(len(labels)))
    ):
        return {int(key): label for key, label in labels.items()}
    raise InputError(
        f"{path}: id2label must give each number from 0 on a label, at most "
        f"{_MOST_LABELS:,} of at most {_LONGEST_LABEL} characters; "
        "download the file again."
    )


def _check_sizes(path: Path, config: PretrainedConfig) -> None:
    for name in _SIZES:
        if getattr(config, name) < 1:
            raise InputError(
                f"{path}: {name} must be a whole number above 0, not {getattr(config, name)}; "
                "download the file again."
            )
    if config.hidden_size % config.num_attention_heads:
        raise InputError(
            f"{path}: hidden_size {config.hidden_size} is not a multiple of num_attention_heads "
            f"{config.num_attention_heads}; download the file again."
        )
    if usable_positions(config) < 1:
        raise InputError(
            f"{path}: max_position_embeddings {config.max_position_embeddings} leaves no position "
            f"for a subword of a {config.model_type} model; download the file again."
        )
