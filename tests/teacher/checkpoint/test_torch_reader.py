import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.torch_reader import read_torch

from . import torch_files

SAVERS = {"zip": torch_files.save_zip, "legacy": torch_files.save_legacy}
both_formats = pytest.mark.parametrize("save", SAVERS.values(), ids=SAVERS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pytorch_model.bin"


@pytest.fixture
def state() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(3)
    return {
        "matrix": generator.normal(size=(3, 5)).astype(np.float32),
        "vector": generator.normal(size=4).astype(np.float16),
        "scalar": np.array(2.5, np.float64),
        "empty": np.zeros((0, 7), np.float32),
        "position_ids": np.arange(6, dtype=np.int64).reshape(1, 6),
    }


@both_formats
def test_tensors_come_back_exactly_with_type_and_shape(save, path, state):
    save(state, path)
    read = read_torch(path)
    assert list(read) == list(state)
    for name, array in state.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array, strict=True)


@both_formats
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0, 4)])
def test_bfloat16_becomes_float32_without_loss(save, path, shape):
    values = np.array([0.0, -1.5, 3.0e38, 1e-40, np.inf])
    array = np.resize(values, shape).astype(ml_dtypes.bfloat16)
    save({"x": array}, path)
    np.testing.assert_array_equal(read_torch(path)["x"], array.astype(np.float32), strict=True)


def test_known_bfloat16_bits(path):
    torch_files.write_zip(
        path,
        torch_files.dictionary(
            {"x": torch_files.tensor(torch_files.storage("BFloat16Storage", "0", 2), (2,), (1,))}
        ),
        {"0": b"\x80\x3f\x20\xc0"},
    )
    assert read_torch(path)["x"].tolist() == [1.0, -2.5]


def test_views_on_one_storage_keep_their_strides_and_offsets(path):
    stored = torch_files.storage("FloatStorage", "0", 12)
    pickled = torch_files.dictionary(
        {
            "transposed": torch_files.tensor(stored, (4, 3), (1, 4)),
            "tail": torch_files.tensor(stored, (2, 2), (4, 2), offset=5),
            "one_column": torch_files.tensor(stored, (3, 1), (4, 2**62)),
        }
    )
    torch_files.write_zip(path, pickled, {"0": np.arange(12, dtype=np.float32).tobytes()})
    read = read_torch(path)
    grid = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(read["transposed"], grid.T)
    assert read["tail"].tolist() == [[5, 7], [9, 11]]
    assert read["one_column"].tolist() == [[0], [4], [8]]


def test_legacy_views_of_a_storage_begin_where_the_view_does(path):
    view = torch_files.many(torch_files.text("v"), torch_files.number(2), torch_files.number(3))
    stored = torch_files.storage("LongStorage", "0", 6, view)
    pickled = torch_files.dictionary({"x": torch_files.tensor(stored, (2,), (1,), offset=1)})
    torch_files.write_legacy(path, pickled, {"0": (6, np.arange(6, dtype=np.int64).tobytes())})
    assert read_torch(path)["x"].tolist() == [3, 4]


def test_a_parameter_is_its_tensor(path):
    inner = torch_files.tensor(torch_files.storage("FloatStorage", "0", 1), (1,), (1,))
    parameter = torch_files.call("torch._utils", "_rebuild_parameter", inner, b"\x88", b"N")
    torch_files.write_zip(
        path, torch_files.dictionary({"x": parameter}), {"0": np.float32(4).tobytes()}
    )
    assert read_torch(path)["x"].tolist() == [4.0]


def test_tensors_of_the_first_torch_versions_are_read(path):
    pickled = torch_files.dictionary(
        {"x": torch_files.tensor(torch_files.storage("FloatStorage", "0", 1), (1,), (1,))}
    )
    torch_files.write_zip(path, pickled.replace(b"_tensor_v2", b"_tensor"), {"0": bytes(4)})
    assert read_torch(path)["x"].tolist() == [0.0]


def test_names_written_by_python_2_are_read(path):
    pickled = torch_files.dictionary(
        {"x": torch_files.tensor(torch_files.storage("FloatStorage", "0", 1), (1,), (1,))}
    )
    assert torch_files.text("x") in pickled
    torch_files.write_zip(path, pickled.replace(torch_files.text("x"), b"U\x01x"), {"0": bytes(4)})
    assert list(read_torch(path)) == ["x"]


def test_dictionaries_of_later_pickle_protocols_are_read(path):
    body = torch_files.tensor(torch_files.storage("FloatStorage", "0", 1), (1,), (1,))
    named = b"\x8c\x0ctorch._utils\x8c\x12_rebuild_tensor_v2"
    body = body.replace(
        torch_files.name_of("torch._utils", "_rebuild_tensor_v2"), named + b"\x93\x94"
    )
    torch_files.write_zip(path, b"}" + torch_files.text("x") + body + b"s", {"0": bytes(4)})
    assert list(read_torch(path)) == ["x"]


