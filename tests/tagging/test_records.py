import json
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.tagging.records import tagged_records, write_records
from bioner_kd.tagging.tagger import Tagger

SENTENCES = read_demo("test")[:6]
TEXTS = [sentence.text for sentence in SENTENCES]


@pytest.fixture(scope="module")
def tagger(export_folder: Path) -> Tagger:
    return Tagger.load(export_folder, form="float32")


def test_a_line_of_json_has_the_text_and_its_entities(tagger: Tagger) -> None:
    lines = list(tagged_records(tagger, ["", *TEXTS], format="jsonl", workers=1))
    assert lines[0] == '{"text": "", "entities": []}\n'
    for line, text in zip(lines[1:], TEXTS, strict=True):
        record = json.loads(line)
        assert record["text"] == text and line.count("\n") == 1
        for found, entity in zip(record["entities"], tagger.tag(text), strict=True):
            assert list(found) == ["type", "text", "start", "end", "score"]
            assert (found["type"], found["start"]) == (entity.type, entity.start)
            assert found["score"] == pytest.approx(entity.score, abs=1e-5)
            assert found["score"] == round(found["score"], 6)


def test_conll_has_a_line_a_word_and_a_blank_line_a_sentence(tagger: Tagger) -> None:
    (record,) = tagged_records(tagger, ["It is. Gout."], format="conll", workers=1)
    assert [line.split("\t")[0] for line in record.split("\n")] == [
        "It", "is", ".", "", "Gout", ".", "", "",
    ]  # fmt: skip


def test_sentences_keep_their_words(tagger: Tagger) -> None:
    records = list(tagged_records(tagger, SENTENCES, format="conll", workers=1))
    for record, sentence in zip(records, SENTENCES, strict=True):
        rows = [line.split("\t") for line in record.splitlines()[:-1]]
        assert tuple(word for word, _ in rows) == sentence.words
        assert [tag for _, tag in rows] == tagger.tag_words(sentence.words)


def test_records_go_to_a_file_that_is_whole_or_not_there(tmp_path: Path) -> None:
    write_records(["α\n", "b\n"], str(tmp_path / "new" / "out"))
    assert (tmp_path / "new" / "out").read_bytes() == "α\nb\n".encode()

    def broken():  # type: ignore[no-untyped-def]
        yield "a\n"
        raise InputError("bad")

    with pytest.raises(InputError):
        write_records(broken(), str(tmp_path / "other"))
    assert not (tmp_path / "other").exists()


def test_records_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write_records(["a\n", "b\n"], "-")
    assert capsys.readouterr().out == "a\nb\n"
