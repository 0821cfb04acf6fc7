"""Peers on disk: whose they are, and on what they were trained."""

import dataclasses

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.extras import EXTRA_OF
from bioner_kd.lab.benchmark.peers import trained
from bioner_kd.lab.benchmark.peers.trained import (
    PEERS,
    RECORD,
    check_packages,
    is_trained,
    train_job,
)
from bioner_kd.training.run_folder import sentences_digest

DIGEST = sentences_digest(read_demo("train"), read_demo("devel"))


def pretend_to_train(folder, training, devel, *, steps):
    (folder / "model").write_text(f"{len(training)} {len(devel)} {steps}")


def fails_to_train(folder, training, devel, *, steps):
    (folder / "half").touch()
    raise MemoryError


@pytest.fixture
def trainer(monkeypatch):
    def use(function):
        monkeypatch.setattr(trained, "resolve", lambda name: function)

    return use


def train(folder):
    reports = []
    train_job(
        reports.append, name="crf", folder=str(folder), corpus="demo", repair_tags=False, steps=3
    )
    return reports


def test_a_trained_peer_is_known_again(tmp_path, trainer):
    trainer(pretend_to_train)
    folder = tmp_path / "peers" / "crf"
    assert not is_trained("crf", folder, DIGEST)
    assert train(folder) == [{"trained": str(folder)}]
    sizes = f"{len(read_demo('train'))} {len(read_demo('devel'))} 3"
    assert (folder / "model").read_text() == sizes
    assert is_trained("crf", folder, DIGEST)


def test_another_corpus_or_another_peer_is_refused(tmp_path, trainer):
    trainer(pretend_to_train)
    train(tmp_path / "crf")
    other = sentences_digest(read_demo("train")[1:], read_demo("devel"))
    for name, digest in (("crf", other), ("spacy", DIGEST)):
        with pytest.raises(InputError, match="another corpus, or is another peer"):
            is_trained(name, tmp_path / "crf", digest)


@pytest.mark.parametrize("record", [None, "{", "[]", "{}"])
def test_a_folder_of_something_else_is_refused(tmp_path, record):
    if record is not None:
        (tmp_path / RECORD).write_text(record)
    with pytest.raises(InputError, match="is not a trained peer"):
        is_trained("crf", tmp_path, DIGEST)


def test_a_training_that_fails_leaves_nothing(tmp_path, trainer):
    trainer(fails_to_train)
    with pytest.raises(MemoryError):
        train(tmp_path / "crf")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_told_with_its_command(monkeypatch):
    peer = dataclasses.replace(PEERS["crf"], modules=("re", "no_such_package"))
    monkeypatch.setitem(PEERS, "crf", peer)
    monkeypatch.setitem(EXTRA_OF, "no_such_package", "benchmark")
    with pytest.raises(
        InputError, match=r"--peers: no_such.*bioner_kd\[benchmark\].*or leave crf out"
    ):
        check_packages(["crf"])
    check_packages([])
