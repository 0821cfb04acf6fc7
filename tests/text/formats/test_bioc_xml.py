import contextlib
import re
import xml.etree.ElementTree as ET
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

from .bioc_cases import core, damaged, documents, without_place

HEAD = '<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n'
# The order of elements that the DTD asks for; annotations of a document are not in it.
DTD = {
    "collection": "source date key (infon )*(document )+",
    "document": "id (infon )*(passage )+(relation )*",
    "passage": "(infon )*offset ((text )?(annotation )*|(sentence )*)(relation )*",
    "sentence": "(infon )*offset (text )?(annotation )*(relation )*",
    "annotation": "(infon )*(location )*text ",
    "relation": "(infon )*(node )*",
}
RICH = """<collection><source>PMC</source><date>2020</date><key>k.key</key><infon key="a">b</infon>
<document><id>1</id><infon key="license">CC BY</infon><infon key="name">x</infon>
<infon key="name">y</infon><passage><infon key="type">title</infon>
<offset>0</offset><text>Sjögren µ &lt;p53&gt; &amp; "cancer".</text>
<annotation id="A&quot;&#10;"><infon key="type">Gene</infon><infon key="NCBI Gene">7157</infon>
<location offset="11" length="3"/><text>p53</text></annotation>
<annotation><infon key="type">Disease</infon><location offset="0" length="7"/>
<location offset="19" length="6"/><text>Sjögren cancer</text></annotation>
<relation id="R1"><infon key="type">x</infon><node refid="A" role="r"/><node refid="B" role=""/>
</relation></passage>
<passage><infon key="type">abstract</infon><offset>28</offset><sentence><offset>28</offset>
<text>It grew.</text><annotation id="C"><location offset="31" length="4"/><text>grew</text>
</annotation></sentence><sentence><offset>38</offset><text>A&#13;b</text></sentence></passage>
<relation id="R2"><node refid="R1" role=""/></relation></document></collection>"""


@pytest.fixture
def shared(public_file):
    return lambda name: public_file(f"../formats/{name}")


def save(tmp_path, content, encoding="UTF-8"):
    path = tmp_path / "a.xml"
    path.write_bytes((HEAD.format(encoding=encoding) + content).encode(encoding))
    return path


def canonical(path):
    return ET.canonicalize(from_file=str(path), strip_text=True)


def children_are_in_order(element):
    if element.tag in DTD:
        names = "".join(f"{child.tag} " for child in element)
        assert re.fullmatch(DTD[element.tag], names), (element.tag, names)
    for child in element:
        children_are_in_order(child)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_what_was_read_is_written_again(tmp_path, encoding):
    path = save(tmp_path, RICH, encoding)
    assert recognise(Source(path)).name == "bioc_xml"
    (document,) = read_documents(path)
    assert [a.text for a in document.annotations] == ["p53", "Sjögren cancer", "grew"]
    assert document.annotations[0].id == 'A"\n'
    assert document.passages[1].text == "It grew.  A\rb"
    write_documents([document], tmp_path / "b.bioc.xml")
    assert canonical(tmp_path / "b.bioc.xml") == canonical(path)
    (again,) = read_documents(tmp_path / "b.bioc.xml")
    assert without_place([again]) == without_place([document])


@pytest.mark.parametrize(
    "name", ["CDR_devel_first20docs.BioC.xml", "aioner_ex2_fulltext_ccby.BioC.xml"]
)
def test_published_files_are_written_as_they_were(tmp_path, shared, name):
    path = shared(f"bioc/{name}")
    assert recognise(Source(path)).name == "bioc_xml"
    found = list(read_documents(path))
    for end in ("xml", "json"):
        write_documents(found, tmp_path / f"b.bioc.{end}")
        again = list(read_documents(tmp_path / f"b.bioc.{end}"))
        assert without_place(again) == without_place(found)
    # White space between elements and the quotation marks of attributes are others.
    assert canonical(tmp_path / "b.bioc.xml") == canonical(path)
    children_are_in_order(ET.parse(tmp_path / "b.bioc.xml").getroot())


def pubtator_mentions(path):
    """(document, start, end, text, type) out of lines of PubTator."""
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    return [
        (id, int(start), int(end), text, kind)
        for id, start, end, text, kind, *_ in (line for line in lines if len(line) > 4)
    ]


def test_bioc_and_pubtator_of_the_same_documents_have_the_same_mentions(shared):
    pubtator = pubtator_mentions(shared("pubtator/CDR_devel_first20docs.PubTator.txt"))
    found = list(read_documents(shared("bioc/CDR_devel_first20docs.BioC.xml")))
    assert len(found) == 20
    # The parts of a mention of several ("cardiovascular, and respiratory depression") are mentions
    # of their own in BioC, and a seventh column in PubTator.
    mentions = [
        (d.id, a.start, a.end, a.text, a.type)
        for d in found
        for a in d.annotations
        if a.extra["bioc"]["infons"].get("CompositeRole") != "IndividualMention"
    ]
    assert mentions == pubtator
    parts = [
        a.text
        for d in found
        for a in d.annotations
        if a.extra["bioc"]["infons"].get("CompositeRole") == "IndividualMention"
    ]
    in_columns = [
        part
        for line in shared("pubtator/CDR_devel_first20docs.PubTator.txt").read_text().splitlines()
        if line.count("\t") == 6
        for part in line.split("\t")[6].split("|")
    ]
    assert parts == in_columns


