import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark.format_files import (
    FILE_FORMATS,
    abstracts,
    documents_of,
    format_files,
    pubmed_xml,
)
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import read_documents, readable
from bioner_kd.text.sentence import Sentence

TEXTS = [
    ("Gout & its <cause>.", "Uric acid\u2028hurts.  It is\tnot rare."),
    ("A title alone.", ""),
    ("", "No title,\x00 but 5 µg of β-blocker."),
]
PLAIN = [
    "Gout & its <cause>. Uric acid hurts. It is not rare.",
    "A title alone.",
    "No title, but 5 µg of β-blocker.",
]


def documents() -> list[Document]:
    return [
        Document("x", (Passage(title), Passage(abstract, len(title) + 1)))
        for title, abstract in TEXTS
    ]


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_every_format_gives_the_same_text(name):
    with format_files(abstracts(documents()), [name]) as (file,):
        read = list(read_documents(file.file, format=FILE_FORMATS[name].reader))
        assert file.size > sum(map(len, PLAIN)) // 2
    assert [" ".join(passage.text for passage in one.passages).strip() for one in read] == PLAIN
    if name != "lines":
        assert [one.id for one in read] == ["1", "2", "3"]
        assert [passage.text for passage in read[0].passages] == [
            "Gout & its <cause>.",
            "Uric acid hurts. It is not rare.",
        ]


def test_readers_are_formats_that_the_tagger_reads():
    assert {one.reader for one in FILE_FORMATS.values()} <= set(readable())


def test_mentions_and_documents_without_text_are_left_out():
    marked = Document("7", (Passage("Gout."),), (Annotation("Disease", ((0, 4),), "Gout"),))
    (made,) = abstracts([Document("5", (Passage(" "),)), Document("6"), marked])
    assert (made.id, made.text, made.annotations) == ("1", "Gout.", ())


def test_ten_sentences_are_a_document_with_a_title():
    sentences = [Sentence.from_words(["Gout", str(number), "."]) for number in range(12)]
    first, second = documents_of(sentences)
    assert first.passages[0].text == sentences[0].text
    assert first.passages[1].text == " ".join(one.text for one in sentences[1:10])
    assert second.text == f"{sentences[10].text} {sentences[11].text}"


def test_a_record_of_pubmed_has_more_than_its_text():
    xml = "".join(pubmed_xml(abstracts(documents())))
    for element in ("AuthorList", "MeshHeadingList", "History", "ReferenceList"):
        assert xml.count(f"<{element}") == len(TEXTS)
    assert xml.count("<Abstract>") == 1


def test_documents_without_any_text_are_refused():
    with pytest.raises(InputError, match="--documents: there is no text"):
        with format_files([], FILE_FORMATS):
            pass