def test_arrays_cannot_be_written_to(path, state):
    torch_files.save_zip(state, path)
    with pytest.raises(ValueError, match="read-only"):
        read_torch(path)["matrix"][0, 0] = 1


def test_nothing_of_torch_is_imported(path, state):
    torch_files.save_zip(state, path)
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from bioner_kd.teacher.checkpoint.torch_reader import read_torch\n"
        "print(len(read_torch(sys.argv[1])))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "5"


def evil(path: Path, marker: Path, format_name: str, attack: str) -> None:
    order = f"touch {marker}"
    attacks = {
        "reduce": torch_files.call("posix", "system", torch_files.text(order)),
        "stack global": torch_files.text("posix")
        + torch_files.text("system")
        + b"\x93"
        + torch_files.text(order)
        + b"\x85R",
        "eval": torch_files.call(
            "builtins", "eval", torch_files.text(f"open({str(marker)!r}, 'w')")
        ),
        "never called": torch_files.name_of("posix", "system"),
        "module of an allowed name": torch_files.call(
            "os", "_rebuild_tensor_v2", torch_files.text(order)
        ),
        "attribute of an allowed module": torch_files.call(
            "torch._utils", "sys.exit", torch_files.number(3)
        ),
        "another class of torch": torch_files.call("torch.nn", "Linear", torch_files.number(3)),
    }
    pickled = torch_files.dictionary({"x": attacks[attack]})
    if format_name == "zip":
        torch_files.write_zip(path, pickled, {})
    elif format_name == "legacy":
        torch_files.write_legacy(path, pickled, {})
    else:
        path.write_bytes(torch_files.START + pickled + torch_files.STOP)


@pytest.mark.parametrize("format_name", ["zip", "legacy", "the first pickle"])
@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("reduce", "posix.system"),
        ("stack global", "posix.system"),
        ("eval", "builtins.eval"),
        ("never called", "posix.system"),
        ("module of an allowed name", "os._rebuild_tensor_v2"),
        ("attribute of an allowed module", "torch._utils.sys.exit"),
        ("another class of torch", "torch.nn.Linear"),
    ],
)
def test_a_malicious_file_is_refused_by_name_and_nothing_runs(path, format_name, attack, named):
    marker = path.with_name("it_ran")
    evil(path, marker, format_name, attack)
    with pytest.raises(InputError) as caught:
        read_torch(path)
    assert str(path) in str(caught.value)
    assert repr(named) in str(caught.value)
    assert "nothing was executed" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not marker.exists()


def test_the_attack_of_these_tests_works_on_pythons_own_unpickler(path):
    marker = path.with_name("it_ran")
    evil(path, marker, "the first pickle", "reduce")
    pickle.loads(path.read_bytes())
    assert marker.exists()


@pytest.mark.parametrize(
    "code",
    [
        b"iposix\nsystem\n",  # INST
        torch_files.name_of("collections", "OrderedDict") + b")\x81",  # NEWOBJ
        b"(" + torch_files.name_of("collections", "OrderedDict") + b"o",  # OBJ
        b"\x82\x01",  # EXT1
        b"S'\\q'\n",  # STRING with an escape that Python warns of
        b"\x97",  # NEXT_BUFFER
        b"\x96" + (2**40).to_bytes(8, "little"),  # BYTEARRAY8 of a terabyte
    ],
)
def test_other_pickle_instructions_are_refused(path, code):
    torch_files.write_zip(path, code, {})
    with pytest.raises(InputError, match="damaged or incomplete"):
        read_torch(path)


def test_a_deeply_nested_key_cannot_exhaust_the_stack(path):
    torch_files.write_zip(path, b"})" + b"\x85" * 200_000 + b"Ns", {})
    with pytest.raises(InputError, match="tuple for a key"):
        read_torch(path)


@both_formats
def test_a_file_cut_anywhere_is_an_error_that_names_it(save, path, state):
    save(state, path)
    content = path.read_bytes()
    for length in [*range(0, len(content), 7), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"pytorch_model\.bin: .*download"):
            read_torch(path)


@pytest.mark.parametrize(
    ("size", "stride", "offset", "reason"),
    [
        ((5,), (1,), 0, "reaches past its storage"),
        ((4,), (1,), 1, "reaches past its storage"),
        ((2, 2), (3, 1), 0, "reaches past its storage"),
        ((1,), (1,), 4, "reaches past its storage"),
        ((1,), (1,), 2**62, "reaches past its storage"),
        ((1,), (1,), 2**66, "no whole numbers"),
        ((2**50,), (0,), 0, "larger than its storage"),
        ((2, 2), (1,), 0, "unlike numbers"),
        ((-1,), (1,), 0, "no whole numbers"),
        ((1,), (-1,), 0, "no whole numbers"),
        ((1,) * 33, (1,) * 33, 0, "33 axes"),
        ((0, 2**50, 2**50), (1, 1, 1), 0, "impossible shape"),
    ],
)
@pytest.mark.parametrize("format_name", ["zip", "legacy"])
def test_a_view_out_of_bounds_is_refused(path, format_name, size, stride, offset, reason):
    pickled = torch_files.dictionary(
        {"x": torch_files.tensor(torch_files.storage("FloatStorage", "0", 4), size, stride, offset)}
    )
    if format_name == "zip":
        torch_files.write_zip(path, pickled, {"0": bytes(16)})
    else:
        torch_files.write_legacy(path, pickled, {"0": (4, bytes(16))})
    with pytest.raises(InputError, match=reason):
        read_torch(path)


