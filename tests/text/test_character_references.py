import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.text.character_references import Unescaped, UnescapedDocument
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.sentence import Sentence


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&alpha;-methyldopa", "\u03b1-methyldopa"),
        ("Crohn&#39;s and Crohn&#x27;s", "Crohn's and Crohn's"),
        ("&amp;lt; &amp;amp;", "&lt; &amp;"),
        ("p &lt; 0.05", "p < 0.05"),
        ("AT&T, R&D; &nosuchname; & &lt &#; &#x; ?a=1&copy=2", None),
        ("&#128; &#0; &#xD800; &#9999999999;", "\u20ac \ufffd \ufffd &#9999999999;"),
        ("&#xFFFF;&#1;", None),
        ("&NotEqualTilde;x", "\u2242\u0338x"),
        ("", None),
    ],
)
def test_references_are_read_once_as_what_they_mean(source: str, text: str | None) -> None:
    assert Unescaped.of(source).text == (source if text is None else text)


@pytest.mark.parametrize(
    ("source", "mention", "wanted"),
    [
        ("a &alpha;-methyldopa b", "\u03b1-methyldopa", "&alpha;-methyldopa"),
        ("&lt;Crohn&#39;s&gt; gout", "gout", "gout"),
        ("&lt;Crohn&#39;s&gt; gout", "Crohn's", "Crohn&#39;s"),
        ("TGF&beta;&gamma;", "TGF\u03b2", "TGF&beta;"),
        ("gout &amp; pain", "gout", "gout"),
        ("x&NotEqualTilde;y", "\u0338y", "&NotEqualTilde;y"),
    ],
)
def test_a_mention_is_found_again_in_the_source(source: str, mention: str, wanted: str) -> None:
    read = Unescaped.of(source)
    start = read.text.index(mention)
    first, last = read.in_source(start, start + len(mention))
    assert source[first:last] == wanted


@given(st.lists(st.sampled_from(["a", " ", "&", ";", "&lt;", "&#39;", "&NotEqualTilde;", "&x;"])))
def test_each_character_has_its_place_in_the_source(pieces: list[str]) -> None:
    source = "".join(pieces)
    read = Unescaped.of(source)
    places = [read.in_source(at, at + 1) for at in range(len(read.text))]
    for at, (start, end) in enumerate(places):
        assert read.text[at] in Unescaped.of(source[start:end]).text
    covered = sorted(set(places))
    assert "".join(source[start:end] for start, end in covered) == source
    assert covered == list(dict.fromkeys(places))


def test_a_document_keeps_its_offsets() -> None:
    passages = (Passage("&beta;-lactam &amp; pain", 0, "title"), Passage("&#39;gout&#39;", 30))
    source = Document("1", passages)
    view = UnescapedDocument.of(source)
    assert view.document.text == "\u03b2-lactam & pain" + " " * 6 + "'gout'"
    found = [
        Annotation("Chemical", ((0, 8),), "\u03b2-lactam", score=0.9),
        Annotation("Disease", ((22, 26),), "gout"),
    ]
    tagged = view.in_source(view.document.with_annotations(found))
    assert (tagged.id, tagged.passages) == ("1", passages)
    assert [(one.start, one.end, one.text) for one in tagged.check().annotations] == [
        (0, 13, "&beta;-lactam"),
        (35, 39, "gout"),
    ]
    assert tagged.annotations[0].score == 0.9


def test_documents_with_words_or_without_references_stay_as_they_are() -> None:
    words = Document.from_sentences([Sentence.from_words(["&lt;", "gout"])])
    for source in (words, Document.from_text("gout")):
        view = UnescapedDocument.of(source)
        assert view.document is source and view.in_source(source) is source
