"""BRAT folders: pairs that are read, written and, where they are faulty, told."""

import filecmp
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import all_formats, read_documents, recognise
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.notation.standoff import flat
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents

FORMAT = all_formats()["brat"]
TEXT = "Gout, or arthritis,\r\nhurts β-mice.\n"
ANN = """\
#1\tAnnotatorNotes T2\tsee T99, a guess
T2\tDisease 0 4\tGout
N7\tReference T2 MESH:D006073\tGout
N8\tReference T2 OMIM:1\tGout
T10\tSymptom 0 4;9 18\tGout arthritis
T3\tFinding 9 26\tarthritis,  hurts
T4\tOrganism 27 28\tβ
E1\tPain:T3 Theme:T4
R1\tIs_A Arg1:T2 Arg2:T10
*\tEquiv T2 T10
A1\tNegation E1
X9\twhatever\tstands here
"""


def put(folder: Path, name: str = "a", text: str = TEXT, ann: str = ANN) -> Path:
    path = folder / f"{name}.ann"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ann, encoding="utf-8", newline="")
    path.with_suffix(".txt").write_text(text, encoding="utf-8", newline="")
    return path


def read(path: Path, faults: Faults | None = None) -> list[Document]:
    return list(read_documents(path, faults=faults))


def test_a_pair_is_read_with_all_that_its_annotations_say(tmp_path):
    put(tmp_path)
    (document,) = read(tmp_path)
    assert (document.id, document.text) == ("a", TEXT)
    assert [(a.id, a.type, a.spans, a.text, a.identifiers) for a in document.annotations] == [
        ("T2", "Disease", ((0, 4),), "Gout", ("MESH:D006073", "OMIM:1")),
        ("T10", "Symptom", ((0, 4), (9, 18)), "Gout arthritis", ()),
        ("T3", "Finding", ((9, 26),), "arthritis,\r\nhurts", ()),
        ("T4", "Organism", ((27, 28),), "β", ()),
    ]
    lines = [line for _, line in document.relations["brat"]]
    assert lines == [line for line in ANN.splitlines() if line[0] != "T"]


def same(folder: Path, other: Path) -> None:
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(other) for p in other.rglob("*") if p.is_file())
    _, differ, errors = filecmp.cmpfiles(folder, other, names, shallow=False)
    assert (differ, errors) == ([], [])


def test_a_folder_is_written_as_it_was(tmp_path):
    put(tmp_path / "in")
    put(tmp_path / "in", "deep/er/b", "Gout.\n", "T1\tDisease 0 4\tGout\n")
    put(tmp_path / "in", "deep/er/c.d", "Gout.", "")
    documents = read(tmp_path / "in")
    assert [d.id for d in documents] == ["a", "deep/er/b", "deep/er/c.d"]
    write_documents(documents, tmp_path / "out", format="brat")
    same(tmp_path / "in", tmp_path / "out")
    again = read(tmp_path / "out")
    assert [replace(d, path="") for d in again] == [replace(d, path="") for d in documents]


@pytest.mark.parametrize("ann", [ANN.replace("\n", "\r\n"), ANN.replace("\n", "\n\n")])
def test_blank_lines_and_line_ends_of_the_annotations_say_nothing(tmp_path, ann):
    put(tmp_path / "in", ann=ann)
    write_documents(read(tmp_path / "in"), tmp_path / "out", format="brat")
    assert (tmp_path / "out" / "a.ann").read_bytes() == ANN.encode()


@pytest.mark.parametrize("suffix", [".ann", ".txt"])
def test_a_pair_alone_is_named_by_either_file(tmp_path, suffix):
    path = put(tmp_path).with_suffix(suffix)
    put(tmp_path, "b")
    assert recognise(Source(path)) is FORMAT
    (document,) = read(path)
    assert document.id == "a"
    assert len(document.annotations) == 4
    assert [d.id for d in read_documents(path, format="brat")] == ["a"]


def test_other_files_of_the_folder_are_left_alone(tmp_path):
    put(tmp_path)
    (tmp_path / "annotation.conf").write_text("[entities]\nDisease\n")
    (tmp_path / ".stats_cache").write_bytes(b"\0")
    assert [d.id for d in read(tmp_path)] == ["a"]


