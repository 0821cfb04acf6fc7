"""Loads a checkpoint of any format and family as a TensorFlow token classifier."""

import os
from collections.abc import Sequence
from pathlib import Path

from transformers import PretrainedConfig, TFPreTrainedModel
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
        folder: a checkpoint: `config.json` and weights in any format that `read_state` reads, of a
            bare encoder, a pretrained model or a token classifier.
        tags: what the outputs of the head mean, in order.
        fine_tuned: whether the checkpoint's own head is used. If so, it must be there and its
            labels must be `tags`; if not, the head is new and random, and one in the checkpoint is
            left out, because what it was trained to tell apart are other labels.
        precision: what the model calculates in, of PRECISIONS; its weights are float32.

    Returns:
        The built model, `id2label` and `label2id` made from `tags`.

    Raises:
        InputError: the folder is no checkpoint of a family in `FAMILIES`, is damaged, its tensors
            do not fit its `config.json`, or its head is not one for `tags`.
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
