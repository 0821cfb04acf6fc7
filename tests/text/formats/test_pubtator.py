"""PubTator files: what is read of them, what is written, and what is said of faulty ones."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import all_formats, format_of_name, read_documents, recognise
from bioner_kd.text.format import SKIP, Faults, ReadOptions
from bioner_kd.text.source import Source
from bioner_kd.text.writing import records, write_documents

FORMAT = all_formats()["pubtator"]
# Public files: number of documents, and of those that have a fault of their own.
SHARED = {
    "documents/BC5CDR_Test.PubTator": (500, 0),
    "documents/BC5CDR_TrainDev.PubTator": (1000, 0),
    "documents/BioID_train.PubTator": (9513, 1),
    "documents/BioRED_train.PubTator": (240, 0),
    "documents/DrugProt_train.PubTator": (683, 0),
    "documents/GNormPlus_train.PubTator": (383, 4),
    "documents/NCBIdisease_Test.PubTator": (100, 0),
    "documents/NCBIdisease_TrainDev.PubTator": (693, 2),
    "documents/NLMgene_train.PubTator": (393, 2),
    "documents/S800_train.PubTator": (615, 0),
    "documents/tmVar3_train.PubTator": (280, 1),
    "formats/pubtator/aioner_ex1_unannotated.PubTator.txt": (4, 0),
    "formats/pubtator/CDR_devel_first20docs.PubTator.txt": (20, 0),
    "formats/pubtator/CDR_sample_50docs.PubTator.txt": (50, 0),
    "formats/pubtator/NCBIdevelopset_corpus.PubTator.txt": (100, 0),
}
SMALL = """\
1|t|Naloxone helps.
1|a|In β-mice; renal and/or hepatic failure.
1\t0\t8\tNaloxone\tChemical\tD009270
1\t19\t20\tβ\tGene
1\t27\t55\trenal and/or hepatic failure\tDisease\tD051437|D017093\trenal failure|hepatic failure
1\tCID\tD009270\tD051437

