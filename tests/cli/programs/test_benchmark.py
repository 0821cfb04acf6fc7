"""Flags of a benchmark."""

import pytest

from bioner_kd.cli.programs import benchmark
from bioner_kd.cli.programs.benchmark import ContestantChoice
from bioner_kd.errors import InputError, UsageError
from tests.cli.conftest import load_program
from tests.lab.benchmark.test_line_up import write_export

TAGS = ("O", "B-Disease", "I-Disease")


def line_up(*flags: str):
    program = load_program("benchmark")
    program.values(["script", *flags])
    return benchmark.read_line_up(program, TAGS)


def names(*flags: str) -> list[str]:
    return [one.name for one in line_up(*flags).contestants if one.name != "biobert_bf16"]


def test_contestants_are_those_that_the_flags_name(tmp_path):
    write_export(tmp_path)
    given = [f"--export={tmp_path}", "--peers=", "--leave_out=float32_many,saved_model_many"]
    assert names(*given) == ["biobert_fp32", "float32", "int8", "int8_many", "saved_model"]
    assert names("--export=", "--peers=") == ["biobert_fp32"]


def test_packages_of_a_peer_that_is_left_out_are_not_needed(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert names("--export=", "--leave_out=spacy,crf") == ["biobert_fp32"]
    with pytest.raises(InputError, match="--peers: spacy is not installed here: pip install"):
        line_up("--export=")


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--leave_out=int4"], "--leave_out=int4: must be one of biobert_fp32"),
        (["--baseline=int4"], "--baseline=int4: must be one of"),
        (["--leave_out=biobert_fp32"], "--baseline=biobert_fp32: must be one of"),
        (["--teacher=folder"], "--teacher=folder: must be 'name=folder'"),
    ],
)
def test_wrong_names_are_told(flags, says):
    with pytest.raises(UsageError, match=says):
        line_up("--export=", "--peers=crf", *flags)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"peers": ("flair",)}, "--peers=flair: must be chosen from spacy, crf"),
        ({"peers": ("crf", "crf")}, "--peers=crf,crf"),
        ({"peer_steps": -1}, "--peer_steps=-1"),
    ],
)
def test_settings_out_of_bounds_are_named(setting, says):
    with pytest.raises(UsageError, match=says):
        ContestantChoice(**setting)


def test_sentences_for_warming_up_are_of_another_split():
    program = load_program("benchmark")
    program.values(["script", "--split=devel"])
    read, tags = benchmark.read_corpus(program)
    assert read.split != read.other and len(read.digest) == 16
    assert tags[0] == "O"
    program.values(["script", "--split=test"])
    tested, _ = benchmark.read_corpus(program)
    assert tested.other == read.split
    assert tested.digest == read.digest
