import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.records import chosen_format, write_records, write_tagged
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.document import Document
from bioner_kd.text.format import RecordWriter
from bioner_kd.text.writing import framed

SENTENCES = read_demo("test")[:6]
TEXTS = [sentence.text for sentence in SENTENCES]


@pytest.fixture(scope="module")
def tagger(export_folder: Path) -> Tagger:
    return Tagger.load(export_folder, form="float32")


@pytest.fixture
def written(tagger: Tagger, tmp_path: Path) -> Callable[[list[Document], str], str]:
    def write(documents: list[Document], format: str) -> str:
        output = str(tmp_path / "written")
        write_tagged(tagger, documents, output, format=chosen_format(format, output), workers=1)
        return Path(output).read_text(encoding="utf-8")

    return write


def test_a_line_of_json_has_the_text_and_its_entities(
    tagger: Tagger, written: Callable[[list[Document], str], str]
) -> None:
    lines = written([Document.from_text(text) for text in ["", *TEXTS]], "jsonl").splitlines(True)
    assert lines[0] == '{"text": "", "entities": []}\n'
    for line, text in zip(lines[1:], TEXTS, strict=True):
        record = json.loads(line)
        assert record["text"] == text and line.count("\n") == 1
        for found, entity in zip(record["entities"], tagger.tag(text), strict=True):
            assert list(found) == ["type", "text", "start", "end", "score"]
            assert (found["type"], found["start"]) == (entity.type, entity.start)
            assert found["score"] == pytest.approx(entity.score, abs=1e-5)
            assert found["score"] == round(found["score"], 6)


def test_conll_has_a_line_a_word_and_a_blank_line_a_sentence(
    written: Callable[[list[Document], str], str],
) -> None:
    record = written([Document.from_text("It is. Gout.")], "conll")
    assert [line.split("\t")[0] for line in record.split("\n")] == [
        "It", "is", ".", "", "Gout", ".", "", "",
    ]  # fmt: skip


def test_sentences_keep_their_words(
    tagger: Tagger, written: Callable[[list[Document], str], str]
) -> None:
    for sentence in SENTENCES:
        record = written([Document.from_sentences([sentence])], "conll")
        rows = [line.split("\t") for line in record.splitlines()[:-1]]
        assert tuple(word for word, _ in rows) == sentence.words
        assert [tag for _, tag in rows] == tagger.tag_words(sentence.words)


def test_the_name_of_the_output_chooses_the_format() -> None:
    assert chosen_format("auto", "-").name == "jsonl"
    assert chosen_format("auto", "found.PubTator.gz").name == "pubtator"
    assert chosen_format("auto", "found.unknown").name == "jsonl"
    assert chosen_format("conll", "found.PubTator").name == "conll"
    with pytest.raises(UsageError, match="brat.*add --output"):
        chosen_format("brat", "-")


class Bracketed(RecordWriter):
    separator = ","

    def start(self, first: Document | None) -> str:
        return "[" if first is None else f"{first.id}["

    def record(self, document: Document) -> str:
        return document.text

    def end(self) -> str:
        return "]"


def test_a_format_may_have_a_frame() -> None:
    assert "".join(framed([], Bracketed(), None)) == "[]"
    assert "".join(framed(["a"], Bracketed(), Document("1"))) == "1[a]"
    assert "".join(framed(["a", "b"], Bracketed(), Document("1"))) == "1[a,b]"


def test_the_name_of_the_output_compresses(tmp_path: Path) -> None:
    write_records(["α\n", "b\n"], str(tmp_path / "out.gz"))
    assert gzip.decompress((tmp_path / "out.gz").read_bytes()) == "α\nb\n".encode()
    with pytest.raises(InputError, match=r"out\.xz\.part"):
        write_records(broken(InputError("bad."), "c\n"), str(tmp_path / "out.xz"))
    assert lzma.decompress((tmp_path / "out.xz.part").read_bytes()) == b"c\n"


def test_records_go_to_a_file_that_is_whole_or_not_there(tmp_path: Path) -> None:
    write_records(["α\n", "b\n"], str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == "α\nb\n".encode()
    with pytest.raises(InputError):
        write_records(broken(InputError("bad.")), str(tmp_path / "other"))
    assert not (tmp_path / "other").exists()


def broken(error: BaseException, *records: str) -> Iterator[str]:
    yield from records
    raise error


def test_what_was_finished_stays_under_another_name_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    with pytest.raises(InputError, match=f"^bad. What was finished before is in {output}.part.$"):
        write_records(broken(InputError("bad."), "a\n", "b\n"), str(output))
    assert (tmp_path / "out.part").read_text() == "a\nb\n"
    for error in (KeyboardInterrupt(), ChildProcessError("a worker died")):
        with pytest.raises(type(error)):
            write_records(broken(error, "c\n"), str(output))
        assert (tmp_path / "out.part").read_text() == "c\n"
        assert f"finished before is in {output}.part." in capsys.readouterr().err
    write_records(["d\n"], str(output))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_where_nothing_was_finished_nothing_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_records(broken(KeyboardInterrupt()), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == [] and capsys.readouterr().err == ""


def test_a_record_is_on_disk_before_the_next_is_made(tmp_path: Path) -> None:
    def records() -> Iterator[str]:
        yield "a\n"
        assert (tmp_path / "out.part").read_text() == "a\n"
        yield "b\n"

    write_records(records(), str(tmp_path / "out"))


def test_a_folder_that_is_missing_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"there is no folder {tmp_path / 'none'}; make it first"):
        write_records(["a\n"], str(tmp_path / "none" / "x.jsonl"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="out: cannot write here"):
        write_records(["a\n"], str(tmp_path / "out"))


def test_records_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write_records(["a\n", "b\n"], "-")
    assert capsys.readouterr().out == "a\nb\n"
