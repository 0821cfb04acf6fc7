import sys
import zlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.formats.docbin import FORMAT
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents

spacy = pytest.importorskip("spacy")
TEXT = "Aspirin  relieves a headache.\nIt helps."


@pytest.fixture
def saved(tmp_path):
    def saved(*docs):
        docbin = spacy.tokens.DocBin(docs=docs, store_user_data=True)
        docbin.to_disk(tmp_path / "a.spacy")
        return tmp_path / "a.spacy"

    return saved


@pytest.fixture
def loaded(tmp_path):
    def loaded(*documents):
        write_documents(documents, tmp_path / "b.spacy")
        docbin = spacy.tokens.DocBin().from_disk(tmp_path / "b.spacy")
        return list(docbin.get_docs(spacy.blank("en").vocab))

    return loaded


def make(sentences=True):
    nlp = spacy.blank("en")
    if sentences:
        nlp.add_pipe("sentencizer")
    doc = nlp(TEXT)
    doc.ents = [doc.char_span(0, 7, label="Chemical", kb_id="D1", span_id="T1")]
    doc.spans["sc"] = [doc.char_span(9, 28, label="Effect"), doc.char_span(0, 7, label="Chemical")]
    doc.user_data.update({"id": "7", "year": 1978, "object": None})
    doc.user_data[("._.", "bioner_score", 0, 7)] = 0.5
    return doc


@pytest.mark.parametrize("sentences", [True, False])
def test_docs_of_spacy_are_documents(saved, sentences):
    path = saved(make(sentences))
    assert recognise(Source(path)).name == "docbin"
    (document,) = read_documents(path)
    assert (document.id, document.text) == ("7", TEXT)
    assert document.annotations == (
        Annotation("Chemical", ((0, 7),), "Aspirin", "T1", ("D1",), 0.5),
        Annotation("Effect", ((9, 28),), TEXT[9:28], extra={"docbin": {"group": "sc"}}),
    )
    assert [sentence.words for sentence in document.sentences] == [
        ("Aspirin", "relieves", "a", "headache", "."), ("It", "helps", "."),
    ]  # fmt: skip
    assert document.extra["docbin"]["user_data"] == {"year": 1978, "object": None}


def test_a_document_of_spacy_is_written_as_it_was_read(saved, loaded):
    (document,) = read_documents(saved(make()))
    (before,), (after,) = [make()], loaded(document)
    assert [(t.text, t.whitespace_) for t in after] == [(t.text, t.whitespace_) for t in before]
    assert [(e.text, e.label_, e.kb_id_, e.id_) for e in after.ents] == [
        ("Aspirin", "Chemical", "D1", "T1")
    ]
    assert [(s.text, s.label_) for s in after.spans["sc"]] == [(TEXT[9:28], "Effect")]
    assert after.user_data == before.user_data
    (again,) = read_documents(saved(after))
    assert again == replace(document, path=again.path)


def test_other_documents_are_cut_as_the_tagger_cuts_them(loaded, saved):
    document = Document(
        "7",
        (Passage("Aspirin.", 0, "title"), Passage("Antiaspirins help.", 9, "abstract")),
        (
            Annotation("Chemical", ((0, 7),), "Aspirin", score=0.25),
            Annotation("Chemical", ((13, 20),), "aspirin"),
            Annotation("Group", ((9, 21),), "Antiaspirins"),
        ),
        extra={"fields": {"year": 1978}},
    )
    (doc,) = loaded(document)
    assert doc.text == document.text
    assert [(e.text, e.label_) for e in doc.ents] == [
        ("Aspirin", "Chemical"), ("aspirin", "Chemical"),
    ]  # fmt: skip
    assert [(s.text, s.label_) for s in doc.spans["sc"]] == [("Antiaspirins", "Group")]
    assert [sentence.text for sentence in doc.sents] == ["Aspirin.", "Antiaspirins help."]
    (read,) = read_documents(saved(doc))
    assert (read.id, read.passages, read.extra) == ("7", document.passages, document.extra)
    assert read.annotations[0] == document.annotations[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_text_and_mentions_of_any_document_come_back(tmp_path, text, data):
    cuts = data.draw(st.lists(st.integers(0, len(text)), unique=True, max_size=6).map(sorted))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    found = tuple(Annotation("X", ((a, b),), text[a:b]) for a, b in spans)
    document = replace(Document.from_text(text, id="1"), annotations=found)
    write_documents([document], tmp_path / "a.spacy")
    (read,) = read_documents(tmp_path / "a.spacy")
    assert (read.id, read.passages, read.annotations) == ("1", document.passages, found)


def test_a_name_is_taken_from_user_data(saved):
    doc = make()
    doc.user_data["pmid"] = 12
    (document,) = read_documents(saved(doc), options=ReadOptions(id_column="pmid"))
    assert document.id == "12"
    with pytest.raises(InputError, match="'none'.*--id_column"):
        list(read_documents(saved(doc), options=ReadOptions(id_column="none")))


@pytest.mark.parametrize(
    "data", [b"text", zlib.compress(b"text"), b"", zlib.compress(b"\x81\xa5attrs\x01" * 9)[:-9]]
)
def test_damaged_files_are_told(tmp_path, data):
    (tmp_path / "a.spacy").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.spacy.*no DocBin"):
        list(read_documents(tmp_path / "a.spacy", format="docbin"))


def test_names_that_stand_twice_are_told(saved):
    with pytest.raises(InputError, match="'7'.*twice"):
        list(read_documents(saved(make(), make())))


def test_without_spacy_the_extra_is_named(saved, monkeypatch):
    path = saved(make())
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    monkeypatch.setitem(sys.modules, "spacy.vocab", None)
    with pytest.raises(InputError, match=r"bioner_kd\[spacy\]"):
        list(read_documents(path))


def test_text_is_not_taken_for_it():
    for start in ("Aspirin helps.\n", "x\ufffd is unknown, and more text follows", ""):
        assert not FORMAT.recognises(start)