@pytest.mark.parametrize(
    ("ann", "message"),
    [
        ("T1\tDisease 0 4\tgout\n", r"'a'.*'gout' \(T1\).*0:4.*'Gout'"),
        ("T1\tDisease 30 99\tGout\n", "30:99 of a text of 35 "),
        ("T1\tDisease 4 0\tGout\n", "4:0"),
        ("T1\tDisease 0 9\tGout, or;\n", "'Gout, or;'.*'Gout, or '"),
        ("T\tDisease 0 4\tGout\n", r"a\.ann:1: .*is no mention; write T and a number"),
        ("T1\tDisease 0 4\tGout\nT1\tDisease 0 4\tGout\n", r"a\.ann:2: T1 stands twice"),
        ("T1\tDisease 0 4\tGout\nR1\tX Arg1:T1 Arg2:T2\n", r"a\.ann:2: .*'T2', which is not there"),
        ("Gout\n", r"a\.ann:1: 'Gout' is no line of BRAT"),
    ],
)
def test_a_faulty_pair_is_told_and_the_others_are_read(tmp_path, ann, message):
    put(tmp_path, ann=ann)
    put(tmp_path, "b")
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path)
    assert str(tmp_path / "a.ann") in str(caught.value)
    faults = Faults(SKIP)
    assert [d.id for d in read(tmp_path, faults)] == ["b"]
    assert faults.number == 1
    assert re.search(message, faults.skipped[0])


@pytest.mark.parametrize(
    ("suffix", "message"),
    [(".txt", r"a\.ann: there is no a\.txt beside"), (".ann", r"a\.txt: there is no a\.ann")],
)
def test_half_a_pair_is_told(tmp_path, suffix, message):
    put(tmp_path).with_suffix(suffix).unlink()
    put(tmp_path, "b")
    with pytest.raises(InputError, match=message):
        read(tmp_path)
    faults = Faults(SKIP)
    assert [d.id for d in read(tmp_path, faults)] == ["b"]
    assert re.search(message, faults.skipped[0])
    (other,) = tmp_path.glob("a.*")
    with pytest.raises(InputError, match=message):
        list(read_documents(other, format="brat"))


def test_the_standard_input_and_other_files_are_told(tmp_path):
    with pytest.raises(InputError, match="<stdin>.*two files"):
        list(read_documents("-", format="brat"))
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(InputError, match="a.csv: this is neither"):
        list(read_documents(tmp_path / "a.csv", format="brat"))


def test_a_text_in_another_encoding_is_told(tmp_path):
    put(tmp_path).with_suffix(".txt").write_bytes("Sjögren".encode("latin-1"))
    with pytest.raises(InputError, match=r"a\.txt:1: byte 0xf6.*not UTF-8"):
        read(tmp_path)


@pytest.mark.parametrize("start", [ANN, "\nT1\tDisease 0 4;6 8\tGout x", "R1\tX A:T1 B:T2\n" + ANN])
def test_annotations_are_recognised(start):
    assert FORMAT.recognises(start)


@pytest.mark.parametrize(
    "start",
    ["", "Gout hurts.\n", "T1 rose.\n", "Tumour\tO\n", "1|t|Gout.\n", "A\tB\tC\n1\t2\t3\n", "{}"],
)
def test_other_text_is_not_taken_for_annotations(start):
    assert not FORMAT.recognises(start)


def marked(text: str, start: int, end: int, **more: Any) -> Annotation:
    return Annotation("Disease", ((start, end),), text[start:end], **more)


def test_what_other_formats_hold_is_written_as_pairs(tmp_path):
    text = "Gout. Gout hurts."
    document = Document(
        "12/3", (Passage("Gout."), Passage("Gout hurts.", 6)),
        (marked(text, 0, 4, id="T5"), marked(text, 6, 10, id="x", identifiers=("D1", "MESH:D2"))),
    )  # fmt: skip
    write_documents([document, Document(line=9)], tmp_path / "out", format="brat")
    assert (tmp_path / "out" / "12" / "3.txt").read_text() == "Gout.\nGout hurts."
    assert (tmp_path / "out" / "12" / "3.ann").read_text().splitlines() == [
        "T5\tDisease 0 4\tGout",
        "T6\tDisease 6 10\tGout",
        "N1\tReference T6 ID:D1\tGout",
        "N2\tReference T6 MESH:D2\tGout",
    ]
    first, second = read(tmp_path / "out")
    assert first.id == "12/3"
    assert first.annotations[1].identifiers == ("D1", "MESH:D2")
    assert second.id == "9"


