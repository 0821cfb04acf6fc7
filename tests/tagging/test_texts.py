import io
import sys
from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.texts import read_items, sentences_of, size_of, text_of
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.sentence_splitter import iterate_sentences


def test_a_given_text_is_all() -> None:
    assert list(read_items("a\nb", [], "lines")) == ["a\nb"]
    assert list(read_items("", [], "lines")) == [""]


def test_files_hold_a_text_a_line_or_one_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("α\r\n\nb".encode())
    assert list(read_items(None, [str(path)], "lines")) == ["α", "", "b"]
    assert list(read_items(None, [str(path)] * 2, "text")) == ["α\r\n\nb"] * 2


def test_conll_files_hold_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("It\tO\nis\tO\n\nGout\tO\n", encoding="utf-8")
    found = list(read_items(None, [str(path)], "conll"))
    assert [item.words for item in found if isinstance(item, Sentence)] == [("It", "is"), ("Gout",)]


def test_standard_input_is_read_where_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    assert list(read_items(None, [], "lines")) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "files", "kind", "says"),
    [
        ("a", ["b"], "lines", "give a text or files, not both"),
        (None, ["-"], "conll", "reads files, not standard input"),
    ],
)
def test_what_contradicts_itself_is_refused(
    text: str | None, files: list[str], kind: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        read_items(text, files, kind)


def test_nothing_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="Nothing to tag"):
        read_items(None, [], "lines")


def test_half_a_character_on_the_command_line_is_refused() -> None:
    with pytest.raises(InputError, match="--text: character 3 is not UTF-8"):
        read_items("ab\udcff", [], "lines")


def test_a_text_has_sentences_and_a_sentence_is_one() -> None:
    assert [s.words for s in sentences_of("It is. It was.", iterate_sentences)] == [
        ("It", "is", "."),
        ("It", "was", "."),
    ]
    sentence = Sentence.from_words(["Dr", ".", "Gout"])
    assert list(sentences_of(sentence, iterate_sentences)) == [sentence]
    assert (text_of("a b"), text_of(sentence)) == ("a b", "Dr . Gout")
    assert (size_of("a b"), size_of(sentence)) == (3, 18)
