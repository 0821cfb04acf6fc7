"""Loads a BERT checkpoint of any format as a TensorFlow masked language model."""

import os

from transformers import TFBertForMaskedLM

from bioner_kd.teacher.checkpoint.bert_config import masked_lm_head, read_config
from bioner_kd.teacher.checkpoint.bert_model import load_bert


def load_masked_lm(folder: str | os.PathLike[str]) -> TFBertForMaskedLM:
    """Loads a BERT with the head that predicts masked subwords.

    Args:
        folder: a checkpoint, as `load_token_classifier` takes.

    Returns:
        The built model, float32. Its decoder is the embedding of subwords. The rest of its head
        (a dense layer, its normalisation, a bias a subword) is the checkpoint's own where it has
        one, else new and random, which is logged.

    Raises:
        InputError: the folder is no BERT checkpoint, is damaged, or its tensors do not fit its
            `config.json`.
    """
    config = read_config(folder)
    return load_bert(folder, config, TFBertForMaskedLM, welcome=masked_lm_head(config))
