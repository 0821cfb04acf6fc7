"""PubMed and MEDLINE XML: titles and abstracts of articles.

Baseline and update files (`.xml.gz`) are read, what efetch gives (`PubmedArticleSet`), and
`MedlineCitationSet` of earlier years. A document is an article or a chapter of a book; its id is
the PMID, for the second version of a record and later ones with the number of the version, as in
"20029614.2".

- The passages are the title (kind "title", always there, though it may be empty) and each
  `AbstractText` (kind "abstract"), with one character between them.
- The label of a section stands in the text as PubMed and PubTator show it: "METHODS: We measured".
  Offsets are therefore those of PubTator, and a labelled passage has its label in `extra` too.
- Text inside of `<i>`, `<sup>`, `<mml:math>` and the like is text: `H<sub>2</sub>O` is "H2O". White
  space is one space.
- `VernacularTitle`, `OtherAbstract`, copyright and `DeleteCitation` are left out.
- Kept under "pubmed" where the record has them: journal, year, doi, pmc, keywords, and mesh (each
  descriptor as {"id", "name"}).
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document, Passage
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.notation.xml_stream import iterate_elements, root_of, text_of
from bioner_kd.text.source import Source

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation")
_ROOTS = (*_RECORDS, "PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet")
# Most of a record; nothing of it is used.
_LEFT_OUT = (
    "AuthorList", "ChemicalList", "CommentsCorrectionsList", "DataBankList", "DeleteCitation",
    "GrantList", "History", "InvestigatorList", "OtherAbstract", "PublicationTypeList",
    "ReferenceList", "SupplMeshList", "VernacularTitle",
    "annotation", "annotation-xml", "mml:annotation", "mml:annotation-xml",
)  # fmt: skip
_YEAR = re.compile(r"[0-9]{4}")


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    records = iterate_elements(source, _RECORDS, faults, roots=_ROOTS, leave_out=_LEFT_OUT)
    return unique_documents(
        records, lambda found: _document(found[0], source.name, found[1]), faults
    )


def _document(record: Element, path: str, line: int) -> Document:
    citation = record if record.tag == "MedlineCitation" else record.find("MedlineCitation")
    if citation is None:
        citation = record.find("BookDocument")
    article = citation
    if citation is not None and citation.tag == "MedlineCitation":
        article = citation.find("Article")
    if citation is None or article is None:
        raise InputError(
            f"{path}:{line}: this {record.tag} has no article in it; get it again from PubMed."
        )
    extra = {name: value for name, value in _kept(record, citation, article).items() if value}
    return Document(
        _id(citation, path, line),
        tuple(_passages(article)),
        extra={"pubmed": extra},
        path=path,
        line=line,
    )


def _id(citation: Element, path: str, line: int) -> str:
    pmid = citation.find("PMID")
    name = text_of(pmid)
    if pmid is None or not name:
        raise InputError(f"{path}:{line}: this record has no PMID; get it again from PubMed.")
    version = pmid.get("Version", "1")
    return name if version == "1" else f"{name}.{version}"


def _passages(article: Element) -> Iterator[Passage]:
    title = text_of(article.find("ArticleTitle")) or text_of(article.find("Book/BookTitle"))
    yield Passage(title, kind="title")
    offset = len(title) + 1
    for section in article.iterfind("Abstract/AbstractText"):
        if text := text_of(section):
            label = " ".join(section.get("Label", "").split())
            category = section.get("NlmCategory", "")
            text = f"{label}: {text}" if label else text
            said = {"label": label, "category": category}
            extra = {"pubmed": {name: value for name, value in said.items() if value}}
            yield Passage(text, offset, "abstract", extra if label or category else {})
            offset += len(text) + 1


def _kept(record: Element, citation: Element, article: Element) -> dict[str, Any]:
    date = article.find("Journal/JournalIssue/PubDate")
    if date is None:
        date = article.find("Book/PubDate")
    year = _YEAR.search(text_of(date))
    return {
        "journal": text_of(article.find("Journal/Title"))
        or text_of(article.find("Book/BookTitle")),
        "year": year.group() if year else "",
        "doi": _article_id(record, "doi") or text_of(article.find("ELocationID[@EIdType='doi']")),
        "pmc": _article_id(record, "pmc"),
        "keywords": [text_of(word) for word in citation.iterfind("KeywordList/Keyword")],
        "mesh": [
            {"id": name.get("UI", ""), "name": text_of(name)}
            for name in citation.iterfind("MeshHeadingList/MeshHeading/DescriptorName")
        ],
    }


def _article_id(record: Element, kind: str) -> str:
    for place in ("PubmedData", "PubmedBookData", "BookDocument"):
        found = record.find(f"{place}/ArticleIdList/ArticleId[@IdType='{kind}']")
        if found is not None:
            return text_of(found)
    return ""


FORMAT = Format(
    "pubmed",
    "PubMed or MEDLINE XML (titles and abstracts)",
    recognises=lambda start: root_of(start)[0] in _ROOTS,
    read=_read,
)
