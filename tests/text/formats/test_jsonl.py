import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import SKIP, Faults, ReadOptions
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents

CHARACTERS = st.characters(exclude_categories=["Cs"])
JSON = st.none() | st.booleans() | st.integers() | st.text(CHARACTERS, max_size=5)


@pytest.fixture
def read(tmp_path):
    def read(*values, faults=None, name="a.jsonl", format="jsonl", **options):
        lines = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        options = ReadOptions(**options)
        return list(read_documents(tmp_path / name, format=format, options=options, faults=faults))

    return read


@pytest.fixture
def written(tmp_path):
    def written(*documents):
        write_documents(documents, tmp_path / "out.jsonl")
        return (tmp_path / "out.jsonl").read_text(encoding="utf-8")

    return written


def without_place(documents):
    return [replace(document, path="", line=0) for document in documents]


@given(st.text(CHARACTERS), st.floats(0, 1))
def test_a_text_alone_is_written_as_the_tagger_writes_it(text, score):
    annotation = Annotation("Chemical", ((0, len(text[:3])),), text[:3], score=score)
    document = replace(Document.from_text(text), annotations=(annotation,))
    from bioner_kd.text.formats.jsonl import FORMAT

    entity = {"type": "Chemical", "text": text[:3], "start": 0, "end": len(text[:3])}
    entity["score"] = round(score, 6)
    expected = json.dumps({"text": text, "entities": [entity]}, ensure_ascii=False) + "\n"
    for end in "\x85\u2028\u2029":
        expected = expected.replace(end, f"\\u{ord(end):04x}")
    assert FORMAT.record_writer().record(document) == expected
    assert len(expected.splitlines()) == 1


def test_no_program_takes_a_document_for_two_lines(read, written):
    # All that str.splitlines and others take for the end of a line.
    text = "a\nb\rc\x0bd\x0ce\x1cf\x1dg\x1eh\x85i\u2028j\u2029k"
    line = written(Document.from_text(text, id=text))
    assert line.splitlines(keepends=True) == [line]
    (document,) = read(line)
    assert (document.id, document.text) == (text, text)


def test_id_and_fields_come_back_in_order(read, written):
    line = '{"id": "7", "year": 1978, "tags": {"b": [1, null], "a": ""}, "text": "Aspirin."}'
    (document,) = read(line)
    assert (document.id, document.text, document.line) == ("7", "Aspirin.", 1)
    assert list(document.extra["fields"]) == ["year", "tags"]
    assert written(document) == line[:-1] + ', "entities": []}\n'


def test_all_of_a_record_is_read_and_written_again(read, written):
    line = (
        '{"id": 3, "text": "Acute pain. Aspirin helps.", "passages": [{"kind": "title", '
        '"start": 0, "end": 11}, {"kind": "", "start": 12, "end": 26}], "entities": [{"type": '
        '"Chemical", "text": "Aspirin", "start": 12, "end": 19, "score": 0.25, "id": "T1", '
        '"identifiers": ["MESH:D1", "X"], "note": [1]}, {"type": "D", "text": "Acute Aspirin", '
        '"start": 0, "end": 19, "spans": [[0, 5], [12, 19]]}, {"type": "Whole", "text": "x", '
        '"spans": []}]}\n'
    )
    (document,) = read(line)
    assert document.id == "3"
    assert document.passages == (
        Passage("Acute pain.", 0, "title"),
        Passage(document.text[12:], 12),
    )
    first, second, third = document.annotations
    assert (first.id, first.identifiers, first.score) == ("T1", ("MESH:D1", "X"), 0.25)
    assert (second.spans, third.spans) == (((0, 5), (12, 19)), ())
    assert written(document) == line


@pytest.mark.parametrize(
    ("value", "options", "id", "texts"),
    [
        ({"PMID": 5, "Title": "A", "Abstract": "B"}, {}, "5", [("Title", "A"), ("Abstract", "B")]),
        ({"pmid": "5", "title": "A", "abstract": None}, {}, "5", [("", "A")]),
        ({"id": None, "sentence": "A"}, {}, "", [("", "A")]),
        ({"id": "x", "text": "A", "body": "B"}, {"text_column": "body"}, "x", [("", "B")]),
        ({"a": "A", "b": "B"}, {"text_column": "b, a", "id_column": "a"}, "A", [("", "B")]),
        (
            {"k": "1", "h": "A", "i": "", "b": "B"},
            {"text_column": "h,i,b", "id_column": "K"},
            "1",
            [("h", "A"), ("b", "B")],
        ),
    ],
)
def test_usual_and_named_fields_are_id_and_text(read, value, options, id, texts):
    (document,) = read(value, **options)
    assert document.id == id
    assert [(one.kind, one.text) for one in document.passages] == texts