"""


def read(tmp_path: Path, text: str, faults: Faults | None = None, **options: str) -> list[Document]:
    (tmp_path / "a.PubTator").write_text(text, newline="")
    return list(
        read_documents(tmp_path / "a.PubTator", options=ReadOptions(**options), faults=faults)
    )


def written(*documents: Document) -> str:
    return "".join(records(documents, FORMAT))


def test_a_document_is_read_with_mentions_and_relations(tmp_path):
    (document,) = read(tmp_path, SMALL)
    assert document.id == "1"
    assert document.line == 1
    assert [(p.text, p.offset, p.kind) for p in document.passages] == [
        ("Naloxone helps.", 0, "title"),
        ("In β-mice; renal and/or hepatic failure.", 16, "abstract"),
    ]
    found = [(a.type, a.spans, a.text, a.identifiers) for a in document.annotations]
    assert found == [
        ("Chemical", ((0, 8),), "Naloxone", ("D009270",)),
        ("Gene", ((19, 20),), "β", ()),
        ("Disease", ((27, 55),), "renal and/or hepatic failure", ("D051437", "D017093")),
    ]
    assert document.annotations[2].extra["pubtator"]["columns"] == (
        "renal failure|hepatic failure",
    )
    assert document.relations == {"pubtator": (("CID", "D009270", "D051437"),)}
    assert written(document) == SMALL


@pytest.mark.parametrize(
    "text",
    [
        "\n\n" + SMALL,
        SMALL.replace("\n", "\r\n"),
        SMALL.rstrip("\n"),
        SMALL.replace("Gene\n", "Gene\t\t\n"),
        SMALL.replace("1\t0", "\n1\t0"),
        "\ufeff" + SMALL,
    ],
)
def test_blank_lines_line_ends_and_tabs_at_the_end_say_nothing(tmp_path, text):
    assert written(*read(tmp_path, text)) == SMALL


def test_no_blank_line_need_stand_between_documents(tmp_path):
    text = SMALL + SMALL.replace("1|", "2|").replace("1\t", "2\t")
    first, second = read(tmp_path, text.replace("\n\n", "\n"))
    assert (first.id, second.id, second.line) == ("1", "2", 7)
    assert written(first, second) == text


@pytest.mark.parametrize("text", ["1|t|Gout.\n1|a|\n\n", "1|t|\n1|a|Gout.\n\n", "1|t|\n1|a|\n\n"])
def test_title_or_abstract_may_be_empty(tmp_path, text):
    (document,) = read(tmp_path, text)
    assert document.text in ("Gout. ", " Gout.", " ")
    assert written(document) == text


def test_the_abstract_may_be_missing(tmp_path):
    first, second = read(tmp_path, "1|t|Gout.\n1\t0\t4\tGout\tDisease\tD1\n2|t|Gout again.\n")
    assert [a.text for a in first.annotations] == ["Gout"]
    assert written(first).startswith("1|t|Gout.\n1|a|\n1\t0\t4")
    assert second.text == "Gout again. "


@pytest.mark.parametrize(
    ("column", "identifiers"),
    [
        ("D003924", ("D003924",)),
        ("-1", ()),
        ("-", ()),
        (" D008661", ("D008661",)),
        ("OMIM:312080+OMIM:312920", ("OMIM:312080", "OMIM:312920")),
        ("2168,2170", ("2168", "2170")),
        ("10434(Tax:9606)", ("10434(Tax:9606)",)),
        ("CVCL_0594;CVCL_A123", ("CVCL_0594", "CVCL_A123")),
        ("c|SUB|G|1633|T", ("c|SUB|G|1633|T",)),
        ("a" * 99_999, ("a" * 99_999,)),
    ],
)
def test_identifiers_are_cut_where_they_are_several(tmp_path, column, identifiers):
    text = f"1|t|Gout.\n1|a|\n1\t0\t4\tGout\tDisease\t{column}\n\n"
    (document,) = read(tmp_path, text)
    assert document.annotations[0].identifiers == identifiers
    assert written(document) == text


def test_several_types_in_a_column_and_relations_of_numbers_stay_as_they_are(tmp_path):
    text = "1|t|Gout.\n1|a|\n1\t0\t4\tGout\tT116,T123\tC1\n1\tAssociation\t5048\t123\tNovel\n\n"
    (document,) = read(tmp_path, text)
    assert document.annotations[0].type == "T116,T123"
    assert document.relations["pubtator"] == (("Association", "5048", "123", "Novel"),)
    assert written(document) == text


def test_a_mention_without_a_type_takes_the_one_that_is_asked_for(tmp_path):
    text = "1|t|Gout.\n1\t0\t4\tGout\n"
    (document,) = read(tmp_path, text, entity_type="Disease")
    assert document.annotations[0].type == "Disease"
    with pytest.raises(InputError, match=r"a\.PubTator:2, document '1'.*'Gout'.*--entity_type"):
        read(tmp_path, text)


BAD = "1|t|Gout.\n1|a|It hurts.\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BAD + "1\t0\t4\tgout\tDisease\n", ":1, document '1'.*'gout'.*0:4.*'Gout'"),
        (BAD + "1\t0\t99\tGout\tDisease\n", "0:99 of a text of 15"),
        (BAD + "1\t-1\t4\tGout\tDisease\n", "-1:4"),
        (BAD + "1\t4\t0\tGout\tDisease\n", "4:0"),
        (BAD + "1\t0\tx\tGout\tDisease\n", ":3, document '1': 'x' is no offset"),
        (BAD + "1\t\t4\tGout\tDisease\n", "'' is no offset"),
        (BAD + f"1\t0\t{'9' * 9999}\tGout\tDisease\n", "is no offset"),
        (BAD + "1\t٣\t4\tGout\tDisease\n", "is no offset"),
        (BAD + "2\t0\t4\tGout\tDisease\n", "of the document '2'"),
        (BAD + "1\t0\t4\n", "no line of PubTator"),
        (BAD + "and more text\n", "no line of PubTator"),
        (BAD + "1|a|again\n", "abstract .*once"),
        (BAD + "1\t0\t4\tGout\n", "no type"),
        ("1\t0\t4\tGout\tDisease\n", ":1:.*before the first title"),
        ("8|t|An id.\n" + BAD + BAD, ":4, document '1'.*twice.*line 2"),
    ],
)
def test_a_faulty_document_is_told_and_the_others_are_read(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "a.PubTator") in str(caught.value)
    assert len(str(caught.value)) < 500
    faults = Faults(SKIP)
    rest = read(tmp_path, text + "9|t|Another.\n", faults)
    assert rest[-1].id == "9"
    assert faults.number == 1
    assert re.search(message, faults.skipped[0])


def test_a_file_in_another_encoding_is_told(tmp_path):
    (tmp_path / "a.PubTator").write_bytes("1|t|Sjögren.\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"a\.PubTator:1: byte 0xf6.*not UTF-8"):
        list(read_documents(tmp_path / "a.PubTator"))


@pytest.mark.parametrize(
    "start",
    ["1|t|Gout.\n1|a|", "\n1|t|Gout.\n1|a|x", "1|t|Gou", "1|t|Gout.\n1", "1|t|x\n1\t0\t1\tx\tA"],
)
def test_pubtator_is_recognised(start):
    assert FORMAT.recognises(start)


@pytest.mark.parametrize(
    "start",
    ["", "Gout.\n", "a|b|c\n1|t|x\n", "if |t| > 2|t|\n", "1|t|Gout.\nmore\n", "{}", "a,b\n1,2\n"],
)
def test_other_text_is_not_taken_for_it(start):
    assert not FORMAT.recognises(start)


@pytest.mark.parametrize("name", ["a.PubTator", "a.pubtator.gz", "a.PubTator.txt"])
def test_the_name_of_a_file_says_it(tmp_path, name):
    assert format_of_name(tmp_path / name) is FORMAT


def marked(text: str, start: int, end: int, **more: object) -> Annotation:
    return Annotation("Disease", ((start, end),), text[start:end], **more)


def test_other_passages_keep_the_offsets_of_all_mentions():
    text = "Gout.\nIt hurts.\r\n\tGout hurts."
    document = Document(
        "x", (Passage("Gout."), Passage("It hurts.", 6), Passage("Gout hurts.", 18)),
        (marked("Gout. It hurts.   Gout hurts.", 18, 22, identifiers=("D1", "D2")),),
    )  # fmt: skip
    assert written(document) == (
        "x|t|Gout.\nx|a|It hurts.   Gout hurts.\nx\t18\t22\tGout\tDisease\tD1|D2\n\n"
    )
    one = Document("x", (Passage(text),), (marked(text, 0, 15),))
    assert written(one) == (
        "x|t|Gout. It hurts.   Gout hurts.\nx|a|\nx\t0\t15\tGout. It hurts.\tDisease\t-\n\n"
    )


def test_passages_without_a_character_between_them_become_the_title():
    document = Document("x", (Passage("Gout"), Passage("hurts.", 4)), (marked("Gouthurts.", 4, 9),))
    assert written(document) == "x|t|Gouthurts.\nx|a|\nx\t4\t9\thurts\tDisease\t-\n\n"


def test_a_document_without_a_name_or_a_passage_is_written():
    assert written(Document(line=7)) == "7|t|\n7|a|\n\n"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (Document("a|b"), "'a|b'.*name"),
        (Document("a\tb"), "name"),
        (
            Document("x", (Passage("a b c"),), (Annotation("D", ((0, 1), (4, 5)), "a c"),)),
            "document 'x': the D mention 'a c' is discontinuous",
        ),
        (Document("x", (Passage("a"),), (Annotation("D", (), ""),)), "no offsets"),
        (Document("x", (Passage("a"),), (Annotation("", ((0, 1),), "a"),)), "no type"),
    ],
)
def test_what_it_cannot_hold_is_told_with_the_document(document, message):
    with pytest.raises(InputError, match=message):
        written(document)


def test_half_a_character_is_told_and_no_file_appears(tmp_path):
    with pytest.raises(InputError, match=r"a\.PubTator: .*half a character"):
        write_documents([Document("x", (Passage("a\ud800b"),))], tmp_path / "a.PubTator")
    assert list(tmp_path.iterdir()) == []


def test_identifiers_that_were_changed_since_win(tmp_path):
    (document,) = read(tmp_path, "1|t|Gout.\n1\t0\t4\tGout\tDisease\tD1+D2\n")
    old = document.annotations[0]
    new = Annotation(old.type, old.spans, old.text, identifiers=("D3",), extra=old.extra)
    assert "\tD1+D2\n" in written(document)
    assert "\tD3\n" in written(document.with_annotations([new]))


ENDS = "\0\v\f\r\n\t\x1c\x1d\x1e\x85\u2028\u2029"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=ENDS))
WORD = st.text("abcXYZ0123456789:-_ |,;+β", max_size=12).filter(lambda text: text == text.strip())
TYPE = st.text("abcXYZ, ", min_size=1).filter(str.strip)


@st.composite
def documents(draw: Callable[..., Any], name: str) -> Document:
    title, abstract = draw(TEXT), draw(TEXT)
    text = f"{title} {abstract}"
    mentions = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        names = tuple(filter(None, [draw(WORD)]))
        mentions.append(Annotation(draw(TYPE), ((start, end),), text[start:end], identifiers=names))
    passages = (Passage(title, 0, "title"), Passage(abstract, len(title) + 1, "abstract"))
    return Document(name, passages, tuple(mentions))


@settings(max_examples=50)
@given(st.tuples(documents("a"), documents("b"), documents("β 3")))
def test_any_documents_are_the_same_after_writing_and_reading(tmp_path_factory, made):
    path = tmp_path_factory.mktemp("round") / "a.PubTator"
    write_documents(made, path)
    once = list(read_documents(path, format="pubtator"))
    for read_, given_ in zip(once, made, strict=True):
        assert (read_.id, read_.passages) == (given_.id, given_.passages)
        found = [(a.type, a.spans, a.text) for a in read_.annotations]
        assert found == [(a.type, a.spans, a.text) for a in given_.annotations]
    again = path.with_name("b.PubTator")
    write_documents(once, again)
    assert again.read_bytes() == path.read_bytes()
    twice = read_documents(again, format="pubtator")
    assert [replace(d, path="") for d in twice] == [replace(d, path="") for d in once]


@pytest.mark.parametrize("name", SHARED)
def test_public_files_are_written_as_they_are(public_file, name):
    path = public_file(f"../{name}")
    number, faulty = SHARED[name]
    assert recognise(Source(path)) is FORMAT
    faults = Faults(SKIP)
    found = list(read_documents(path, faults=faults))
    assert (len(found), faults.number) == (number - faulty, faulty)
    # What says nothing: tabs at the end of a line, and blank lines before and behind.
    kept = re.sub(r"\t+$", "", without_faults(path.read_text("utf-8"), faults), flags=re.MULTILINE)
    assert written(*found) == kept.strip("\n") + "\n\n"


def without_faults(text: str, faults: Faults) -> str:
    """A file without the documents at fault, which begin at the lines that are named."""
    lines: list[str | None] = list(text.split("\n"))
    for message in faults.skipped:
        first = int(re.search(r":(\d+), document", message)[1]) - 1
        for number in range(first, lines.index("", first) + 1):
            lines[number] = None
    return "\n".join(line for line in lines if line is not None)


@pytest.mark.parametrize(
    ("name", "documents", "mentions"), [("BC5CDR_Test", 500, 9796), ("NCBIdisease_Test", 100, 960)]
)
def test_documents_and_mentions_are_as_many_as_the_lines(public_file, name, documents, mentions):
    path = public_file(f"../documents/{name}.PubTator")
    text = path.read_text(encoding="utf-8")
    assert len(re.findall(r"^\d+\|t\|", text, re.MULTILINE)) == documents
    assert len(re.findall(r"^\d+\t\d+\t\d+\t", text, re.MULTILINE)) == mentions
    found = list(read_documents(path))
    assert len(found) == documents
    assert sum(len(document.annotations) for document in found) == mentions


def test_another_reader_reads_what_is_written(public_file):
    pubtator = pytest.importorskip("bioc.pubtator")
    ours = list(read_documents(public_file("../formats/pubtator/CDR_sample_50docs.PubTator.txt")))
    theirs = pubtator.load(io.StringIO(written(*ours)))
    assert [(d.pmid, d.title, d.abstract) for d in theirs] == [
        (d.id, d.passages[0].text, d.passages[1].text) for d in ours
    ]
    for their, our in zip(theirs, ours, strict=True):
        assert [(a.start, a.end, a.text, a.type) for a in their.annotations] == [
            (a.start, a.end, a.text, a.type) for a in our.annotations
        ]
        assert [(r.type, r.id1, r.id2) for r in their.relations] == [
            relation for relation in our.relations.get("pubtator", ())
        ]


def test_another_reader_takes_mentions_without_identifiers_for_mentions():
    pubtator = pytest.importorskip("bioc.pubtator")
    (document,) = pubtator.loads(
        written(Document("x", (Passage("Gout."),), (marked("Gout.", 0, 4),)))
    )
    assert [(a.start, a.end, a.text, a.id) for a in document.annotations] == [(0, 4, "Gout", "-")]
