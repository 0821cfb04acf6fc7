import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.documents import all_formats, read_documents, recognise
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.source import Source

HEAD = (
    '<?xml version="1.0" encoding="{encoding}"?>\n'
    '<!DOCTYPE {root} PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.2//EN" '
    '"JATS-archivearticle1.dtd">\n'
)
FRONT = """<article article-type="research-article" xmlns:mml="m"><front>
<journal-meta><journal-title-group><journal-title>Heart</journal-title></journal-title-group>
</journal-meta><article-meta>{ids}
<title-group><article-title>Aspirin in Sjögren <italic>syndrome</italic><xref ref-type="fn"/>
</article-title><trans-title-group><trans-title>Aspirin</trans-title></trans-title-group>
</title-group><contrib-group><contrib><name><surname>Doe</surname></name></contrib></contrib-group>
<pub-date><year>2013</year></pub-date><pub-date><year>2012</year></pub-date>
<abstract><sec><title>Methods:</title><p>We measured.</p><p>Again.</p></sec><p>It helped.</p></abstract>
<trans-abstract><p>Es half.</p></trans-abstract><kwd-group><kwd>aspirin</kwd></kwd-group>
</article-meta></front>"""  # noqa: E501
BODY = """<body><p>No heading.</p>
<sec><label>1</label><title>Results</title>
<p>Pain fell<sup><xref ref-type="bibr" rid="b1">1</xref>,<xref ref-type="bibr">2</xref></sup> by
10<sup>3</sup> [<xref ref-type="bibr">3</xref>]<xref ref-type="bibr"><sup>4</sup></xref>, see
<xref ref-type="fig">Figure 1</xref>.
<disp-formula>E=mc</disp-formula><inline-formula><tex-math>\\alpha</tex-math><mml:math><mml:mi>α
</mml:mi></mml:math></inline-formula> and
<list><list-item><p>first</p></list-item><list-item><p>second</p></list-item></list>
the rest.</p>
<fig id="f1"><label>Figure 1</label><caption><title>Dose.</title><p>The curve.</p></caption>
<graphic/></fig>
<sec><title>Details</title><p>More.<fn><p>foot</p></fn></p>
<table-wrap><label>Table 1</label><caption><p>Doses.</p></caption><table><tr><td>1</td></tr></table>
<table-wrap-foot><p>x</p></table-wrap-foot></table-wrap></sec></sec></body>
<back><ack><p>Thanks.</p></ack><ref-list><ref>Doe 2001</ref></ref-list></back>
<floats-group><fig><caption><p>Floating.</p></caption></fig></floats-group>
<sub-article><front-stub/><body><p>Review.</p></body></sub-article></article>"""
PMC = (
    '<article-id pub-id-type="pmid">9</article-id><article-id pub-id-type="pmc">13900</article-id>'
)


def article(ids=PMC, body=BODY):
    return FRONT.format(ids=ids) + body


def read(tmp_path, content, *, encoding="UTF-8", root="article", faults=None):
    path = tmp_path / "a.xml"
    path.write_bytes((HEAD.format(encoding=encoding, root=root) + content).encode(encoding))
    assert recognise(Source(path)).name == "jats"
    return list(read_documents(path, faults=faults))


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_an_article_is_its_title_abstract_sections_and_captions(tmp_path, encoding):
    (document,) = read(tmp_path, article().replace("α", "&#945;"), encoding=encoding)
    assert (document.id, document.line) == ("PMC13900", 3)
    assert [(p.kind, p.text) for p in document.passages] == [
        ("title", "Aspirin in Sjögren syndrome"),
        ("abstract", "Methods: We measured."),
        ("abstract", "Again."),
        ("abstract", "It helped."),
        ("paragraph", "No heading."),
        ("heading", "Results"),
        ("Results", "Pain fell by 103 [3], see Figure 1. α and the rest."),
        ("Results", "first"),
        ("Results", "second"),
        ("figure caption", "Dose."),
        ("figure caption", "The curve."),
        ("heading", "Details"),
        ("Details", "More."),
        ("table caption", "Doses."),
        ("figure caption", "Floating."),
    ]
    assert document.passages[12].extra == {"jats": {"headings": ["Results", "Details"]}}
    assert document.text == " ".join(p.text for p in document.passages)
    assert document.extra["jats"] == {
        "journal": "Heart", "year": "2012", "pmid": "9", "pmc": "PMC13900",
        "keywords": ["aspirin"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"pmcid": "PMC1", "pmc": "2", "pmid": "3"}, "PMC1"),
        ({"pmc": "2", "pmid": "3"}, "PMC2"),
        ({"pmid": "3", "doi": "10.1/x"}, "3"),
        ({"doi": "10.1/x", "publisher-id": "p"}, "10.1/x"),
        ({"publisher-id": "p"}, "p"),
        ({}, ""),
    ],
)
def test_the_id_is_that_of_pubmed_central_or_the_next_best(tmp_path, ids, expected):
    text = "".join(f'<article-id pub-id-type="{k}">{v}</article-id>' for k, v in ids.items())
    assert [d.id for d in read(tmp_path, article(text))] == [expected]


@pytest.mark.parametrize("root", ["pmc-articleset", "articles", "OAI-PMH"])
def test_a_file_may_hold_several_articles(tmp_path, root):
    second = article(PMC.replace("13900", "2"), "</article>")
    content = f"<{root}><record>{article()}</record><record>{second}</record></{root}>"
    assert [d.id for d in read(tmp_path, content, root=root)] == ["PMC13900", "PMC2"]


@pytest.mark.parametrize(
    ("faulty", "what"),
    [
        (article(), r"document 'PMC13900'.*stands twice"),
        ("<article><body><p>x</p></body></article>", "has no front matter"),
        (article("", "<body><p>&nbsp;</p></body></article>"), "&nbsp; stands for"),
    ],
)
def test_a_faulty_article_is_told_and_the_next_one_is_read(tmp_path, faulty, what):
    last = article(PMC.replace("13900", "2"))
    content = f"<pmc-articleset>{article()}{faulty}{last}</pmc-articleset>"
    with pytest.raises(InputError, match=what):
        read(tmp_path, content, root="pmc-articleset")
    faults = Faults(SKIP)
    documents = read(tmp_path, content, root="pmc-articleset", faults=faults)
    assert [d.id for d in documents] == ["PMC13900", "PMC2"]
    assert faults.number == 1


def test_nested_paragraphs_are_read_once(tmp_path):
    body = "<body><p>a<bold><p>b<p>c</p></p></bold>d</p></body></article>"
    (document,) = read(tmp_path, article(body=body))
    assert [p.text for p in document.passages[4:]] == ["a d", "b", "c"]


def test_a_deep_article_is_no_other_exception(tmp_path):
    depth = 250
    body = f"<body>{'<sec><p>' * (depth // 2)}x{'</p></sec>' * (depth // 2)}</body></article>"
    (document,) = read(tmp_path, article(body=body))
    assert document.passages[-1].text == "x"
    with pytest.raises(InputError, match="inside of one another"):
        read(tmp_path, article(body=f"<body>{'<i>' * 999}{'</i>' * 999}</body></article>"))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("<article><front><article-meta>", True),
        ('<article article-type="case-report">', True),
        ("<pmc-articleset><article", True),
        ("<OAI-PMH><record><article><front>", True),
        ('<article xmlns="http://docbook.org/ns/docbook"><title>x', False),
        ("<OAI-PMH><record><dc>", False),
        ("The <article> and its <front>", False),
    ],
)
def test_it_is_known_by_its_front_matter(start, expected):
    assert all_formats()["jats"].recognises(start) is expected
