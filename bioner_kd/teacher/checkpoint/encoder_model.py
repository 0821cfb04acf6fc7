"""Builds an encoder in TensorFlow and sets its weights from a checkpoint, without PyTorch.

The configuration is compared with the size of the weights, the model is built, and each variable of
the model takes the tensor of the same name and shape.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import keras
import numpy as np
import tensorflow as tf
from absl import logging
from transformers import PretrainedConfig, TFPreTrainedModel
from transformers.utils import logging as transformers_logging

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.teacher.checkpoint.encoder_config import whole_numbers
from bioner_kd.teacher.checkpoint.state import read_state
from bioner_kd.teacher.checkpoint.tf_weights import torch_name_and_axes
from bioner_kd.teacher.config import BFLOAT16, FLOAT32
from bioner_kd.training.machine import has_bfloat16

_CHEAP = 1_000_000
Head = Literal["new", "kept", "needed"]
Model = TypeVar("Model", bound=TFPreTrainedModel)

# Tables, not weights: PyTorch can store them with a model, TensorFlow computes them.
_BUFFERS = ("embeddings.position_ids", "embeddings.token_type_ids")
# A token classifier does not use the pooler: the checkpoint may lack it, and the model may have it.
_POOLER = "pooler."
# LayerNorm in checkpoints that were converted from TensorFlow, as BioBERT was.
_OLD_ENDINGS = {".gamma": ".weight", ".beta": ".bias"}


class Place(NamedTuple):
    """The variable of a model that takes a tensor.

    Attributes:
        variable: the variable.
        axes: the axes of PyTorch's tensor in the order of the variable's axes.
    """

    variable: tf.Variable
    axes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of PyTorch's tensor."""
        of_axis = dict(zip(self.axes, self.variable.shape, strict=True))
        return tuple(of_axis[axis] for axis in range(len(self.axes)))


def load_encoder(
    folder: str | os.PathLike[str],
    config: PretrainedConfig,
    model_class: type[Model],
    *,
    head: Head,
    precision: str = FLOAT32,
) -> Model:
    """Builds an encoder with a head and sets its weights.

    Args:
        folder: weights in any format that `read_state` reads, of a bare encoder or with any head.
        config: the configuration from which the model is built.
        model_class: the class of the model, of transformers.
        head: "new" for a random head; "kept" for the head of the weights, of which missing parts
            are logged and start random; "needed" for the whole head of the weights.
        precision: what the model calculates in, one of PRECISIONS.

    Returns:
        The built model, its weights float32. A pooler, which no loss depends on, is not trainable.

    Raises:
        InputError: the weights are missing or damaged, or do not fit `config`.
    """
    folder = Path(folder)
    prefix = f"{model_class.base_model_prefix}."
    state = _with_prefix(read_state(folder), prefix)
    _check_size(folder, config, state)
    with calculating_in(precision):
        model = _build(folder, config, model_class)
    _freeze_pooler(model)
    used = {
        name: place
        for name, place in places(model).items()
        if name in state or _is_needed(name, prefix, head)
    }
    if head == "new":
        used = {name: place for name, place in used.items() if name.startswith(prefix)}
    _check_tensors(folder, state, used, prefix)
    _log_left_out(folder, state, used)
    if head == "kept":
        _log_new(folder, places(model).keys() - used.keys())
    for name, place in used.items():
        place.variable.assign(state[name].transpose(place.axes))
    return model


def places(model: TFPreTrainedModel) -> dict[str, Place]:
    """Finds the variables of a built model by PyTorch's names, in order."""
    found = {}
    for variable in model.weights:
        name, axes = torch_name_and_axes(variable.name, variable.shape)
        found[name] = Place(variable, axes)
    return found


def _is_needed(name: str, prefix: str, head: Head) -> bool:
    if name.startswith(prefix):
        return _POOLER not in name
    return head == "needed"


