"""What a contestant's process does, done here."""

from bioner_kd.corpus.demo import read_demo
from bioner_kd.lab.benchmark import jobs
from bioner_kd.lab.benchmark.contestant import OfWords

from .fakes import SENTENCES

OPENED = []


class Recording(OfWords):
    """Keeps what it is given; a word takes a second by its clock."""

    def __init__(self) -> None:
        super().__init__(lambda sentences: [["O"] * len(s) for s in sentences])
        self.given, self.now = [], 0.0
        OPENED.append(self)

    def clock(self):
        return self.now

    def tag(self, sentences):
        self.given.append([sentence.words for sentence in sentences])
        self.now += sum(map(len, sentences))
        return super().tag(sentences)


def open_recording() -> Recording:
    return Recording()


def test_sentences_come_back_without_their_tags(tmp_path):
    sentences = read_demo("test")[:5]
    jobs.write_sentences(tmp_path / "some", sentences)
    read = jobs.read_sentences(str(tmp_path / "some"))
    assert [(s.text, s.words, s.spans) for s in read] == [
        (s.text, s.words, s.spans) for s in sentences
    ]
    assert {s.tags for s in read} == {None}


def test_only_the_sample_is_timed_and_all_of_its_repeats(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "resolve", lambda name: globals()[name])
    jobs.write_sentences(tmp_path / "warm", SENTENCES[:1])
    jobs.write_sentences(tmp_path / "timed", SENTENCES[1:])
    reports = []
    jobs.measure(
        reports.append,
        opener="open_recording",
        options={},
        first=jobs.row(SENTENCES[2]),
        warm_up=str(tmp_path / "warm"),
        sample=str(tmp_path / "timed"),
        repeats=3,
    )
    ready, measured = reports
    first, warm, timed = OPENED[-1].given
    assert first == [SENTENCES[2].words]
    assert warm == [SENTENCES[0].words]
    assert timed == [s.words for s in SENTENCES[1:]] * 3
    assert measured["seconds"] == (4 + 6) * 3
    assert measured["cpu_seconds"] > 0
    assert 0 < ready["ready"] <= measured["memory"]


def test_tags_are_those_of_the_words(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "resolve", lambda name: globals()[name])
    jobs.write_sentences(tmp_path / "split", SENTENCES)
    reports = []
    jobs.tag(reports.append, opener="open_recording", options={}, sentences=str(tmp_path / "split"))
    assert reports == [{"tags": [["O"] * 2, ["O"] * 4, ["O"] * 6]}]
