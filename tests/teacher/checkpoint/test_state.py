from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.state import read_state

from ..tiny_bert import write_json
from .torch_files import save_legacy, save_zip

INDEX = {".safetensors": "model.safetensors.index.json", ".bin": "pytorch_model.bin.index.json"}
SAVERS = {".safetensors": save_file, ".bin": save_zip}
both_formats = pytest.mark.parametrize("suffix", SAVERS)


def write_shards(folder: Path, suffix: str) -> dict[str, np.ndarray]:
    """Two shards with two tensors each."""
    state = {name: np.full(2, i, np.float32) for i, name in enumerate("abcd")}
    shards = {f"model-0000{n}-of-00002{suffix}": names for n, names in ((1, "ab"), (2, "cd"))}
    for shard, names in shards.items():
        SAVERS[suffix]({name: state[name] for name in names}, folder / shard)
    places = {name: shard for shard, names in shards.items() for name in names}
    write_json(folder / INDEX[suffix], {"metadata": {"total_size": 32}, "weight_map": places})
    return state


def test_safetensors_are_preferred_to_torch_files(tmp_path):
    save_zip({"x": np.zeros(1, np.float32)}, tmp_path / "pytorch_model.bin")
    assert read_state(tmp_path)["x"].tolist() == [0.0]
    save_file({"x": np.ones(1, np.float32)}, tmp_path / "model.safetensors")
    assert read_state(tmp_path)["x"].tolist() == [1.0]


def test_the_legacy_torch_format_is_recognised(tmp_path):
    save_legacy({"x": np.ones(1, np.float32)}, tmp_path / "pytorch_model.bin")
    assert read_state(tmp_path)["x"].tolist() == [1.0]


@both_formats
def test_shards_make_one_checkpoint(tmp_path, suffix):
    expected = write_shards(tmp_path, suffix)
    state = read_state(tmp_path)
    assert sorted(state) == sorted(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(state[name], array)


@both_formats
def test_a_missing_shard_is_named(tmp_path, suffix):
    write_shards(tmp_path, suffix)
    missing = f"model-00002-of-00002{suffix}"
    (tmp_path / missing).unlink()
    with pytest.raises(InputError, match=f"{missing}: this shard is missing"):
        read_state(tmp_path)


@both_formats
def test_a_shard_that_lacks_a_tensor_is_named_with_it(tmp_path, suffix):
    write_shards(tmp_path, suffix)
    shard = f"model-00002-of-00002{suffix}"
    SAVERS[suffix]({"c": np.zeros(2, np.float32)}, tmp_path / shard)
    with pytest.raises(InputError, match=f"{shard}: the tensor 'd' is missing"):
        read_state(tmp_path)


@pytest.mark.parametrize(
    "shard",
    [
        "../model.safetensors",
        "sub/model.safetensors",
        "/etc/model.safetensors",
        "..\\model.safetensors",
        "C:model.safetensors",
        "model.bin",
        "",
        7,
        None,
    ],
)
def test_an_index_that_points_elsewhere_is_refused(tmp_path, shard):
    save_file({"x": np.zeros(1, np.float32)}, tmp_path / "model.safetensors")
    folder = tmp_path / "folder"
    folder.mkdir()
    write_json(folder / INDEX[".safetensors"], {"weight_map": {"x": shard}})
    with pytest.raises(InputError, match="refused") as caught:
        read_state(folder)
    assert repr(shard) in str(caught.value)


@pytest.mark.parametrize("index", [{}, {"weight_map": []}, {"weight_map": {}}])
def test_an_index_without_places_is_an_error(tmp_path, index):
    write_json(tmp_path / INDEX[".bin"], index)
    with pytest.raises(InputError, match="weight_map must name"):
        read_state(tmp_path)


def test_a_folder_without_weights_says_what_it_needs(tmp_path):
    with pytest.raises(InputError, match=r"model\.safetensors, pytorch_model\.bin, tf_model\.h5"):
        read_state(tmp_path)
