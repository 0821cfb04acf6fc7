import re
from pathlib import Path

import keras
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import save_file
from transformers import TFBertForMaskedLM, TFBertModel

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.checkpoint.heads import load_token_classifier

from ..tiny_bert import CONFIG, random_state, write_checkpoint, write_config, write_json
from .torch_files import save_legacy, save_zip

TAGS = ("O", "B-Disease", "I-Disease")
IDS = np.array([[2, 10, 50, 11, 3, 0], [2, 12, 13, 14, 60, 3]], np.int32)
MASK = (IDS != 0).astype(np.int32)
QUERY = "bert.encoder.layer.1.attention.self.query.weight"

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")


def encode(model: keras.Model) -> np.ndarray:
    """What the encoder makes of two sentences, float32 (2, 6, 32)."""
    return model.bert(input_ids=tf.constant(IDS), attention_mask=tf.constant(MASK))[0].numpy()


def logits(model: keras.Model) -> np.ndarray:
    return model(input_ids=tf.constant(IDS), attention_mask=tf.constant(MASK)).logits.numpy()


def load_new(folder: Path) -> keras.Model:
    return load_token_classifier(folder, TAGS, fine_tuned=False)


def replace_weights(folder: Path, state: dict[str, np.ndarray]) -> None:
    save_file(
        {name: np.ascontiguousarray(array) for name, array in state.items()},
        folder / "model.safetensors",
    )


@pytest.fixture
def fine_tuned_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "fine_tuned"
    write_checkpoint(folder, head=3, id2label={str(i): tag for i, tag in enumerate(TAGS)})
    return folder


def test_each_weight_arrives_where_it_belongs(tiny_teacher_folder, tiny_state):
    model = load_new(tiny_teacher_folder)
    layer = model.bert.encoder.layer[1]
    attention = layer.attention.self_attention
    np.testing.assert_array_equal(attention.query.kernel, tiny_state[QUERY].T)
    np.testing.assert_array_equal(
        layer.bert_output.LayerNorm.gamma,
        tiny_state["bert.encoder.layer.1.output.LayerNorm.weight"],
    )
    np.testing.assert_array_equal(
        model.bert.embeddings.weight, tiny_state["bert.embeddings.word_embeddings.weight"]
    )
    arrived = sum(float(np.abs(variable).sum()) for variable in model.bert.variables)
    assert arrived == pytest.approx(sum(float(np.abs(a).sum()) for a in tiny_state.values()))


def test_labels_are_the_tags(tiny_teacher_folder):
    model = load_new(tiny_teacher_folder)
    assert model.config.id2label == {0: "O", 1: "B-Disease", 2: "I-Disease"}
    assert model.config.label2id == {"O": 0, "B-Disease": 1, "I-Disease": 2}
    assert logits(model).shape == (2, 6, 3)


@pytest.mark.parametrize("save", [save_zip, save_legacy])
def test_torch_files_give_the_encoder_that_safetensors_give(tiny_teacher_folder, tiny_state, save):
    expected = encode(load_new(tiny_teacher_folder))
    (tiny_teacher_folder / "model.safetensors").unlink()
    save(tiny_state, tiny_teacher_folder / "pytorch_model.bin")
    np.testing.assert_array_equal(encode(load_new(tiny_teacher_folder)), expected)


@pytest.mark.parametrize(("dtype", "close"), [(np.float16, 5e-3), (ml_dtypes.bfloat16, 5e-2)])
def test_half_precision_files_give_nearly_the_same_encoder(
    tiny_teacher_folder, tiny_state, dtype, close
):
    expected = encode(load_new(tiny_teacher_folder))
    replace_weights(tiny_teacher_folder, {n: a.astype(dtype) for n, a in tiny_state.items()})
    model = load_new(tiny_teacher_folder)
    assert all(variable.dtype == tf.float32 for variable in model.variables)
    np.testing.assert_allclose(encode(model), expected, atol=close)


def test_shards_give_the_same_encoder(tiny_teacher_folder, tiny_state):
    expected = encode(load_new(tiny_teacher_folder))
    (tiny_teacher_folder / "model.safetensors").unlink()
    names = sorted(tiny_state)
    shards = {"model-1-of-2.safetensors": names[::2], "model-2-of-2.safetensors": names[1::2]}
    for shard, part in shards.items():
        save_file({name: tiny_state[name] for name in part}, tiny_teacher_folder / shard)
    places = {name: shard for shard, part in shards.items() for name in part}
    index = tiny_teacher_folder / "model.safetensors.index.json"
    write_json(index, {"weight_map": places})
    np.testing.assert_array_equal(encode(load_new(tiny_teacher_folder)), expected)


