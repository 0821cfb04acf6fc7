import gzip
import io
import tracemalloc

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.notation import xml_collector
from bioner_kd.text.notation.xml_stream import iterate_elements, root_of
from bioner_kd.text.source import START, STDIN, Source


def read(tmp_path, content, tags=("d",), faults=None, **settings):
    path = tmp_path / "a.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = iterate_elements(Source(path), tags, faults or Faults(), **settings)
    return [("".join(element.itertext()), line) for element, line in found]


def test_each_element_comes_with_its_line(tmp_path):
    assert read(tmp_path, "<r>\n<d>one <i>two</i> three</d>\n<x/>\n<d>four</d></r>") == [
        ("one two three", 2), ("four", 4),
    ]  # fmt: skip


def test_of_nested_elements_the_outermost_is_yielded(tmp_path):
    assert read(tmp_path, "<r><d>a<d>b</d></d><e>c<d>d</d></e></r>", ("d", "e")) == [
        ("ab", 1), ("cd", 1),
    ]  # fmt: skip


def test_what_is_left_out_leaves_the_text_behind_it(tmp_path):
    xml = "<r><d>a<x>b<x>c</x><y>d</y></x>e<y>f</y></d></r>"
    assert read(tmp_path, xml, leave_out={"x"}) == [("aef", 1)]


def test_predefined_entities_and_numbers_are_characters(tmp_path):
    xml = "<r><d>&lt;&gt;&amp;&quot;&apos;&#945;&#x1F600;<![CDATA[<&]]></d></r>"
    assert read(tmp_path, xml) == [("<>&\"'α😀<&", 1)]


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16"])
def test_the_encoding_is_the_one_that_is_declared(tmp_path, encoding):
    xml = f'<?xml version="1.0" encoding="{encoding}"?><r><d>Sjögren µg</d></r>'
    assert read(tmp_path, xml.encode(encoding)) == [("Sjögren µg", 1)]


def test_a_byte_order_mark_and_compression_are_taken_off(tmp_path):
    assert read(tmp_path, gzip.compress(b"\xef\xbb\xbf<r><d>a</d></r>")) == [("a", 1)]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'<?xml version="1.0"?><r><d>Sj\xf6gren</d></r>', "a.xml:1: no XML at column"),
        (b'<?xml version="1.0" encoding="no-such"?><r/>', "unknown encoding|no-such"),
        (b"<r>\n<d>one</d>\n<d>two</e></r>", "a.xml:3: no XML.*mismatched tag.*Correct"),
        (b"<r>\n<d>one</d>\n<d>tw", "a.xml:3: the XML is cut short.*'d'"),
        (b"<r><d>one</d", "cut short"),
        (b"<r><d>one</d><d>&bogus;</d></r>", "undefined entity"),
        (b"", "cut short"),
        (b"plain text", "a.xml:1: no XML"),
        (b"<r/><r/>", "junk after document element"),
    ],
)
def test_what_is_no_whole_xml_is_one_error_with_its_place(tmp_path, content, what):
    for faults in (Faults(), Faults(SKIP)):
        with pytest.raises(InputError, match=what):
            read(tmp_path, content, faults=faults)


def test_elements_before_the_end_of_a_cut_file_are_yielded(tmp_path):
    (tmp_path / "a.xml").write_text("<r><d>one</d><d>two</d><d>thr")
    found = iterate_elements(Source(tmp_path / "a.xml"), ("d",), Faults())
    assert [next(found)[0].text, next(found)[0].text] == ["one", "two"]
    with pytest.raises(InputError, match="cut short"):
        next(found)


_BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "subset",
    [
        f'<!ENTITY e0 "ha">{_BOMB}',
        '<!ENTITY e11 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % e11 SYSTEM "http://localhost/none.dtd"> %e11;',
        '<!ENTITY e11 "harmless">',
    ],
)
def test_a_declared_entity_is_refused(tmp_path, subset):
    with pytest.raises(InputError, match=r"a\.xml:1: it declares the entity 'e"):
        read(tmp_path, f"<!DOCTYPE r [{subset}]><r><d>&e11;</d></r>")


def test_a_doctype_that_names_a_dtd_is_not_fetched(tmp_path):
    xml = "<!DOCTYPE r SYSTEM 'http://localhost:9/none.dtd'><r><d>one</d></r>"
    assert read(tmp_path, xml) == [("one", 1)]


def test_an_entity_of_a_dtd_is_a_fault_of_its_element_alone(tmp_path):
    xml = "<!DOCTYPE r SYSTEM 'none.dtd'>\n<r><d>a</d>\n<d>b&alpha;c<x>y</x></d><d>e</d></r>"
    with pytest.raises(InputError, match=r"a\.xml:3.*'d' of line 3.*&alpha;.*character itself"):
        read(tmp_path, xml)
    faults = Faults(SKIP)
    assert read(tmp_path, xml, faults=faults) == [("a", 2), ("e", 3)]
    assert faults.number == 1


def test_depth_is_bounded(tmp_path):
    def nested(depth):
        return "<i>" * depth + "x" + "</i>" * depth

    faults = Faults(SKIP)
    xml = f"<r><d>{nested(200)}</d><d>{nested(3000)}<i>y</i></d><d>z</d></r>"
    assert read(tmp_path, xml, faults=faults) == [("x", 1), ("z", 1)]
    assert "inside of one another" in faults.skipped[0]
    with pytest.raises(InputError, match="inside of one another"):
        read(tmp_path, f"<r>{'<i>' * 100_000}", faults=faults)


def test_size_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_collector, "MOST_SIZE", 1000)
    faults = Faults(SKIP)
    xml = f"<r><d>a</d><d>{'x' * 2000}<i>y</i></d><d>{'<i/>' * 20}</d><d>b</d></r>"
    assert read(tmp_path, xml, faults=faults) == [("a", 1), ("b", 1)]
    assert faults.number == 2
    with pytest.raises(InputError, match="one tag or comment has more than 1,000 bytes"):
        read(tmp_path, f"<r><!-- {'x' * START * 2} --><d>a</d></r>")


@pytest.mark.slow
def test_a_large_file_is_read_in_flat_memory(monkeypatch):
    class Endless(io.RawIOBase):
        left = 300  # of 34 kB each, 10 MB in all

        def readable(self):
            return True

        def readinto(self, buffer):
            piece = b"<d>" + b"<i>word</i> " * 2800 + b"</d>"
            piece = piece if self.left > 0 else b"</r>" if self.left == 0 else b""
            piece = b"<r>" * (self.left == 300) + piece
            self.left -= 1
            buffer[: len(piece)] = piece
            return len(piece)

    monkeypatch.setattr("bioner_kd.text.source._standard_input", lambda: _buffered(Endless()))
    tracemalloc.start()
    assert sum(1 for _ in iterate_elements(Source(STDIN), ("d",), Faults())) == 300
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3e6


def _buffered(raw):
    return io.BufferedReader(raw, START)


@pytest.mark.parametrize(
    ("start", "name"),
    [
        ("<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'a.dtd'><!-- <b> -->\n<c:d e='f'><g>", "c:d"),
        ("<!DOCTYPE a PUBLIC '-//X' 'u' [<!ELEMENT a (b)> <!-- c -->]>\n<a>", "a"),
        ("<5 mg of aspirin", ""),
        ("Aspirin <b>", ""),
        ("<!-- never ends <a>", ""),
        ("<?" * 30_000, ""),
        ("", ""),
    ],
)
def test_the_outermost_element_is_found_behind_the_prolog(start, name):
    assert root_of(start)[0] == name