@hypothesis.given(documents())
@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], max_examples=50
)
def test_documents_of_other_formats_keep_passages_and_mentions(tmp_path, document):
    write_documents([document], tmp_path / "b.bioc.xml")
    children_are_in_order(ET.parse(tmp_path / "b.bioc.xml").getroot())
    (again,) = read_documents(tmp_path / "b.bioc.xml")
    expected = replace(document, id=document.id.strip())
    assert core(again) == core(expected)
    write_documents([again], tmp_path / "c.bioc.xml")
    (third,) = read_documents(tmp_path / "c.bioc.xml")
    assert without_place([third]) == without_place([again])


@pytest.mark.parametrize("character", ["\x00", "\x0c", "\ufffe", "\ud800"])
def test_a_character_that_xml_does_not_know_is_told(tmp_path, character):
    document = Document.from_text(f"a{character}b", id="7")
    with pytest.raises(InputError, match="document '7'.*XML cannot hold the character"):
        write_documents([document], tmp_path / "b.bioc.xml")
    assert not (tmp_path / "b.bioc.xml").exists()


@hypothesis.given(damaged(RICH.encode()), st.sampled_from([FAIL, SKIP]))
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_never_another_error(tmp_path, content, on_error):
    (tmp_path / "a").write_bytes(content)
    with contextlib.suppress(InputError):
        for document in read_documents(tmp_path / "a", format="bioc_xml", faults=Faults(on_error)):
            assert document.check() is document


def test_no_document_is_an_empty_collection(tmp_path):
    write_documents([], tmp_path / "b.bioc.xml")
    assert list(read_documents(tmp_path / "b.bioc.xml")) == []


def plain(id, offset=0, text="One."):
    return (
        f"<document><id>{id}</id><passage><offset>{offset}</offset><text>{text}</text>"
        "</passage></document>\n"
    )


@pytest.mark.parametrize(
    ("faulty", "what"),
    [
        (plain("1"), r"a\.xml:4, document '1'.*stands twice.*line 3"),
        (plain("7", "x"), "document '7': offset is a whole number"),
        (plain("7", "1" * 9999), "document '7': offset is a whole number"),
        (plain("7", text="&alpha;"), "&alpha;"),
        (plain("7", text="<i>" * 999 + "</i>" * 999), "inside of one another"),
    ],
)
def test_a_faulty_document_is_told_and_the_next_one_is_read(tmp_path, faulty, what):
    path = save(tmp_path, f"<collection>{plain('1')}{faulty}{plain('2')}</collection>")
    with pytest.raises(InputError, match=what):
        list(read_documents(path))
    faults = Faults(SKIP)
    assert [d.id for d in read_documents(path, faults=faults)] == ["1", "2"]
    assert faults.number == 1


def test_a_declared_entity_is_refused(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(f'<!DOCTYPE collection [<!ENTITY a "b">]><collection>{plain("1", 0, "&a;")}')
    with pytest.raises(InputError, match=r"a\.xml:1: it declares the entity 'a'"):
        list(read_documents(path))


def test_a_cut_file_is_told_behind_its_whole_documents(tmp_path):
    found = read_documents(save(tmp_path, f"<collection>{plain('1')}{plain('2')[:40]}"))
    assert next(found).id == "1"
    with pytest.raises(InputError, match=r"a\.xml:4: the XML is cut short"):
        next(found)


def test_xml_of_another_kind_is_told(tmp_path):
    path = save(tmp_path, "<html><p>One.</p></html>")
    with pytest.raises(InputError, match="outermost element is 'html', not collection"):
        list(read_documents(path, format="bioc_xml"))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("<collection>\n<!-- x --><source>x", True),
        (HEAD.format(encoding="UTF-8") + "<collection><document>", True),
        ('<collection xmlns="http://www.loc.gov/MARC21/slim"><record>', False),
        ("<PubmedArticleSet><source>", False),
        ("A <collection><source> of texts", False),
    ],
)
def test_it_is_known_by_its_collection(start, expected):
    assert all_formats()["bioc_xml"].recognises(start) is expected


def test_the_bioc_package_reads_what_is_written(tmp_path, shared):
    biocxml = pytest.importorskip("bioc.biocxml")
    ours = list(read_documents(shared("bioc/CDR_devel_first20docs.BioC.xml")))
    write_documents(ours, tmp_path / "b.bioc.xml")
    with (tmp_path / "b.bioc.xml").open("rb") as file:
        theirs = biocxml.load(file)
    assert (theirs.source, theirs.key) == ("PubTator", "PubTator.key")
    assert [d.id for d in theirs.documents] == [d.id for d in ours]
    for their, our in zip(theirs.documents, ours, strict=True):
        marks = [a for passage in their.passages for a in passage.annotations]
        assert [(a.id, a.text, a.infons["type"]) for a in marks] == [
            (a.id, a.text, a.type) for a in our.annotations
        ]
        assert [(x.offset, x.end) for a in marks for x in a.locations] == [
            span for a in our.annotations for span in a.spans
        ]
        assert [r.infons for r in their.relations] == [r["infons"] for r in our.relations["bioc"]]