def test_a_bare_encoder_needs_no_prefix(tiny_teacher_folder, tiny_state):
    expected = encode(load_new(tiny_teacher_folder))
    bare = {name.removeprefix("bert."): array for name, array in tiny_state.items()}
    bare["pooler.dense.weight"] = np.zeros((32, 32), np.float32)
    bare["embeddings.position_ids"] = np.arange(64).reshape(1, 64)
    replace_weights(tiny_teacher_folder, bare)
    np.testing.assert_array_equal(encode(load_new(tiny_teacher_folder)), expected)


def test_biobert_layout_with_gamma_beta_and_pretraining_heads(tiny_teacher_folder, tiny_state):
    expected = encode(load_new(tiny_teacher_folder))
    old = {
        re.sub(r"LayerNorm\.weight$", "LayerNorm.gamma", name).replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): array
        for name, array in tiny_state.items()
    }
    assert sum("gamma" in name for name in old) == 5
    old["cls.predictions.bias"] = np.zeros(3, np.float32)
    old["cls.predictions.transform.LayerNorm.gamma"] = np.zeros(32, np.float32)
    old["bert.pooler.dense.bias"] = np.zeros(32, np.float32)
    old["bert.embeddings.position_ids"] = np.arange(64).reshape(1, 64)
    replace_weights(tiny_teacher_folder, old)
    np.testing.assert_array_equal(encode(load_new(tiny_teacher_folder)), expected)


@pytest.mark.parametrize("model_class", [TFBertModel, TFBertForMaskedLM])
@pytest.mark.parametrize("safetensors", [False, True])
def test_what_tensorflow_saved_without_a_tagging_head_loads(tmp_path, model_class, safetensors):
    write_config(tmp_path)
    saved = model_class(read_config(tmp_path))
    saved.build_in_name_scope()
    saved.save_pretrained(tmp_path, safe_serialization=safetensors)
    assert (tmp_path / "tf_model.h5").exists() != safetensors
    np.testing.assert_array_equal(encode(load_new(tmp_path)), encode(saved))


@pytest.mark.parametrize("safetensors", [False, True])
def test_a_fine_tuned_teacher_survives_saving_and_loading(fine_tuned_folder, tmp_path, safetensors):
    model = load_token_classifier(fine_tuned_folder, TAGS, fine_tuned=True)
    model.save_pretrained(tmp_path / "again", safe_serialization=safetensors)
    again = load_token_classifier(tmp_path / "again", TAGS, fine_tuned=True)
    np.testing.assert_array_equal(logits(again), logits(model))


def test_the_saved_head_is_used_when_fine_tuned(fine_tuned_folder):
    model = load_token_classifier(fine_tuned_folder, TAGS, fine_tuned=True)
    weights = random_state(fine_tuned_folder, head=3)
    np.testing.assert_array_equal(model.classifier.kernel, weights["classifier.weight"].T)
    np.testing.assert_array_equal(model.classifier.bias, weights["classifier.bias"])


def test_the_saved_head_is_left_out_when_not_fine_tuned(fine_tuned_folder):
    model = load_new(fine_tuned_folder)
    weights = random_state(fine_tuned_folder, head=3)
    assert not np.isclose(model.classifier.kernel, weights["classifier.weight"].T).any()
    np.testing.assert_array_equal(model.classifier.bias, np.zeros(3))


def test_a_new_head_follows_the_seed(tiny_teacher_folder):
    kernels = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        kernels.append(load_new(tiny_teacher_folder).classifier.kernel.numpy())
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


@pytest.mark.parametrize(
    "tags", [TAGS[:2], (*TAGS, "B-Chemical"), ("O", "I-Disease", "B-Disease"), ("O", "B-X", "I-X")]
)
def test_a_head_for_other_tags_is_refused(fine_tuned_folder, tags):
    with pytest.raises(InputError, match=r"fine-tuned for 3 tags \(O, B-Disease, I-Disease\)"):
        load_token_classifier(fine_tuned_folder, tags, fine_tuned=True)


