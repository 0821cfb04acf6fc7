"""Shards of a cache, and the kinds of its values."""

from pathlib import Path

import numpy as np
import pytest

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.teacher.checkpoint.files import Damaged
from bioner_kd.teacher.labelling import hidden_folder
from bioner_kd.teacher.logits_shard import HIDDEN_STATES, LOGITS, read_shard, shard_content


@pytest.mark.parametrize("kind", [LOGITS, HIDDEN_STATES])
def test_a_shard_comes_back_exactly(tmp_path, kind):
    rows = Ragged(np.arange(12).reshape(4, 3).astype(kind.dtype) / 7, np.array([1, 3]))
    (tmp_path / "shard").write_bytes(shard_content(rows, kind))
    found = read_shard(tmp_path / "shard", kind, [1, 3])
    np.testing.assert_array_equal(found.flat, rows.flat, strict=True)
    np.testing.assert_array_equal(found.lengths, rows.lengths, strict=True)


def test_a_shard_of_some_megabytes_is_read_in_pieces(tmp_path):
    rows = Ragged(np.random.default_rng(3).normal(size=(1000, 1500)).astype("f4"), np.array([1000]))
    (tmp_path / "shard").write_bytes(shard_content(rows, LOGITS))
    np.testing.assert_array_equal(read_shard(tmp_path / "shard", LOGITS, [1000]).flat, rows.flat)


def test_a_shard_of_other_sentences_or_another_kind_is_refused(tmp_path):
    rows = Ragged(np.zeros((4, 3), np.float32), np.array([1, 3]))
    (tmp_path / "shard").write_bytes(shard_content(rows, LOGITS))
    with pytest.raises(Damaged, match="of other sentences"):
        read_shard(tmp_path / "shard", LOGITS, [2, 2])
    with pytest.raises(Damaged, match="no item named 'hidden_states.npy'"):
        read_shard(tmp_path / "shard", HIDDEN_STATES, [1, 3])


def test_the_two_kinds_can_be_told_apart():
    assert (LOGITS.name, LOGITS.dtype) == ("logits", np.float32)
    assert (HIDDEN_STATES.name, HIDDEN_STATES.dtype) == ("hidden_states", np.float16)
    assert HIDDEN_STATES.title == "hidden states"


def test_hidden_states_are_beside_the_logits():
    assert hidden_folder(Path("cache") / "train") == Path("cache") / "train_hidden"
