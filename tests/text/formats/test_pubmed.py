import gzip

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.documents import all_formats, read_documents, recognise
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.source import Source

HEAD = (
    '<?xml version="1.0" encoding="{encoding}"?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_240101.dtd">\n'
)
WHOLE = """<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="1">227508</PMID>
    <Article PubModel="Print">
      <Journal><JournalIssue CitedMedium="Internet"><Volume>10</Volume>
        <PubDate><MedlineDate>1979 Jul-Aug</MedlineDate></PubDate></JournalIssue>
        <Title>Naunyn-Schmiedeberg's archives</Title></Journal>
      <ArticleTitle>Naloxone &amp; H<sub>2</sub>O in <i>Rattus
        norvegicus</i>.</ArticleTitle>
      <ELocationID EIdType="doi" ValidYN="Y">10.1/x</ELocationID>
      <Abstract>
        <AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND"
          >Sjögren\u00a0syndrome.</AbstractText>
        <AbstractText Label="RESULTS">p&lt;10<sup>-3</sup>,
          <mml:math xmlns:mml="m"><mml:mi>α</mml:mi>
          <mml:annotation>tex</mml:annotation></mml:math>.</AbstractText>
        <AbstractText/>
        <CopyrightInformation>Copyright</CopyrightInformation>
      </Abstract>
      <AuthorList><Author><LastName>Farsang</LastName></Author></AuthorList>
      <VernacularTitle>Naloxon</VernacularTitle>
    </Article>
    <MeshHeadingList><MeshHeading><DescriptorName UI="D003000">Clonidine</DescriptorName>
      <QualifierName UI="Q1">x</QualifierName></MeshHeading></MeshHeadingList>
    <OtherAbstract><AbstractText>Anders</AbstractText></OtherAbstract>
    <KeywordList><Keyword>opiates</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData><ArticleIdList><ArticleId IdType="pubmed">227508</ArticleId>
    <ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList>
    <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/other</ArticleId>
    </ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>
"""


def article(pmid, title="A title.", *, version=1, abstract="", line_end="\n"):
    abstract = abstract and f"<Abstract><AbstractText>{abstract}</AbstractText></Abstract>"
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="{version}">{pmid}</PMID><Article>'
        f"<ArticleTitle>{title}</ArticleTitle>{abstract}</Article></MedlineCitation>"
        f"</PubmedArticle>{line_end}"
    )


def read(tmp_path, *records, encoding="UTF-8", faults=None, root="PubmedArticleSet"):
    content = HEAD.format(encoding=encoding) + f"<{root}>" + "".join(records) + f"</{root}>"
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(content.encode(encoding)))
    assert recognise(Source(path)).name == "pubmed"
    return list(read_documents(path, faults=faults))


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_an_article_is_its_title_and_the_sections_of_its_abstract(tmp_path, encoding):
    whole = WHOLE if encoding == "UTF-8" else WHOLE.replace("α", "&#945;")
    (document,) = read(tmp_path, whole, encoding=encoding)
    assert (document.id, document.line) == ("227508", 3)
    assert [(p.kind, p.text) for p in document.passages] == [
        ("title", "Naloxone & H2O in Rattus norvegicus."),
        ("abstract", "BACKGROUND: Sjögren\u00a0syndrome."),
        ("abstract", "RESULTS: p<10-3, α ."),
    ]
    assert document.passages[1].extra == {
        "pubmed": {"label": "BACKGROUND", "category": "BACKGROUND"}
    }
    assert document.extra["pubmed"] == {
        "journal": "Naunyn-Schmiedeberg's archives", "year": "1979", "doi": "10.1/x", "pmc": "PMC1",
        "keywords": ["opiates"], "mesh": [{"id": "D003000", "name": "Clonidine"}],
    }  # fmt: skip


def test_offsets_are_those_of_pubtator(tmp_path):
    (document,) = read(tmp_path, WHOLE)
    title, *abstract = (passage.text for passage in document.passages)
    # PubTator has the abstract in one line, a space between its sections.
    assert document.text == f"{title} {' '.join(abstract)}"


def test_an_article_may_have_no_abstract_and_an_empty_title(tmp_path):
    first, second = read(tmp_path, article(1), article(2, "", abstract="Words."))
    assert [p.text for p in first.passages] == ["A title."]
    assert [(p.text, p.offset) for p in second.passages] == [("", 0), ("Words.", 1)]


def test_deleted_citations_are_skipped(tmp_path):
    deleted = "<DeleteCitation><PMID Version='1'>7</PMID></DeleteCitation>"
    assert [d.id for d in read(tmp_path, article(1), deleted)] == ["1"]


def test_a_chapter_of_a_book_is_a_document(tmp_path):
    book = (
        "<PubmedBookArticle><BookDocument><PMID>9</PMID><ArticleIdList><ArticleId IdType='doi'>10.2"
        "</ArticleId></ArticleIdList><Book><BookTitle>StatPearls</BookTitle><PubDate><Year>2021"
        "</Year></PubDate></Book>{title}<Abstract><AbstractText>Words.</AbstractText></Abstract>"
        "</BookDocument></PubmedBookArticle>"
    )
    (chapter,) = read(tmp_path, book.format(title="<ArticleTitle>Asthma</ArticleTitle>"))
    assert (chapter.id, chapter.text) == ("9", "Asthma Words.")
    assert chapter.extra["pubmed"] == {"journal": "StatPearls", "year": "2021", "doi": "10.2"}
    (whole,) = read(tmp_path, book.format(title=""))
    assert whole.text == "StatPearls Words."


def test_files_of_earlier_years_are_read(tmp_path):
    citation = article(1).removeprefix("<PubmedArticle>").replace("</PubmedArticle>", "")
    (document,) = read(tmp_path, citation, root="MedlineCitationSet")
    assert (document.id, document.text) == ("1", "A title.")


def test_versions_of_a_record_are_documents_of_their_own(tmp_path):
    documents = read(tmp_path, article(1), article(1, version=2))
    assert [d.id for d in documents] == ["1", "1.2"]


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (article(1), r"a\.xml\.gz:4, document '1'.*stands twice.*line 3"),
        (article(""), "no PMID"),
        ("<PubmedArticle><PubmedData/></PubmedArticle>", "PubmedArticle has no article"),
        (article(2, "&alpha;"), "&alpha; stands for what a DTD declares"),
    ],
)
def test_a_faulty_record_is_told_and_the_next_one_is_read(tmp_path, record, what):
    with pytest.raises(InputError, match=what):
        read(tmp_path, article(1), record, article(3))
    faults = Faults(SKIP)
    assert [d.id for d in read(tmp_path, article(1), record, article(3), faults=faults)] == [
        "1", "3",
    ]  # fmt: skip
    assert faults.number == 1


def test_a_cut_file_is_told_behind_its_whole_records(tmp_path):
    content = HEAD.format(encoding="UTF-8") + "<PubmedArticleSet>" + article(1) + article(2)[:60]
    (tmp_path / "a.xml").write_text(content)
    documents = read_documents(tmp_path / "a.xml")
    assert next(documents).id == "1"
    with pytest.raises(InputError, match=r"a\.xml:4: the XML is cut short"):
        next(documents)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("<PubmedArticleSet>", True),
        ("<?xml version='1.0'?><PubmedBookArticle><BookDocument>", True),
        ("PubmedArticleSet is the root of PubMed's files.", False),
        ("<collection><source>PubMed</source>", False),
    ],
)
def test_it_is_known_by_its_outermost_element(start, expected):
    assert all_formats()["pubmed"].recognises(start) is expected
