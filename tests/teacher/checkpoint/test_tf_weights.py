from pathlib import Path

import numpy as np
import pytest
from transformers import TFBertForMaskedLM, TFBertModel

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.checkpoint.tf_weights import read_h5, with_torch_names

from ..tiny_bert import expected_tensors, write_config

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")


@pytest.fixture
def h5(tmp_path: Path) -> Path:
    """What TensorFlow saved of a bare encoder with a pooler."""
    write_config(tmp_path)
    model = TFBertModel(read_config(tmp_path))
    model.build_in_name_scope()
    model.save_weights(tmp_path / "tf_model.h5")
    return tmp_path / "tf_model.h5"


def test_names_and_axes_become_those_of_pytorch(h5):
    state = read_h5(h5)
    expected = expected_tensors(read_config(h5.parent))
    for name, shape in expected.items():
        assert state[name].shape == shape
    assert set(state) - set(expected) == {"bert.pooler.dense.weight", "bert.pooler.dense.bias"}


def test_only_kernels_are_transposed():
    kernel, table = np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3)
    prefix = "model/bert/encoder/layer_._1"
    state = with_torch_names(
        {
            f"{prefix}/output/dense/kernel:0": kernel,
            f"{prefix}/output/LayerNorm/gamma:0": kernel[0],
            "model/bert/embeddings/word_embeddings/weight:0": table,
            "model/bert/embeddings/position_embeddings/embeddings:0": table,
        }
    )
    np.testing.assert_array_equal(state["bert.encoder.layer.1.output.dense.weight"], kernel.T)
    np.testing.assert_array_equal(state["bert.embeddings.word_embeddings.weight"], table)
    np.testing.assert_array_equal(state["bert.embeddings.position_embeddings.weight"], table)
    assert state["bert.encoder.layer.1.output.LayerNorm.weight"].tolist() == [0, 1, 2]


def test_the_head_of_a_masked_language_model_does_not_hide_the_encoder(tmp_path):
    write_config(tmp_path)
    model = TFBertForMaskedLM(read_config(tmp_path))
    model.build_in_name_scope()
    model.save_weights(tmp_path / "tf_model.h5")
    state = read_h5(tmp_path / "tf_model.h5")
    assert set(expected_tensors(read_config(tmp_path))) <= set(state)
    assert "cls.predictions.bias" in state


@pytest.mark.parametrize("share", [0.02, 0.3, 0.999])
def test_a_cut_file_is_an_error_that_names_it(h5, share):
    content = h5.read_bytes()
    h5.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"tf_model\.h5: .*download it again"):
        read_h5(h5)


def test_a_file_of_something_else_is_named(h5):
    h5.write_bytes(b"these are no weights")
    with pytest.raises(InputError, match="not an HDF5 file"):
        read_h5(h5)
