"""Loads a BERT checkpoint of any format as a TensorFlow token classifier, without PyTorch."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from absl import logging
from transformers import BertConfig, TFBertForTokenClassification
from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model
from transformers.utils import logging as transformers_logging

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.bert_config import expected_tensors, read_config
from bioner_kd.teacher.checkpoint.state import read_state

__all__ = ["load_token_classifier", "read_state"]

_HEAD = "classifier."
_ENCODER_PARTS = ("bert.embeddings.", "bert.encoder.")
_BARE_PARTS = ("embeddings.", "encoder.", "pooler.")
# Not weights: tables that PyTorch can store with a model and that TensorFlow computes.
_BUFFERS = ("bert.embeddings.position_ids", "bert.embeddings.token_type_ids")
# LayerNorm in checkpoints that were converted from TensorFlow, as BioBERT was.
_OLD_ENDINGS = {".gamma": ".weight", ".beta": ".bias"}


def load_token_classifier(
    folder: str | os.PathLike[str], tags: Sequence[str], *, fine_tuned: bool
) -> TFBertForTokenClassification:
    """Loads a BERT with a token classification head.

    Args:
        folder: a checkpoint: `config.json` and weights in any format that `read_state` reads, of a
            bare encoder, a pretrained model or a token classifier.
        tags: what the outputs of the head mean, in order.
        fine_tuned: whether the checkpoint's own head is used. If so, it must be there and its
            labels must be `tags`; if not, the head is new and random, and one in the checkpoint is
            left out, because what it was trained to tell apart are other labels.

    Returns:
        The built model, float32, `id2label` and `label2id` made from `tags`.

    Raises:
        InputError: the folder is no BERT checkpoint, is damaged, its tensors do not fit its
            `config.json`, or its head is not one for `tags`.
    """
    folder = Path(folder)
    config = read_config(folder)
    if fine_tuned:
        _check_labels(folder, config, tags)
    state = _with_bert_names(read_state(folder))
    expected = expected_tensors(config)
    if fine_tuned:
        shape = (len(tags), config.hidden_size)
        expected |= {f"{_HEAD}weight": shape, f"{_HEAD}bias": shape[:1]}
    _check_tensors(folder, state, expected)
    _log_left_out(folder, state, expected)
    return _build(folder, config, tags, {name: state[name] for name in expected})


def _with_bert_names(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    bare = not any(name.startswith(_ENCODER_PARTS) for name in state)
    renamed = {}
    for name, array in state.items():
        for old, new in _OLD_ENDINGS.items():
            name = name.removesuffix(old) + new if name.endswith(old) else name
        renamed[f"bert.{name}" if bare and name.startswith(_BARE_PARTS) else name] = array
    return {name: array for name, array in renamed.items() if name not in _BUFFERS}


def _check_labels(folder: Path, config: BertConfig, tags: Sequence[str]) -> None:
    labels = [label for _, label in sorted(config.id2label.items())]
    if labels != list(tags):
        raise InputError(
            f"{folder / 'config.json'}: this teacher was fine-tuned for {len(labels)} tags "
            f"({', '.join(map(str, labels))}), not for the {len(tags)} of this corpus "
            f"({', '.join(tags)}); fine-tune a teacher on this corpus."
        )


def _check_tensors(
    folder: Path, state: Mapping[str, np.ndarray], expected: Mapping[str, tuple[int, ...]]
) -> None:
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
    left_out = sorted({name.split(".")[0] for name in state if name not in used} - {"bert"})
    if left_out:
        logging.info("%s: heads left out: %s.", folder, ", ".join(left_out))


def _build(
    folder: Path, config: BertConfig, tags: Sequence[str], state: dict[str, np.ndarray]
) -> TFBertForTokenClassification:
    config.id2label = dict(enumerate(tags))
    config.label2id = {tag: index for index, tag in enumerate(tags)}
    with _quiet_transformers():
        try:
            model = TFBertForTokenClassification(config)
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
    unset = [name for name in report["missing_keys"] if not name.startswith(_HEAD)]
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
