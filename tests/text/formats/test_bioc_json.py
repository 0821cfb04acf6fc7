import contextlib
import json
import sys
from dataclasses import replace

import hypothesis
import hypothesis.strategies as st
import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.documents import all_formats, read_documents, recognise
from bioner_kd.text.format import FAIL, SKIP, Faults
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents

from .bioc_cases import RICH, SYNDROME, core, counted_in, damaged, documents, without_place

PUBTATOR = {
    "_id": "227508|None",
    "id": "227508",
    "infons": {},
    "passages": [
        {
            "infons": {"journal": "x", "type": "title"},
            "offset": 0,
            "text": "Naloxone.",
            "sentences": [],
            "annotations": [
                {
                    "id": "2",
                    "infons": {
                        "identifier": "MESH:D009270", "type": "Chemical", "valid": True,
                        "normalized": ["D009270"], "database": "ncbi_mesh",
                    },
                    "text": "Naloxone",
                    "locations": [{"offset": 0, "length": 8}],
                }
            ],
            "relations": [],
        }
    ],
    "relations": [],
    "pmid": 227508,
    "authors": ["Farsang C"],
    "relations_display": [],
}  # fmt: skip


def read(tmp_path, content, **settings):
    path = tmp_path / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    assert recognise(Source(path)).name == "bioc_json"
    return list(read_documents(path, **settings))


def written(tmp_path, documents):
    write_documents(documents, tmp_path / "b.bioc.json")
    return json.loads((tmp_path / "b.bioc.json").read_text("utf-8"))


@pytest.mark.parametrize("indent", [None, 1])
def test_what_was_read_is_written_again(tmp_path, indent):
    head = {"source": "PMC", "date": "2020", "key": "k", "infons": {"a": "b"}, "number": 2}
    collection = {**head, "documents": [RICH, *map(counted_in, SYNDROME), PUBTATOR]}
    read_once = read(tmp_path, json.dumps(collection, indent=indent, ensure_ascii=False))
    found = written(tmp_path, read_once)
    assert {name: found[name] for name in head} == head
    rich, *_, pubtator = found["documents"]
    assert rich == {"bioctype": "BioCDocument", **RICH}
    assert pubtator == {"bioctype": "BioCDocument", "annotations": [], **PUBTATOR}
    again = list(read_documents(tmp_path / "b.bioc.json"))
    assert without_place(again) == without_place(read_once)


@pytest.mark.parametrize("name", ["one", "list", "lines", "PubTator3"])
def test_documents_come_in_every_shape_that_pubtator_gives(tmp_path, name):
    second = {**PUBTATOR, "id": "2"}
    content = {
        "one": json.dumps(PUBTATOR),
        "list": json.dumps([PUBTATOR, second]),
        "lines": json.dumps(PUBTATOR) + "\n" + json.dumps(second) + "\n",
        "PubTator3": json.dumps({"PubTator3": [PUBTATOR, second]}, indent=2),
    }
    found = read(tmp_path, content[name])
    assert [d.id for d in found] == ["227508", "2"][: 1 if name == "one" else 2]
    (mention,) = found[0].annotations
    assert (mention.type, mention.identifiers) == ("Chemical", ("MESH:D009270",))
    assert found[0].extra["bioc"]["other"]["pmid"] == 227508


@hypothesis.given(documents())
@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], max_examples=50
)
def test_documents_of_other_formats_keep_passages_and_mentions(tmp_path, document):
    written(tmp_path, [document])
    (again,) = read_documents(tmp_path / "b.bioc.json")
    assert core(again) == core(document)
    written(tmp_path, [again])
    (third,) = read_documents(tmp_path / "b.bioc.json")
    assert without_place([third]) == without_place([again])