def test_a_storage_record_that_is_too_short_is_refused(path):
    pickled = torch_files.dictionary(
        {"x": torch_files.tensor(torch_files.storage("FloatStorage", "0", 4), (4,), (1,))}
    )
    torch_files.write_zip(path, pickled, {"0": bytes(15)})
    with pytest.raises(InputError, match="storage '0' is cut short"):
        read_torch(path)


def test_a_missing_storage_record_is_named(path):
    pickled = torch_files.dictionary(
        {"x": torch_files.tensor(torch_files.storage("FloatStorage", "0", 4), (4,), (1,))}
    )
    torch_files.write_zip(path, pickled, {})
    with pytest.raises(InputError, match="lacks its record 'archive/data/0'"):
        read_torch(path)
    torch_files.write_legacy(path, pickled, {})
    with pytest.raises(InputError, match="storage '0' is missing"):
        read_torch(path)


def test_a_legacy_storage_of_another_length_is_refused(path):
    pickled = torch_files.dictionary(
        {"x": torch_files.tensor(torch_files.storage("FloatStorage", "0", 4), (4,), (1,))}
    )
    torch_files.write_legacy(path, pickled, {"0": (5, bytes(20))})
    with pytest.raises(InputError, match="has not the length"):
        read_torch(path)


def test_a_flipped_bit_of_a_weight_is_found(path, state):
    torch_files.save_zip(state, path)
    content = bytearray(path.read_bytes())
    at = content.index(state["matrix"].tobytes())
    content[at + 7] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="'archive/data/0' fails its checksum"):
        read_torch(path)


def test_a_checkpoint_without_checksums_is_read(path, state):
    torch_files.save_zip(state, path)
    with zipfile.ZipFile(path) as archive:
        sums = [info.CRC for info in archive.infolist()]
    content = path.read_bytes()
    for value in sums:
        content = content.replace(value.to_bytes(4, "little"), bytes(4))
    path.write_bytes(content)
    np.testing.assert_array_equal(read_torch(path)["matrix"], state["matrix"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"these are no weights", "not a file that torch.save wrote"),
        (b"\n<!DOCTYPE html><html>", "this is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (pickle.dumps({"x": 1}, protocol=2), "not one of torch.save"),
        (pickle.dumps(7, protocol=2), "not one of torch.save"),
    ],
)
def test_a_file_of_something_else_is_named(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        read_torch(path)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_and_a_folder_are_named(path, tmp_path):
    for wrong in (path, tmp_path):
        with pytest.raises(InputError, match="cannot read this file") as caught:
            read_torch(wrong)
        assert str(caught.value).startswith(str(wrong))


@pytest.mark.parametrize(
    "pickled", [b"]", b"}", torch_files.dictionary({"model": torch_files.dictionary({})}), b"N"]
)
def test_a_file_without_tensors_by_name_says_what_to_save(path, pickled):
    torch_files.write_zip(path, pickled, {})
    with pytest.raises(InputError, match=r"save model\.state_dict\(\) alone"):
        read_torch(path)


def test_big_endian_files_are_refused(path, state):
    pickled = torch_files.dictionary(torch_files.whole_tensors(state))
    torch_files.write_zip(path, pickled, {}, byteorder=b"big")
    with pytest.raises(InputError, match="big-endian"):
        read_torch(path)
    path.write_bytes(torch_files.MAGIC + torch_files.PROTOCOL + torch_files.system(b"\x89"))
    with pytest.raises(InputError, match="big-endian"):
        read_torch(path)


def test_a_packed_archive_is_refused(path):
    torch_files.write_zip(path, torch_files.dictionary({}), {}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match="is compressed"):
        read_torch(path)


def test_an_archive_of_something_else_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match=r"holds no data\.pkl"):
        read_torch(path)


@pytest.fixture(scope="module")
def valid_files(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("valid")
    state = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(2, np.float16)}
    for name, save in SAVERS.items():
        save(state, folder / name)
    return {name: (folder / name).read_bytes() for name in SAVERS}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_damage_gives_anything_but_arrays_or_one_clear_error(
    valid_files, tmp_path_factory, data
):
    content = bytearray(valid_files[data.draw(st.sampled_from(sorted(SAVERS)))])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.bin"
    path.write_bytes(content)
    try:
        read = read_torch(path)
    except InputError as error:
        assert str(path) in str(error)
    else:
        assert all(isinstance(array, np.ndarray) for array in read.values())
