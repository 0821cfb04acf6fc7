"""Loads a BERT checkpoint of any format as a TensorFlow masked language model."""

import os
from pathlib import Path

from transformers import TFBertForMaskedLM

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.checkpoint.encoder_model import load_encoder


def load_masked_lm(folder: str | os.PathLike[str]) -> TFBertForMaskedLM:
    """Loads a BERT with the head that predicts masked subwords.

    Args:
        folder: a checkpoint, as `load_token_classifier` takes, of a BERT.

    Returns:
        The built model, float32. Its decoder is the embedding of subwords. The rest of its head
        (a dense layer, its normalisation, a bias for each subword) is the checkpoint's own where
        the checkpoint has one, else new and random, which is logged.

    Raises:
        InputError: the folder is no BERT checkpoint, is damaged, or its tensors do not fit its
            `config.json`.
    """
    config = read_config(folder)
    if config.model_type != "bert":
        raise InputError(
            f"{Path(folder) / 'config.json'}: only a BERT can be pretrained further, and the "
            f"model_type of this checkpoint is {config.model_type!r}; name a checkpoint of "
            "model_type 'bert', or fine-tune this one as it is."
        )
    return load_encoder(folder, config, TFBertForMaskedLM, head="kept")
