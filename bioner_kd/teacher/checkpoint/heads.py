"""Loads a checkpoint as a TensorFlow model with a head: for tokens, or for masked subwords."""

import os
from collections.abc import Sequence
from pathlib import Path

from transformers import PretrainedConfig, TFBertForMaskedLM, TFPreTrainedModel
from transformers.models.auto.modeling_tf_auto import TF_MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING

from bioner_kd.errors import InputError, one_line
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.checkpoint.encoder_model import load_encoder
from bioner_kd.teacher.config import FLOAT32


def load_token_classifier(
    folder: str | os.PathLike[str],
    tags: Sequence[str],
    *,
    fine_tuned: bool,
    precision: str = FLOAT32,
) -> TFPreTrainedModel:
    """Loads an encoder with a token classification head.

    Args:
        folder: a checkpoint: `config.json`, and weights in any format that `read_state` reads, of a
            bare encoder, a pretrained model or a token classifier.
        tags: the tags that the outputs of the head stand for, in order.
        fine_tuned: whether the checkpoint's own head is used, which must have the labels `tags`.
            Otherwise the head is new and random, and a head of the checkpoint is left out.
        precision: what the model calculates in, one of PRECISIONS; its weights are float32.

    Returns:
        The built model, with `id2label` and `label2id` of `tags`.

    Raises:
        InputError: the folder is no checkpoint of a family in `FAMILIES`, it is damaged, its
            tensors do not fit its `config.json`, or its head is for other tags.
    """
    folder = Path(folder)
    config = read_config(folder)
    if fine_tuned:
        _check_labels(folder, config, tags)
    config.id2label = dict(enumerate(tags))
    config.label2id = {tag: index for index, tag in enumerate(tags)}
    model_class = TF_MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING[type(config)]
    return load_encoder(
        folder, config, model_class, head="needed" if fine_tuned else "new", precision=precision
    )


def _check_labels(folder: Path, config: PretrainedConfig, tags: Sequence[str]) -> None:
    labels = [label for _, label in sorted(config.id2label.items())]
    if labels != list(tags):
        raise InputError(
            f"{folder / 'config.json'}: this teacher was fine-tuned for {len(labels)} tags "
            f"({one_line(', '.join(labels))}), not for the {len(tags)} of this corpus "
            f"({one_line(', '.join(tags))}); fine-tune a teacher on this corpus."
        )


def load_masked_lm(folder: str | os.PathLike[str], precision: str = FLOAT32) -> TFBertForMaskedLM:
    """Loads a BERT with the head that predicts masked subwords.

    Args:
        folder: a checkpoint of a BERT, as `load_token_classifier` takes it.
        precision: what the model calculates in, one of PRECISIONS; its weights are float32.

    Returns:
        The built model. Its decoder is the embedding of subwords. The rest of the head (a dense
        layer, its normalisation, and a bias for each subword) is taken from the checkpoint. What
        the checkpoint lacks of it starts random, which is logged.

    Raises:
        InputError: the folder is no checkpoint of a BERT, it is damaged, or its tensors do not fit
            its `config.json`.
    """
    config = read_config(folder)
    if config.model_type != "bert":
        raise InputError(
            f"{Path(folder) / 'config.json'}: only a BERT can be pretrained further, and the "
            f"model_type of this checkpoint is {config.model_type!r}; name a checkpoint of "
            "model_type 'bert', or fine-tune this one as it is."
        )
    return load_encoder(folder, config, TFBertForMaskedLM, head="kept", precision=precision)