def _with_prefix(state: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    parts = (f"{prefix}embeddings.", f"{prefix}encoder.", f"{prefix}transformer.")
    bare = not any(name.startswith(parts) for name in state)
    bare_parts = ("embeddings", "encoder.", "transformer.", _POOLER)
    renamed = {}
    for name, array in state.items():
        for old, new in _OLD_ENDINGS.items():
            name = name.removesuffix(old) + new if name.endswith(old) else name
        renamed[f"{prefix}{name}" if bare and name.startswith(bare_parts) else name] = array
    return {
        name: array for name, array in renamed.items() if name.removeprefix(prefix) not in _BUFFERS
    }


def _check_size(folder: Path, config: PretrainedConfig, state: Mapping[str, np.ndarray]) -> None:
    """Refuses, before the model is built, a configuration of a larger model than the weights'."""
    held = sum(array.size for array in state.values())
    # A small model costs nothing to build, and then the error names the tensor that does not fit.
    most = max(2 * held, _CHEAP)
    width = config.hidden_size
    layers = config.num_hidden_layers
    if layers > len(state) or 4 * layers * width * width > most:
        raise InputError(
            f"{folder}: config.json asks for {layers} layers of hidden_size {width}, and the "
            f"weights hold no more than {held:,} numbers in {len(state)} tensors; config.json "
            "and weights must be of one encoder: download both again."
        )
    # The embedding of an ELECTRA is narrower than its layers.
    width = getattr(config, "embedding_size", width) or width
    for name, number in whole_numbers(config):
        if number * width > most:
            raise InputError(
                f"{folder}: config.json has {name} {number}, for which the weights are too small: "
                f"they hold {held:,} numbers; config.json and weights must be of one encoder: "
                "download both again."
            )


def _check_tensors(
    folder: Path, state: Mapping[str, np.ndarray], used: Mapping[str, Place], prefix: str
) -> None:
    for name, place in used.items():
        tensor = f"the tensor {shown(name)}"
        if name not in state:
            raise InputError(
                f"{folder}: the weights lack {tensor}, which config.json asks for with shape "
                f"{place.shape}; config.json and weights must be of one encoder: download both "
                "again."
            )
        if state[name].shape != place.shape:
            raise InputError(
                f"{folder}: {tensor} has shape {shown(state[name].shape)} in the weights and "
                f"{place.shape} by config.json; both must be of one encoder: download both again."
            )
        if state[name].dtype.kind != "f":
            raise InputError(
                f"{folder}: {tensor} holds {state[name].dtype} numbers; quantised weights are not "
                "supported: name a float32, float16 or bfloat16 checkpoint."
            )
    for name in state:
        if name.startswith(prefix) and name not in used and _POOLER not in name:
            raise InputError(
                f"{folder}: the weights have the tensor {shown(name)} of shape "
                f"{shown(state[name].shape)}, for which config.json has no place; both must be of "
                "one encoder: download both again."
            )


def _log_left_out(
    folder: Path, state: Mapping[str, np.ndarray], used: Mapping[str, object]
) -> None:
    parts = {name.split(".")[0] for name in state}
    left_out = sorted(parts - {name.split(".")[0] for name in used})
    if left_out:
        logging.info("%s: heads left out: %s.", folder, one_line(", ".join(left_out)))


def _log_new(folder: Path, names: set[str]) -> None:
    if names:
        logging.info(
            "%s: the weights lack parts of the head, which start untrained: %s.",
            folder,
            ", ".join(sorted({name.rpartition(".")[0] for name in names})),
        )


def _build(folder: Path, config: PretrainedConfig, model_class: type[Model]) -> Model:
    with _quiet_transformers():
        try:
            model = model_class(config)
            model.build_in_name_scope()
        except (KeyError, TypeError, ValueError, AttributeError, tf.errors.OpError) as error:
            reason = one_line(str(error).partition("\n")[0])
            raise InputError(
                f"{folder / 'config.json'}: no {config.model_type} model can be built as this "
                f"describes it ({reason}); download it again."
            ) from error
    return model


def _freeze_pooler(model: TFPreTrainedModel) -> None:
    pooler = getattr(getattr(model, model.base_model_prefix), "pooler", None)
    if pooler is not None:
        pooler.trainable = False


@contextlib.contextmanager
def calculating_in(precision: str) -> Iterator[None]:
    """Makes models that are built in the block calculate in a precision, one of PRECISIONS."""
    before = keras.mixed_precision.global_policy()
    if precision == BFLOAT16:
        if not has_bfloat16():
            logging.warning(
                "--precision=%s: this processor has no instructions for it (neither avx512_bf16 "
                "nor amx_bf16), so that it is slower than %s.",
                BFLOAT16,
                FLOAT32,
            )
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)


@contextlib.contextmanager
def _quiet_transformers() -> Iterator[None]:
    # transformers announces the end of its TensorFlow classes; its version is pinned for them.
    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(before)
