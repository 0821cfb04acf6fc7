"""A whole benchmark of contestants whose speed is known by counting."""

from dataclasses import replace
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark import session as session_module
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.line_up import LineUp, peers
from bioner_kd.lab.benchmark.measurements import Reading
from bioner_kd.lab.benchmark.process import ChildError
from bioner_kd.lab.benchmark.session import Corpus, Session
from bioner_kd.text.document import Document

from .fakes import MODULE, SENTENCES, counting

CORPUS = Corpus("demo", False, SENTENCES, SENTENCES[:1], digest="d")


def session(folder, contestants, **settings: object) -> Session:
    config = BenchmarkConfig(
        **{"sentences": 0, "rounds": 1, "threads": ("1",), "baseline": "a", **settings}
    )
    folder.mkdir(exist_ok=True)
    return Session(LineUp(contestants), CORPUS, config, folder)


@pytest.mark.usefixtures("fakes")
def test_a_second_start_measures_only_what_is_missing(tmp_path):
    contestants = [counting("a", 1.0, trained=False), counting("b", 0.5, trained=False)]
    first = session(tmp_path / "out", contestants[:1])
    first.measure()
    before = first.results.records
    second = session(tmp_path / "out", contestants, rounds=2)
    second.measure()
    assert second.results.records[:1] == before
    assert len(second.results.records) == 4
    assert second.results.ratio("b", "a", 1).median == pytest.approx(2.0)
    second.check_measured()


@pytest.mark.usefixtures("fakes")
def test_a_benchmark_in_which_everybody_fails_says_why(tmp_path):
    broken = Contestant("a", "A", f"{MODULE}:broken")
    made = session(tmp_path / "out", [broken])
    made.measure()
    assert [failure.what for failure in made.results.failures()] == ["F1"]
    with pytest.raises(InputError, match=r"Nothing could be measured \(a: exit code 1: OSError"):
        made.check_measured()


STUDENT = Contestant(
    "int8",
    "int8 .tflite, tag",
    "bioner_kd.lab.benchmark.models:open_tagger",
    {
        "path": str(Path(__file__).parents[3] / "saved_models" / "disease_bilstm"),
        "form": "int8",
    },
    trained=False,
)


def readings(made: Session) -> list[Reading]:
    return [record for record in made.results.records if isinstance(record, Reading)]


@pytest.mark.parametrize(
    ("formats", "given"), [(("lines", "pubmed_gz"), True), (("pubtator", "bioc_json"), False)]
)
def test_a_student_reads_and_tags_the_same_words_from_each_format(tmp_path, formats, given):
    made = session(tmp_path / "out", [STUDENT], baseline="int8", formats=formats)
    documents = [Document.from_text("Gout hurts much. Diabetes does not.")] * 3
    made.corpus = replace(CORPUS, documents=documents if given else None)
    made.measure()
    assert made.failures == []
    assert [one.format for one in readings(made)] == list(formats)
    # Of three sentences of 2, 4 and 6 words, or three documents of 8.
    assert {one.words for one in readings(made)} == {24 if given else 12}
    for one in readings(made):
        assert 0 < one.reading and 0 < one.seconds and 0 <= one.cpu_seconds
    made.measure()
    assert len(readings(made)) == len(formats)


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize(
    ("contestant", "formats"),
    [(counting("a", 1.0, trained=False), ("lines",)), (replace(STUDENT, name="a"), ())],
)
def test_no_format_is_read_without_a_student_or_where_none_is_wanted(tmp_path, contestant, formats):
    made = session(tmp_path / "out", [contestant], formats=formats)
    made.measure()
    assert len(made.results.records) == 1 and readings(made) == []


def test_measurements_of_other_settings_are_not_mixed(tmp_path):
    made = session(tmp_path / "out", [counting("a", 1.0)])
    made.keep_settings({"sentences": 5, "size of a": 10})
    made.keep_settings({"sentences": 5, "size of b": 20})
    with pytest.raises(InputError, match=r"settings differ \(sentences, size of a\).*--overwrite"):
        made.keep_settings({"sentences": 6, "size of a": 11, "size of b": 20})
    with pytest.raises(InputError, match=r"differ \(size of b\)"):
        made.keep_settings({"size of b": 21})


def test_peers_that_are_there_are_not_trained_again(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(session_module, "is_trained", lambda name, folder, digest: name == "crf")
    monkeypatch.setattr(
        session_module, "run_child", lambda call, arguments, **_: calls.append(arguments)
    )
    made = session(tmp_path / "out", peers(["spacy", "crf"], tmp_path / "peers"))
    made.peer_steps = 7
    made.train_peers()
    assert calls == [
        {
            "name": "spacy",
            "folder": str(tmp_path / "peers" / "spacy"),
            "corpus": "demo",
            "repair_tags": False,
            "steps": 7,
        }
    ]


def test_a_peer_that_cannot_be_trained_is_a_failure_like_any_other(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise ChildError("exit code 1: out of memory")

    monkeypatch.setattr(session_module, "run_child", fails)
    made = session(tmp_path / "out", peers(["crf"], tmp_path / "peers"))
    made.train_peers()
    made.measure()
    assert [(f.contestant, f.what) for f in made.results.failures()] == [("crf", "training")]
