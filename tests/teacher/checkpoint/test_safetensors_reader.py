import json
import struct
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.safetensors_reader import read_safetensors

TYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def entry(dtype: object = "F32", shape: object = (4,), offsets: object = (0, 16)) -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def write(path: Path, header: object, data: bytes = bytes(16)) -> None:
    encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + data)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 5)])
def test_files_of_the_library_come_back_exactly(path, dtype, shape):
    array = np.random.default_rng(1).integers(0, 100, shape).astype(dtype)
    save_file({"x": array, "y": np.ones(3, np.float32)}, path, metadata={"format": "pt"})
    read = read_safetensors(path)
    assert sorted(read) == ["x", "y"]
    np.testing.assert_array_equal(read["x"], array, strict=True)


def test_bfloat16_becomes_float32_without_loss(path):
    array = np.array([[1.0, -2.5], [3.0e38, 1e-40]]).astype(ml_dtypes.bfloat16)
    save_file({"x": array}, path)
    np.testing.assert_array_equal(read_safetensors(path)["x"], array.astype("f4"), strict=True)


def test_a_file_written_by_hand_is_read(path):
    write(path, {"x": entry(shape=[2, 2])}, struct.pack("<4f", 1, 2, 3, 4))
    assert read_safetensors(path)["x"].tolist() == [[1, 2], [3, 4]]


POISONED = {
    "hole": {"a": entry(shape=[1], offsets=[0, 4]), "b": entry(shape=[2], offsets=[8, 16])},
    "overlap": {"a": entry(shape=[4]), "b": entry(shape=[4])},
    "data left over": {"a": entry(shape=[2], offsets=[0, 8])},
    "beyond the end": {"a": entry(shape=[5], offsets=[0, 20])},
    "shape and place differ": {"a": entry(shape=[5])},
    "huge shape": {"a": entry(shape=[2**40, 2**40])},
    "negative shape": {"a": entry(shape=[-2, -2])},
    "fraction in the shape": {"a": entry(shape=[4.0])},
    "shape is text": {"a": entry(shape="4")},
    "offsets backwards": {"a": entry(shape=[4], offsets=[16, 0])},
    "three offsets": {"a": entry(offsets=[0, 8, 16])},
    "negative offset": {"a": entry(offsets=[-16, 0])},
    "unknown type": {"a": entry(dtype="F33")},
    "type is a list": {"a": entry(dtype=["F32"])},
    "no type": {"a": {"shape": [4], "data_offsets": [0, 16]}},
    "tensor is a number": {"a": 7},
    "list": [1, 2],
    "not JSON": b"{'a': 1}",
    "not UTF-8": b'{"\xff": {}}',
    "deeply nested": b"[" * 100_000,
    "no tensors but data": {},
}


@pytest.mark.parametrize("header", POISONED.values(), ids=POISONED)
def test_a_poisoned_header_is_refused_as_the_library_refuses_it(path, header):
    write(path, header)
    with pytest.raises(SafetensorError):
        load_file(path)
    with pytest.raises(InputError, match="download it again") as caught:
        read_safetensors(path)
    assert str(caught.value).startswith(str(path))


def test_a_tensor_that_is_named_twice_is_refused(path):
    one = json.dumps(entry(shape=[4]))
    write(path, f'{{"a": {one}, "a": {one}}}'.encode())
    with pytest.raises(InputError, match="twice"):
        read_safetensors(path)


def test_an_empty_tensor_of_impossible_shape_is_refused(path):
    write(path, {"a": entry(shape=[0, 2**62, 2**62], offsets=[0, 0])}, b"")
    with pytest.raises(InputError, match="impossible shape"):
        read_safetensors(path)


def test_a_file_cut_anywhere_is_an_error_that_names_it(path):
    save_file({"x": np.arange(9, dtype=np.float32), "y": np.ones(2, np.float16)}, path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="download it again"):
            read_safetensors(path)


@pytest.mark.parametrize("length", [100_000_001, 2**63, 2**64 - 1])
def test_a_header_of_absurd_length_is_refused(path, length):
    path.write_bytes(struct.pack("<Q", length) + b"{}")
    with pytest.raises(InputError, match=f"{length} bytes"):
        read_safetensors(path)


def test_a_missing_file_is_named(path):
    with pytest.raises(InputError, match="cannot read this file"):
        read_safetensors(path)


@settings(max_examples=300, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1))
def test_no_damage_gives_anything_but_arrays_or_one_clear_error(tmp_path_factory, changes):
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    save_file({"x": np.ones((2, 3), np.float32), "y": np.ones(2, np.float16)}, path)
    content = bytearray(path.read_bytes())
    for at, value in changes:
        content[at % len(content)] = value
    path.write_bytes(content)
    try:
        assert all(isinstance(array, np.ndarray) for array in read_safetensors(path).values())
    except InputError as error:
        assert str(path) in str(error)
