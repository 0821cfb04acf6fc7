"""From a checkpoint of any format to a BERT in TensorFlow, without PyTorch: checked, then set."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
from absl import logging
from transformers import BertConfig, TFPreTrainedModel
from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model
from transformers.utils import logging as transformers_logging

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.bert_config import Shapes, expected_tensors
from bioner_kd.teacher.checkpoint.state import read_state

_ENCODER = "bert."
_ENCODER_PARTS = ("bert.embeddings.", "bert.encoder.")
_BARE_PARTS = ("embeddings.", "encoder.", "pooler.")
# Not weights: tables that PyTorch can store with a model and that TensorFlow computes.
_BUFFERS = ("bert.embeddings.position_ids", "bert.embeddings.token_type_ids")
# LayerNorm in checkpoints that were converted from TensorFlow, as BioBERT was.
_OLD_ENDINGS = {".gamma": ".weight", ".beta": ".bias"}

Model = TypeVar("Model", bound=TFPreTrainedModel)


def load_bert(
    folder: str | os.PathLike[str],
    config: BertConfig,
    model_class: type[Model],
    *,
    needed: Shapes | None = None,
    welcome: Shapes | None = None,
) -> Model:
    """Builds a BERT with some head and sets its weights.

    Args:
        folder: weights in any format that `read_state` reads, of a bare encoder or with any head.
        config: what the model is built from.
        model_class: of transformers; its encoder is named `bert`.
        needed: tensors of the head that the weights must have, shape by PyTorch name.
        welcome: tensors of the head that are used where the weights have them, and stay new and
            random where they lack them, which is logged.

    Returns:
        The built model, float32; tensors of its head that are named in neither are new and random.

    Raises:
        InputError: the weights are missing or damaged, or do not fit `config`.
    """
    folder = Path(folder)
    state = _with_bert_names(read_state(folder))
    found = {name: shape for name, shape in (welcome or {}).items() if name in state}
    expected = {**expected_tensors(config), **(needed or {}), **found}
    _check_tensors(folder, state, expected)
    _log_left_out(folder, state, expected)
    _log_new(folder, (welcome or {}).keys() - found.keys())
    return _build(folder, config, model_class, {name: state[name] for name in expected})


def _with_bert_names(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    bare = not any(name.startswith(_ENCODER_PARTS) for name in state)
    renamed = {}
    for name, array in state.items():
        for old, new in _OLD_ENDINGS.items():
            name = name.removesuffix(old) + new if name.endswith(old) else name
        renamed[f"bert.{name}" if bare and name.startswith(_BARE_PARTS) else name] = array
    return {name: array for name, array in renamed.items() if name not in _BUFFERS}


def _check_tensors(folder: Path, state: Mapping[str, np.ndarray], expected: Shapes) -> None:
    for name, shape in expected.items():
        if name not in state:
            raise InputError(
                f"{folder}: the weights lack the tensor {name!r}, which config.json asks for with "
                f"shape {shape}; config.json and weights must be of one BERT: download both again."
            )
        if state[name].shape != shape:
            raise InputError(
                f"{folder}: the tensor {name!r} has shape {state[name].shape} in the weights and "
                f"{shape} by config.json; both must be of one BERT: download both again."
            )
        if state[name].dtype.kind != "f":
            raise InputError(
                f"{folder}: the tensor {name!r} holds {state[name].dtype} numbers; quantised "
                "weights are not supported: name a float32, float16 or bfloat16 checkpoint."
            )
    for name in state:
        if name.startswith(_ENCODER_PARTS) and name not in expected:
            raise InputError(
                f"{folder}: the weights have the tensor {name!r} of shape {state[name].shape}, for "
                "which config.json has no place; both must be of one BERT: download both again."
            )


def _log_left_out(
    folder: Path, state: Mapping[str, np.ndarray], used: Mapping[str, object]
) -> None:
    parts = {name.split(".")[0] for name in state}
    left_out = sorted(parts - {name.split(".")[0] for name in used})
    if left_out:
        logging.info("%s: heads left out: %s.", folder, ", ".join(left_out))


def _log_new(folder: Path, names: set[str]) -> None:
    if names:
        logging.info(
            "%s: the weights lack parts of the head, which start untrained: %s.",
            folder,
            ", ".join(sorted({name.rpartition(".")[0] for name in names})),
        )


def _build(
    folder: Path, config: BertConfig, model_class: type[Model], state: dict[str, np.ndarray]
) -> Model:
    with _quiet_transformers():
        try:
            model = model_class(config)
            model.build_in_name_scope()
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{folder / 'config.json'}: no BERT can be built as this describes it ({error}); "
                "download it again."
            ) from error
        _, report = load_pytorch_state_dict_in_tf2_model(
            model,
            state,
            tf_inputs=False,
            allow_missing_keys=True,
            output_loading_info=True,
            skip_logger_warnings=True,
        )
    unset = [n for n in report["missing_keys"] if n.startswith(_ENCODER) or n in state]
    # A tensor that the model has no place for was not set either.
    unset += [name for name in report["unexpected_keys"] if name in state]
    if unset:
        raise InputError(f"{folder}: nothing in the weights sets {unset[0]!r} of the model.")
    return model


@contextlib.contextmanager
def _quiet_transformers() -> Iterator[None]:
    # It announces the end of its TensorFlow classes, for which the version is pinned.
    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(before)
