import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.encoder_config import read_config

from ..tiny_bert import CONFIG, expected_tensors, write_config, write_json

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")


def test_the_configuration_is_read(tmp_path):
    write_config(tmp_path, torch_dtype="float16", hidden_act="relu", architectures=["BertModel"])
    config = read_config(tmp_path)
    assert (config.hidden_size, config.num_hidden_layers, config.hidden_act) == (32, 2, "relu")
    # The model that is made is float32, whatever the file was.
    assert config.dtype is None


def test_expected_tensors_are_those_of_the_model_in_its_order(tmp_path):
    from transformers import TFBertForTokenClassification
    from transformers.modeling_tf_pytorch_utils import convert_tf_weight_name_to_pt_weight_name

    write_config(tmp_path)
    config = read_config(tmp_path)
    model = TFBertForTokenClassification(config)
    model.build_in_name_scope()
    shapes = {}
    for variable in model.variables:
        name, transpose = convert_tf_weight_name_to_pt_weight_name(
            variable.name, tf_weight_shape=variable.shape
        )
        shape = tuple(variable.shape)
        shapes[name] = shape[::-1] if transpose.value == "simple" else shape
    heads = [name for name in shapes if name.startswith("classifier")]
    expected = expected_tensors(config)
    assert expected == {name: shape for name, shape in shapes.items() if name not in heads}
    assert next(iter(expected)) == "bert.embeddings.word_embeddings.weight"


def test_biobert_has_108_million_encoder_weights(tmp_path):
    write_config(
        tmp_path,
        vocab_size=28996,
        hidden_size=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=3072,
        max_position_embeddings=512,
    )
    shapes = expected_tensors(read_config(tmp_path)).values()
    assert sum(int(np.prod(shape)) for shape in shapes) == 107_719_680


@pytest.mark.parametrize("model_type", ["albert", "longformer", "gpt2", "bert-generation"])
def test_another_architecture_is_refused_by_name(tmp_path, model_type):
    write_config(tmp_path, model_type=model_type)
    with pytest.raises(InputError, match=f"model_type is '{model_type}'"):
        read_config(tmp_path)


def test_a_configuration_without_model_type_is_a_berts_unless_it_says_otherwise(tmp_path):
    values = {key: value for key, value in CONFIG.items() if key != "model_type"}
    write_json(tmp_path / "config.json", values)
    assert read_config(tmp_path).model_type == "bert"
    write_json(tmp_path / "config.json", values | {"architectures": ["BertForMaskedLM"]})
    assert read_config(tmp_path).model_type == "bert"
    write_json(tmp_path / "config.json", values | {"architectures": ["ElectraModel"]})
    with pytest.raises(InputError, match="'ElectraModel'"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 0},
        {"hidden_size": "768"},
        {"vocab_size": -3},
        {"num_hidden_layers": 2.5},
        {"type_vocab_size": None},
        {"intermediate_size": True},
        {"num_attention_heads": 5},
        {"id2label": ["O"]},
        {"id2label": {"zero": "O"}},
    ],
)
def test_an_impossible_configuration_is_an_error_that_names_the_file(tmp_path, changes):
    write_config(tmp_path, **changes)
    with pytest.raises(InputError, match=r"config\.json: ") as caught:
        read_config(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_configuration_is_named(tmp_path):
    with pytest.raises(InputError, match=r"config\.json: cannot read"):
        read_config(tmp_path)
