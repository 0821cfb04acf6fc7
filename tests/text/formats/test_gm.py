"""BioCreative GM: sentences with a file of mentions beside them."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.documents import all_formats, read_documents, recognise
from bioner_kd.text.format import SKIP, Faults, ReadOptions
from bioner_kd.text.source import Source

FORMAT = all_formats()["gm"]
SENTENCES = """\
P00001606T0076 Comparison with alkaline phosphatases and 5-nucleotidase
P00008171T0000 Pharmacologic aspects of neonatal hyperbilirubinemia.
P00015731A0206 The  β-factor
"""
GENES = """\
P00001606T0076|14 33|alkaline phosphatases
P00001606T0076|37 50|5-nucleotidase
P00015731A0206|3 10|β-factor
"""


def put(folder: Path, sentences: str = SENTENCES, genes: str = GENES, name: str = "train") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.in").write_text(sentences, encoding="utf-8", newline="")
    (folder / "GENE.eval").write_text(genes, encoding="utf-8", newline="")
    (folder / "ALTGENE.eval").write_text("P00001606T0076|0 3|Comp\n")
    return folder / f"{name}.in"


def read(path: Path, faults: Faults | None = None, **options: str) -> list[Document]:
    return list(read_documents(path, faults=faults, options=ReadOptions(**options)))


@pytest.mark.parametrize("named", ["train.in", "GENE.eval", "."])
def test_offsets_without_white_space_become_those_of_the_text(tmp_path, named):
    put(tmp_path)
    told: list[str] = []
    documents = list(read_documents(tmp_path / named, told=told.append))
    assert re.search("is read as gm:.*ALTGENE.eval is not read", told[0])
    assert [(d.id, d.line) for d in documents] == [
        ("P00001606T0076", 1), ("P00008171T0000", 2), ("P00015731A0206", 3),
    ]  # fmt: skip
    found = [(a.type, a.spans, a.text) for d in documents for a in d.annotations]
    assert found == [
        ("GENE", ((16, 37),), "alkaline phosphatases"),
        ("GENE", ((42, 56),), "5-nucleotidase"),
        ("GENE", ((5, 13),), "β-factor"),
    ]


def test_another_type_may_be_asked_for(tmp_path):
    documents = read(put(tmp_path), entity_type="Gene")
    assert {a.type for d in documents for a in d.annotations} == {"Gene"}


def test_folders_of_several_parts_are_read_once(tmp_path):
    put(tmp_path / "train")
    put(tmp_path / "test", "X1 a gene\n", "X1|1 4|gene\n", "test")
    assert [d.id for d in read(tmp_path)] == [
        "X1", "P00001606T0076", "P00008171T0000", "P00015731A0206",
    ]  # fmt: skip


def test_line_ends_and_blank_lines_say_nothing(tmp_path):
    put(tmp_path / "a")
    put(tmp_path / "b", SENTENCES.replace("\n", "\r\n\r\n"), GENES.replace("\n", "\r\n\r\n"))
    first, second = read(tmp_path / "a"), read(tmp_path / "b")
    assert [(d.id, d.text, d.annotations) for d in first] == [
        (d.id, d.text, d.annotations) for d in second
    ]


@pytest.mark.parametrize(
    ("sentences", "genes", "message"),
    [
        ("X1 a gene\n", "X1|1 4|Gene\n", r"GENE\.eval:1, document 'X1'.*'Gene'.*1 to 4.*'gene'"),
        ("X1 a gene\n", "X1|1 5|gene\n", "1 to 5 of a sentence of 5 characters"),
        ("X1 a gene\n", "X1|4 1|gene\n", "4 to 1"),
        ("X1 a gene\n", f"X1|1 {'9' * 99}|gene\n", r"GENE\.eval:1: .*is no mention"),
        ("X1 a gene\n", "X1|gene\n", r"GENE\.eval:1: .*is no mention"),
        (" a gene\n", "", r"train\.in:1: a sentence begins with its name"),
    ],
)
def test_a_faulty_sentence_is_told_and_the_others_are_read(tmp_path, sentences, genes, message):
    path = put(tmp_path, sentences + SENTENCES, genes + GENES)
    with pytest.raises(InputError, match=message):
        read(path)
    faults = Faults(SKIP)
    assert [d.id for d in read(path, faults)][0] == "P00001606T0076"
    assert faults.number == 1
    assert re.search(message, faults.skipped[0])


def test_a_name_that_stands_twice_and_mentions_of_no_sentence_are_told(tmp_path):
    faults = Faults(SKIP)
    path = put(tmp_path, SENTENCES + "P00008171T0000 again\n", GENES + "X2|0 0|a\nX3|0 0|a\n")
    assert len(read(path, faults)) == 3
    assert re.search("train.in:4, document 'P00008171T0000'.*twice.*line 2", faults.skipped[0])
    assert re.search("GENE.eval:4: .*: 2, the first is 'X2'", faults.skipped[1])


def test_sentences_without_a_file_of_mentions_are_text_unless_they_are_to_be_gm(tmp_path):
    (tmp_path / "a.in").write_text(SENTENCES)
    assert recognise(Source(tmp_path / "a.in")).name == "lines"
    for path in (tmp_path / "a.in", tmp_path):
        with pytest.raises(InputError, match=r"a\.in: .*GENE\.eval"):
            list(read_documents(path, format="gm"))


def test_mentions_alone_are_no_text(tmp_path):
    (tmp_path / "GENE.eval").write_text(GENES)
    with pytest.raises(InputError, match=r"GENE\.eval: .*name such a file"):
        read(tmp_path / "GENE.eval")


def test_a_file_of_mentions_may_have_the_name_of_the_sentences(tmp_path):
    (path := put(tmp_path)).with_name("GENE.eval").rename(tmp_path / "train.eval")
    assert len(read(path)[0].annotations) == 2


@pytest.mark.parametrize("start", ["", "Gout.\n", "a|b|c\n", "1|t|Gout.\n1|a|\n", SENTENCES])
def test_other_text_is_not_taken_for_it(start):
    assert not FORMAT.recognises(start)


@settings(max_examples=50)
@given(st.text("aβ \t-.", min_size=1).filter(str.strip), st.data())
def test_any_mention_is_found_again(tmp_path_factory, text, data):
    start = data.draw(st.integers(0, len(text) - 1).filter(lambda at: not text[at].isspace()))
    end = data.draw(st.integers(start, len(text) - 1).filter(lambda at: not text[at].isspace()))
    before, inside = ("".join(part.split()) for part in (text[:start], text[start : end + 1]))
    line = f"X|{len(before)} {len(before) + len(inside) - 1}|{text[start : end + 1]}\n"
    (document,) = read(put(tmp_path_factory.mktemp("gm"), f"X {text}\n", line))
    assert document.text == text
    assert document.annotations[0].spans == ((start, end + 1),)
