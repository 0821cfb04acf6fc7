"""spaCy's NER, trained for seconds in a process of its own."""

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.evaluation.scores import score
from bioner_kd.lab.benchmark import jobs
from bioner_kd.lab.benchmark.peers.trained import TRAIN, check_packages
from bioner_kd.lab.benchmark.process import run_child


@pytest.mark.slow
def test_it_learns_the_demo_and_forgets_where_that_lay(tmp_path):
    try:
        check_packages(["spacy"])
    except InputError as error:
        pytest.skip(str(error))
    folder = tmp_path / "spacy"
    training = {"name": "spacy", "folder": str(folder), "corpus": "demo", "repair_tags": False}
    run_child(TRAIN, {**training, "steps": 60}, threads=1, timeout=600)
    assert "/train" not in (folder / "config.cfg").read_text(encoding="utf-8")
    sentences = read_demo("test")
    jobs.write_sentences(tmp_path / "split", sentences)
    opening = {
        "opener": "bioner_kd.lab.benchmark.peers.spacy_ner:open_spacy",
        "options": {"folder": str(folder)},
    }
    arguments = {**opening, "sentences": str(tmp_path / "split")}
    (line,) = run_child(jobs.TAG, arguments, threads=1, timeout=600)
    assert score([s.tags for s in sentences], line.record["tags"]).conlleval.micro.f1 > 0