def test_a_head_without_labels_is_refused(fine_tuned_folder):
    write_config(fine_tuned_folder)
    with pytest.raises(InputError, match="LABEL_0, LABEL_1"):
        load_token_classifier(fine_tuned_folder, TAGS, fine_tuned=True)


def test_a_missing_head_is_named_when_fine_tuned(fine_tuned_folder, tiny_state):
    replace_weights(fine_tuned_folder, tiny_state)
    with pytest.raises(InputError, match=r"lack the tensor 'classifier\.weight'"):
        load_token_classifier(fine_tuned_folder, TAGS, fine_tuned=True)


def test_a_head_that_does_not_fit_its_own_labels_is_named(fine_tuned_folder):
    replace_weights(fine_tuned_folder, random_state(fine_tuned_folder, head=5))
    with pytest.raises(
        InputError, match=r"'classifier\.weight' has shape \(5, 32\) .* \(3, 32\) by config"
    ):
        load_token_classifier(fine_tuned_folder, TAGS, fine_tuned=True)


def test_whether_it_is_fine_tuned_must_be_said(tiny_teacher_folder):
    with pytest.raises(TypeError, match="fine_tuned"):
        load_token_classifier(tiny_teacher_folder, TAGS)


@pytest.mark.parametrize(
    ("changes", "tensor", "in_file", "by_config"),
    [
        (
            {"hidden_size": 64},
            "bert.embeddings.word_embeddings.weight",
            (CONFIG["vocab_size"], 32),
            (CONFIG["vocab_size"], 64),
        ),
        (
            {"intermediate_size": 50},
            "bert.encoder.layer.0.intermediate.dense.weight",
            (48, 32),
            (50, 32),
        ),
        (
            {"max_position_embeddings": 32},
            "bert.embeddings.position_embeddings.weight",
            (64, 32),
            (32, 32),
        ),
    ],
)
def test_the_first_tensor_that_does_not_fit_is_named(
    tiny_teacher_folder, changes, tensor, in_file, by_config
):
    write_config(tiny_teacher_folder, **changes)
    expected = f"the tensor {tensor!r} has shape {in_file} in the weights and {by_config} by config"
    with pytest.raises(InputError, match=re.escape(expected)) as caught:
        load_new(tiny_teacher_folder)
    assert str(caught.value).startswith(str(tiny_teacher_folder))


def test_equal_numbers_of_another_shape_are_not_reshaped(tiny_teacher_folder, tiny_state):
    tiny_state[QUERY] = tiny_state[QUERY].reshape(16, 64)
    replace_weights(tiny_teacher_folder, tiny_state)
    with pytest.raises(InputError, match=r"shape \(16, 64\) .* \(32, 32\)"):
        load_new(tiny_teacher_folder)


def test_a_missing_encoder_tensor_is_named(tiny_teacher_folder, tiny_state):
    del tiny_state[QUERY]
    replace_weights(tiny_teacher_folder, tiny_state)
    with pytest.raises(InputError, match=re.escape(f"lack the tensor {QUERY!r}")):
        load_new(tiny_teacher_folder)


def test_layers_that_the_configuration_does_not_know_are_named(tiny_teacher_folder):
    write_config(tiny_teacher_folder, num_hidden_layers=1)
    with pytest.raises(InputError, match=r"'bert\.encoder\.layer\.1\.\S+' .* has no place"):
        load_new(tiny_teacher_folder)


def test_quantised_weights_are_refused(tiny_teacher_folder, tiny_state):
    tiny_state[QUERY] = tiny_state[QUERY].astype(np.int8)
    replace_weights(tiny_teacher_folder, tiny_state)
    with pytest.raises(InputError, match="int8 .*quantised"):
        load_new(tiny_teacher_folder)


def test_another_architecture_is_refused_before_its_weights_are_read(tmp_path):
    write_config(tmp_path, model_type="albert")
    with pytest.raises(InputError, match="model_type is 'albert'"):
        load_new(tmp_path)


def test_an_unknown_activation_is_an_input_error(tiny_teacher_folder):
    write_config(tiny_teacher_folder, hidden_act="glue")
    with pytest.raises(
        InputError, match=r"config\.json: hidden_act must be the name of an activation, not 'glue'"
    ):
        load_new(tiny_teacher_folder)


def test_loading_is_silent(tiny_teacher_folder, capfd):
    load_new(tiny_teacher_folder)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "deprecated" not in printed.err
    assert "newly initialized" not in printed.err
