"""A checkpoint becomes a masked language model, and that becomes a checkpoint again."""

import logging as python_logging

import keras
import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import save_file

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.checkpoint.heads import load_masked_lm, load_token_classifier

from ..tiny_bert import masked_lm_head

IDS = tf.constant([[2, 10, 50, 11, 3], [2, 12, 13, 14, 3]])
TRANSFORM = "cls.predictions.transform.dense.weight"


def encode(model):
    return model.bert(input_ids=IDS)[0].numpy()


def logits(model):
    return model(input_ids=IDS).logits.numpy()


@pytest.fixture
def with_head(tiny_teacher_folder, tiny_state):
    """The tiny checkpoint with a head of its own; the folder, and the head's tensors."""
    random = np.random.default_rng(5)
    head = {
        name: random.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in masked_lm_head(read_config(tiny_teacher_folder)).items()
    }
    save_file(tiny_state | head, tiny_teacher_folder / "model.safetensors")
    return tiny_teacher_folder, head


def test_each_weight_of_the_head_arrives_where_it_belongs(with_head):
    folder, head = with_head
    found = load_masked_lm(folder).mlm.predictions
    transform = found.transform
    np.testing.assert_array_equal(transform.dense.kernel, head[TRANSFORM].T)
    np.testing.assert_array_equal(
        transform.dense.bias, head["cls.predictions.transform.dense.bias"]
    )
    norm = "cls.predictions.transform.LayerNorm"
    np.testing.assert_array_equal(transform.LayerNorm.gamma, head[f"{norm}.weight"])
    np.testing.assert_array_equal(transform.LayerNorm.beta, head[f"{norm}.bias"])
    np.testing.assert_array_equal(found.bias, head["cls.predictions.bias"])


def test_the_decoder_is_the_embedding(with_head, tiny_state):
    model = load_masked_lm(with_head[0])
    weight = model.mlm.predictions.input_embeddings.weight
    np.testing.assert_array_equal(weight, tiny_state["bert.embeddings.word_embeddings.weight"])
    assert weight is model.bert.embeddings.weight


def test_biobert_names_heads_as_it_names_the_rest(with_head, tiny_state):
    folder, head = with_head
    expected = logits(load_masked_lm(folder))
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): array
        for name, array in (tiny_state | head).items()
    }
    embedding = tiny_state["bert.embeddings.word_embeddings.weight"]
    old["cls.predictions.decoder.weight"] = embedding.copy()
    old["cls.seq_relationship.weight"] = np.zeros((2, 32), np.float32)
    save_file(old, folder / "model.safetensors")
    np.testing.assert_array_equal(logits(load_masked_lm(folder)), expected)


def test_a_bare_encoder_gets_a_new_head_which_is_logged(tiny_teacher_folder, caplog):
    with caplog.at_level(python_logging.INFO, logger="absl"):
        model = load_masked_lm(tiny_teacher_folder)
    assert "which start untrained: cls.predictions, cls.predictions.transform." in caplog.text
    assert not model.mlm.predictions.bias.numpy().any()
    assert model.mlm.predictions.transform.dense.kernel.numpy().std() > 0.01


def test_a_head_that_is_there_is_not_called_new(with_head, caplog):
    with caplog.at_level(python_logging.INFO, logger="absl"):
        load_masked_lm(with_head[0])
    assert caplog.text == ""


def test_a_new_head_follows_the_seed(tiny_teacher_folder):
    kernels = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        model = load_masked_lm(tiny_teacher_folder)
        kernels.append(model.mlm.predictions.transform.dense.kernel.numpy())
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


@pytest.mark.parametrize("safetensors", [False, True])
def test_what_was_saved_loads_as_it_was(with_head, tmp_path, safetensors):
    model = load_masked_lm(with_head[0])
    model.save_pretrained(tmp_path / "saved", safe_serialization=safetensors)
    np.testing.assert_array_equal(logits(load_masked_lm(tmp_path / "saved")), logits(model))


def test_what_was_saved_is_a_checkpoint_to_fine_tune(tiny_teacher_folder, tmp_path):
    model = load_masked_lm(tiny_teacher_folder)
    for variable in model.trainable_variables:
        variable.assign_add(tf.random.normal(variable.shape, stddev=0.1))
    model.save_pretrained(tmp_path / "saved")
    assert (tmp_path / "saved" / "tf_model.h5").is_file()
    teacher = load_token_classifier(tmp_path / "saved", ("O", "B-Disease"), fine_tuned=False)
    np.testing.assert_array_equal(encode(teacher), encode(model))


def test_a_head_that_does_not_fit_is_named(with_head, tiny_state):
    folder, head = with_head
    head["cls.predictions.bias"] = head["cls.predictions.bias"][:-1]
    save_file(tiny_state | head, folder / "model.safetensors")
    with pytest.raises(InputError, match=r"'cls\.predictions\.bias' has shape"):
        load_masked_lm(folder)


def test_a_missing_encoder_tensor_is_named(tiny_teacher_folder, tiny_state):
    name = "bert.encoder.layer.1.attention.self.query.weight"
    del tiny_state[name]
    save_file(tiny_state, tiny_teacher_folder / "model.safetensors")
    with pytest.raises(InputError, match=f"lack the tensor '{name}'"):
        load_masked_lm(tiny_teacher_folder)
