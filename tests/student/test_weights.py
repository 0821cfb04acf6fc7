"""The file of a student's weights: numbers alone, exactly those that are expected."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.student.blueprint import Weight
from bioner_kd.student.weights import read_weights, write_weights

EXPECTED = {
    "a/kernel": Weight((2, 3)),
    "b/steps": Weight((4, 1), np.dtype("i1")),
    "b/step": Weight(()),
}


def arrays() -> dict[str, np.ndarray]:
    return {
        "a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b/steps": np.array([[-127], [0], [1], [127]], np.int8),
        "b/step": np.float32(0.1) * np.ones((), np.float32),
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_weights(tmp_path / "student.safetensors", arrays())
    return tmp_path / "student.safetensors"


def test_weights_come_back_to_the_bit(path: Path) -> None:
    found = read_weights(path, EXPECTED)
    assert list(found) == list(EXPECTED)
    for name, array in arrays().items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_a_transposed_array_keeps_its_axes(tmp_path: Path) -> None:
    write_weights(tmp_path / "w", {"a/kernel": np.arange(6, dtype=np.float32).reshape(3, 2).T})
    found = read_weights(tmp_path / "w", {"a/kernel": Weight((2, 3))})
    assert found["a/kernel"].tolist() == [[0, 2, 4], [1, 3, 5]]


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(path: Path, room_for: Any) -> None:
    before = path.read_bytes()
    with room_for(50), pytest.raises(InputError, match=r"student.safetensors: .*File too large"):
        write_weights(path, arrays())
    assert path.read_bytes() == before and len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"a/kernel": None}, "the weight a/kernel is missing"),
        ({"x\n\x1b": np.zeros(2, np.float32)}, r"weight 'x\\n\\x1b' is none of this student's"),
        (
            {"a/kernel": np.zeros((3, 2), np.float32)},
            r"a/kernel is \(3, 2\) of float32, and should",
        ),
        ({"a/kernel": np.zeros(6, np.float32)}, r"a/kernel is \(6,\) of float32"),
        ({"a/kernel": np.zeros((2, 3), np.int8)}, "of int8, and should be"),
        ({"a/kernel": np.zeros((2, 3), np.float64)}, "of None, and should be"),
        ({"b/steps": np.zeros((4, 1), np.uint8)}, "b/steps is"),
        ({"a/kernel": np.full((2, 3), np.nan, np.float32)}, "a/kernel is not finite"),
        ({"b/step": np.array(np.inf, np.float32)}, "b/step is not finite"),
    ],
)
def test_other_weights_are_refused(path: Path, change: dict[str, Any], says: str) -> None:
    changed = {**arrays(), **change}
    write_weights(path, {name: array for name, array in changed.items() if array is not None})
    with pytest.raises(ValueError, match=says):
        read_weights(path, EXPECTED)


def header(path: Path, entries: object, length: int | None = None, data: bytes = bytes(32)) -> None:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    size = len(text) if length is None else length
    path.write_bytes(size.to_bytes(8, "little") + text + data)


def entry(**values: Any) -> dict[str, Any]:
    return {"a/kernel": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24], **values}}


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"short"),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes() + b"\0"),
        lambda path: header(path, entry()),
        lambda path: header(path, entry(), 10**15),
        lambda path: header(path, entry(), 1 << 63),
        lambda path: header(path, b" " * (1 << 19)),
        lambda path: header(path, b"[" * 100_000),
        lambda path: header(path, b'{"a":' * 40_000),
        lambda path: header(path, b"\xff" * 100),
        lambda path: header(path, []),
        lambda path: header(path, entry(data_offsets=[0, 10**18]), data=bytes(24)),
        lambda path: header(path, entry(shape=[10**9, 10**9], data_offsets=[0, 24])),
        lambda path: header(path, entry(shape=[2**63, 2**63]), data=bytes(24)),
        lambda path: header(path, entry(shape=[-2, -3]), data=bytes(24)),
        lambda path: header(path, entry(shape=[[2], 3]), data=bytes(24)),
        lambda path: header(path, entry(dtype="PICKLE"), data=bytes(24)),
        lambda path: header(path, entry(data_offsets=[24, 0]), data=bytes(24)),
    ],
)
def test_a_file_that_is_not_what_its_header_says_is_refused(path: Path, damage: Any) -> None:
    damage(path)
    with pytest.raises(ValueError) as caught:
        read_weights(path, EXPECTED)
    assert len(str(caught.value)) < 500


def test_a_flipped_byte_of_the_header_is_refused_or_changes_nothing(path: Path) -> None:
    whole = path.read_bytes()
    length = 8 + int.from_bytes(whole[:8], "little")
    for place in range(length):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            found = read_weights(path, EXPECTED)
        except ValueError:
            continue
        for name, array in arrays().items():
            np.testing.assert_array_equal(found[name], array)


def test_a_file_that_claims_20_gb_takes_no_memory(path: Path) -> None:
    size = 20 * 10**9
    header(path, {"a/kernel": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}})
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size - 32 + size)
    program = (
        "import resource; from pathlib import Path; from bioner_kd.student.weights import *\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        f"try: read_weights(Path({str(path)!r}), {{'a/kernel': Weight((2, 3))}})\n"
        "except ValueError as error: print(error, peak() - before, sep='\\n')"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "the weight a/kernel is (5000000000,)" in finished.stdout, finished.stderr
    assert int(finished.stdout.splitlines()[1]) < 100_000  # kB