def test_a_field_that_is_called_as_ours_is_renamed(read, written):
    (document,) = read({"text": 1, "body": "B", "entities": ["none"]}, text_column="body")
    assert written(document) == '{"text_": 1, "entities_": ["none"], "text": "B", "entities": []}\n'


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"number": 3}, "'number'.*--text_column"),
        ([1], r"\[1\] is no JSON object"),
        ({"text": "a", "entities": [{"type": "X", "start": 0}]}, "'start' and 'end'"),
        ({"text": "a", "entities": [{"type": "X", "start": 0, "end": True}]}, "'start' and 'end'"),
        ({"text": "a", "entities": [{"type": 1, "start": 0, "end": 1}]}, "'type' of the mention"),
        ({"text": "a", "entities": [{"type": "", "start": 0, "end": 1}]}, "'type' of the mention"),
        (
            {"text": "a", "entities": [{"type": "X", "start": 0, "end": 1}, 1]},
            "stands among the mentions",
        ),
        (
            {"text": "a", "entities": [{"type": "X", "start": 0, "end": 1, "score": "high"}]},
            "'score' of the mention",
        ),
        (
            {"text": "a", "entities": [{"type": "X", "start": 0, "end": 1, "identifiers": [1]}]},
            "'identifiers' of the mention",
        ),
        ({"text": "a", "entities": [{"type": "X", "spans": [[0]]}]}, "'spans' of the mention"),
        ({"text": "ab", "entities": [{"type": "X", "start": 0, "end": 3}]}, "0:3.*2 characters"),
        (
            {"text": "ab", "entities": [{"type": "X", "text": "b", "start": 0, "end": 1}]},
            "'b'.*text has 'a'",
        ),
        ({"text": "ab", "entities": [{"type": "X", "start": 10**500, "end": 3}]}, "said to stand"),
        ({"text": "ab", "passages": [{"kind": "", "start": 0, "end": 1}]}, "end at 1.* at 2"),
        ({"text": "a-b", "passages": [{"kind": "", "start": 2, "end": 3}]}, "does not fit"),
    ],
)
def test_what_is_wrong_with_an_object_is_told(read, value, what):
    with pytest.raises(InputError, match=rf"a\.jsonl:2.*{what}"):
        read({"text": "good"}, value)
    faults = Faults(SKIP)
    assert [d.text for d in read({"text": "good"}, value, {"text": "too"}, faults=faults)] == [
        "good", "too",
    ]  # fmt: skip
    assert faults.number == 1


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"text_column": "body"}, "'text'.*--text_column"),
        ({"text_column": "n"}, "'n' holds 1, no text"),
        ({"id_column": "key"}, "no field 'key'"),
        ({"id_column": "list"}, r"'list' holds \[\]"),
    ],
)
def test_fields_that_are_not_there_are_told(read, options, what):
    with pytest.raises(InputError, match=what):
        read({"text": "a", "n": 1, "list": []}, **options)


def test_a_name_that_stands_twice_is_told(read):
    with pytest.raises(InputError, match="'7'.*twice"):
        read({"id": 7, "text": "a"}, {"id": "7", "text": "b"})


def test_lists_of_offsets_and_types_are_mentions(read):
    (document,) = read({"text": "Aspirin", "entities": [[0, 7, "Chemical"]]})
    assert document.annotations == (Annotation("Chemical", ((0, 7),), "Aspirin"),)


@st.composite
def documents(draw):
    words = draw(st.lists(st.text(CHARACTERS, min_size=1, max_size=6), min_size=1, max_size=4))
    kinds, offset, passages = draw(st.booleans()), draw(st.integers(0, 2)), []
    for word in words:
        passages.append(Passage(word, offset, "kind" if kinds else ""))
        offset += len(word) + draw(st.integers(0, 2))
    text = Document(passages=tuple(passages)).text
    cuts = draw(st.lists(st.integers(0, len(text)), unique=True, max_size=4).map(sorted))
    spans = tuple(zip(cuts[::2], cuts[1::2], strict=False))
    mention = Annotation(
        "X",
        spans,
        " ".join(text[a:b] for a, b in spans),
        id=draw(st.sampled_from(["", "T1"])),
        identifiers=draw(st.sampled_from([(), ("a", "b")])),
        score=draw(st.sampled_from([None, 0.5, 1])),
        extra=draw(st.sampled_from([{}, {"fields": {"note": 1}}])),
    )
    fields = draw(
        st.dictionaries(st.text(CHARACTERS).map("f{}".format), JSON, min_size=1, max_size=3)
    )
    return Document(
        draw(st.text(CHARACTERS)),
        tuple(passages),
        draw(st.sampled_from([(), (mention,)])),
        extra=draw(st.sampled_from([{}, {"fields": fields}])),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents())
def test_what_is_written_is_read_again(read, written, document):
    assert without_place(read(written(document))) == [document]


def test_what_json_cannot_hold_is_told(written):
    document = replace(Document.from_text("a", id="7"), extra={"fields": {"set": {1}}})
    with pytest.raises(InputError, match="document '7'.*JSON cannot hold"):
        written(document)


@pytest.mark.parametrize(
    "start",
    [
        '{"text": "Aspirin."}\n',
        '{"id": 1, "text": "Aspirin.", "entities": []}\n{"id": 2, "te',
        '[{"title": "A", "abstract": "B", "year": 1978}]',
        '{"id": 1, "text": "' + "long text " * 9999,
        '{"text": "A", "label": ["positive"], "spans": [], "tokens": 3}\n',
    ],
)
def test_its_files_are_recognised(tmp_path, start):
    (tmp_path / "a.txt").write_text(start)
    assert recognise(Source(tmp_path / "a.txt")).name == "jsonl"


@pytest.mark.parametrize(
    "start",
    [
        "Aspirin helps.\n",
        '{"documents": [{"id": "1", "passages": []}]}',
        '[1, "text"]',
        "id,text\n",
    ],
)
def test_other_text_is_not_taken_for_it(start):
    from bioner_kd.text.formats.jsonl import FORMAT

    assert not FORMAT.recognises(start)