@hypothesis.given(
    damaged(json.dumps([RICH, *map(counted_in, SYNDROME)]).encode()), st.sampled_from([FAIL, SKIP])
)
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_never_another_error(tmp_path, content, on_error):
    (tmp_path / "a").write_bytes(content)
    with contextlib.suppress(InputError):
        for document in read_documents(tmp_path / "a", format="bioc_json", faults=Faults(on_error)):
            assert document.check() is document


def test_no_document_is_an_empty_collection(tmp_path):
    assert written(tmp_path, [])["documents"] == []
    assert list(read_documents(tmp_path / "b.bioc.json", format="bioc_json")) == []


@pytest.mark.parametrize(
    ("faulty", "what"),
    [
        (RICH, r"a\.json:2, document '1'.*stands twice"),
        ({"id": "7", "text": "x"}, "has passages, and this has none"),
        ([1], "has passages"),
        ({**RICH, "id": "7", "passages": 3}, r"a\.json:2, document '7': passages"),
    ],
)
def test_a_faulty_document_is_told_and_the_next_one_is_read(tmp_path, faulty, what):
    content = "[" + ",\n".join(map(json.dumps, [RICH, faulty, PUBTATOR])) + "]"
    with pytest.raises(InputError, match=what):
        read(tmp_path, content)
    faults = Faults(SKIP)
    assert [d.id for d in read(tmp_path, content, faults=faults)] == ["1", "227508"]
    assert faults.number == 1


def test_half_of_a_character_is_not_written(tmp_path):
    document = Document.from_text("x\ud800", id="7")
    with pytest.raises(InputError, match="document '7'.*surrogate"):
        written(tmp_path, [document])
    head = replace(document, extra={"bioc": {"collection": {"source": "\ud800"}}})
    with pytest.raises(InputError, match="document '7'.*surrogate"):
        written(tmp_path, [head])


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ('{"source": "x", "documents": [{"id": "1", "passages": [{"offset"', True),
        ('[{"passages": []', True),
        ('{"text": "the \\"passages\\": [{ of BioC"}', False),
        ('{"id": "1", "text": "passages"}', False),
        ('{"text": "A. B.", "passages": [{"kind": "title", "start": 0, "end": 2}', False),
        ('{"text": "A. B.", "passages": [{"start": 0, "end": 2}', False),
        ('He said "passages": [{', False),
    ],
)
def test_it_is_known_by_its_passages(start, expected):
    assert all_formats()["bioc_json"].recognises(start) is expected


def test_the_bioc_package_reads_what_is_written(tmp_path):
    biocjson = pytest.importorskip("bioc.biocjson")
    written(tmp_path, read(tmp_path, [RICH, PUBTATOR]))
    with (tmp_path / "b.bioc.json").open(encoding="utf-8") as file:
        rich, pubtator = biocjson.load(file).documents
    assert rich.passages[1].sentences[1].annotations[0].text == "p53"
    assert [node.refid for node in rich.passages[0].relations[0].nodes] == ["A", "B"]
    assert pubtator.passages[0].annotations[0].locations[0].length == 8


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no measure of memory")
def test_300_megabytes_take_no_more_memory_than_3(tmp_path):
    import subprocess

    path = tmp_path / "large.json"
    program = (
        "import resource, sys; from bioner_kd.text.documents import read_documents\n"
        "print(sum(1 for _ in read_documents(sys.argv[1])),"
        " resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    def most(number):
        text = "word " * 6000
        passage = {"offset": 0, "infons": {}, "text": text, "annotations": [], "relations": []}
        with path.open("w") as file:
            file.write('{"source": "", "documents": [')
            for n in range(number):
                one = {"id": str(n), "infons": {}, "passages": [passage], "relations": []}
                file.write("," * bool(n) + json.dumps(one))
            file.write("]}")
        command = [sys.executable, "-c", program, str(path)]
        read_number, peak = subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.split()
        assert int(read_number) == number
        return int(peak)

    small, large = most(100), most(10_000)
    assert path.stat().st_size > 300e6
    assert large < 1.2 * small
