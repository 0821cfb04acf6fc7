"""The CRF: what it sees, and that it learns."""

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.evaluation.scores import score
from bioner_kd.lab.benchmark.peers import crf


def test_a_word_is_seen_by_form_affixes_shape_and_neighbours():
    first, second, third = crf.word_features(["APC", "and", "Colon2"])
    assert first == [
        "bias",
        "word=apc",
        "shape=XXX",
        "prefix=ap",
        "suffix=pc",
        "upper",
        "word+1=and",
        "shape+1=xxx",
        "word+2=colon2",
        "shape+2=Xxxxxd",
        "first",
    ]
    assert {"word-1=apc", "word+1=colon2"} <= set(second)
    assert not {"first", "last", "upper", "title"} & set(second)
    assert {"prefix=colo", "suffix=lon2", "title", "last", "word-2=apc"} <= set(third)


def test_a_sentence_of_one_number_has_no_neighbours():
    assert crf.word_features(["7"]) == [
        ["bias", "word=7", "shape=d", "digits", "first", "last"],
    ]
    assert crf.word_features([]) == []


def test_it_learns_the_demo_and_finds_entities_in_texts(tmp_path):
    pytest.importorskip("sklearn_crfsuite", reason="the extra 'benchmark' is not installed")
    crf.train(tmp_path, read_demo("train"), read_demo("devel"), steps=30)
    assert [path.name for path in tmp_path.iterdir()] == [crf.MODEL]
    tagger = crf.open_crf(folder=str(tmp_path))
    sentences = read_demo("test")
    found = tagger.tag(sentences)
    tags = [tagger.tags(sentence, spans) for sentence, spans in zip(sentences, found, strict=True)]
    assert score([s.tags for s in sentences], tags).conlleval.micro.f1 > 20
    name, start, end = next(span for spans in found for span in spans)
    assert name in ("Disease", "Chemical") and start < end
    assert list(tagger._tag([""])) == [[]]