def test_new_mentions_get_free_numbers_and_identifiers_may_change(tmp_path):
    put(tmp_path / "in")
    (document,) = read(tmp_path / "in")
    first, *others = document.annotations
    changed = replace(
        document,
        annotations=(
            replace(first, identifiers=("OMIM:1", "MESH:D9")), *others,
            marked(TEXT, 29, 33), marked(TEXT, 29, 33, id="T3"),
        ),
    )  # fmt: skip
    write_documents([changed], tmp_path / "out", format="brat")
    lines = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines()
    assert "N7" not in [line.partition("\t")[0] for line in lines]
    assert "N9\tReference T2 MESH:D9\tGout" in lines
    assert lines[-2:] == ["T11\tDisease 29 33\tmice", "T12\tDisease 29 33\tmice"]
    assert [d.annotations[0].identifiers for d in read(tmp_path / "out")] == [("OMIM:1", "MESH:D9")]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (Document("../a"), "'../a' cannot be the name of a file"),
        (Document("/a"), "cannot be the name"),
        (Document(".a"), "cannot be the name"),
        (Document("a\n"), "cannot be the name"),
        (Document("a\\b"), "cannot be the name"),
        (Document("a" * 300), "cannot be the name"),
        (Document("\ud800"), "cannot be the name"),
        (Document("a", (Passage("\ud800"),)), "'a'.*surrogate"),
        (Document("a", (Passage("x"),), (Annotation("D", (), "x"),)), "'a'.*no offsets"),
        (Document("a", (Passage("x"),), (Annotation(" ", ((0, 1),), "x"),)), "'a'.*no type"),
        (Document("a", relations={"brat": (("", "A1\tX T1"),)}), "'a'.*'T1', which is not there"),
        (Document("b"), "'b' is the name of two documents"),
    ],
)
def test_what_it_cannot_hold_is_told_and_no_folder_appears(tmp_path, document, message):
    with pytest.raises(InputError, match=message):
        write_documents([Document("b"), document], tmp_path / "out", format="brat")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_replaced(tmp_path):
    put(tmp_path / "out")
    with pytest.raises(InputError, match="out: this folder exists"):
        write_documents([], tmp_path / "out", format="brat")
    with pytest.raises(UsageError, match=r"out\.ann: .*name a folder"):
        write_documents([], tmp_path / "out.ann")
    with pytest.raises(UsageError, match="standard output"):
        write_documents([], "-", format="brat")


@pytest.mark.skipif(sys.platform == "win32", reason="names of files")
@settings(max_examples=40)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1),
    st.lists(st.lists(st.integers(0, 60), min_size=2, max_size=6, unique=True), max_size=4),
    st.text("ab:1/", max_size=5),
)
def test_any_document_is_the_same_after_writing_and_reading(tmp_path_factory, text, cuts, name):
    folder = tmp_path_factory.mktemp("round")
    mentions = []
    for points in cuts:
        inside = sorted(point for point in points if point <= len(text))
        spans = tuple(zip(inside[::2], inside[1::2], strict=False))
        if spans:
            own = " ".join(text[start:end] for start, end in spans)
            id_ = f"T{len(mentions) + 1}"
            names = tuple(filter(None, [name]))
            mentions.append(Annotation("Disease", spans, own, id=id_, identifiers=names))
    made = Document("a", (Passage(text),), tuple(mentions))
    write_documents([made], folder / "once", format="brat")
    (read_,) = read(folder / "once")
    assert (read_.text, read_.annotations) == (text, made.annotations)
    write_documents([read_], folder / "twice", format="brat")
    same(folder / "once", folder / "twice")


PUBLIC = [
    "ncbi_8589722", "ncbi_8589723", "ncbi_8595416", "ncbi_8605116", "ncbi_8621452",
    "jnlpba_20216392", "jnlpba_20219245", "jnlpba_20219263",
    "anatem_PMC-2265039-sec-08", "anatem_PMC-2397523-sec-15", "anatem_PMC-2700800-sec-02",
]  # fmt: skip


def test_public_pairs_are_written_as_they_are(public_file, tmp_path):
    folder = public_file(f"../formats/brat/{PUBLIC[0]}.ann").parent
    documents = read(folder)
    assert sorted(d.id for d in documents) == sorted(PUBLIC)
    lines = [line for name in PUBLIC for line in (folder / f"{name}.ann").read_text().splitlines()]
    assert sum(len(d.annotations) for d in documents) == sum(line[0] == "T" for line in lines)
    assert sum(len(a.identifiers) for d in documents for a in d.annotations) == sum(
        line[0] == "N" for line in lines
    )
    write_documents(documents, tmp_path / "out", format="brat")
    same(folder, tmp_path / "out")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_annotations_are_recognised_by_their_content(public_file, name):
    assert FORMAT.recognises(public_file(f"../formats/brat/{name}.ann").read_text())
    assert not FORMAT.recognises(public_file(f"../formats/brat/{name}.txt").read_text())


def test_another_reader_reads_what_is_written(tmp_path):
    brat = pytest.importorskip("bioc.brat")
    put(tmp_path / "in", ann=ANN.replace("X9\twhatever\tstands here\n", ""))
    (ours,) = read(tmp_path / "in")
    write_documents([ours], tmp_path / "out", format="brat")
    (theirs,) = brat.listdir(tmp_path / "out")
    entities = {entity.id: entity for entity in theirs.entities}
    assert list(entities) == [one.id for one in ours.annotations]
    for one in ours.annotations:
        their = entities[one.id]
        parts = sorted((part.begin, part.end) for part in their.locations)
        assert (their.type, their.text, tuple(parts)) == (one.type, flat(one.text), one.spans)
    assert [event.arguments for event in theirs.events] == [{"Theme": "T4"}]
    assert [relation.type for relation in theirs.relations] == ["Is_A"]
