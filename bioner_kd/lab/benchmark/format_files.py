"""The same documents as a file of each format, for measuring how fast a format is read."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from bioner_kd.errors import InputError
from bioner_kd.text.compressed import compressed
from bioner_kd.text.document import Document, Passage
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class FileFormat:
    """A kind of file that documents are read from.

    Attributes:
        title: its name in the table.
        reader: name of the format, as --input of bioner_kd tag takes it.
        suffix: end of the file name.
    """

    title: str
    reader: str
    suffix: str


LINES = "lines"
FILE_FORMATS: Mapping[str, FileFormat] = {
    LINES: FileFormat("plain lines", "lines", ".txt"),
    "jsonl": FileFormat("JSON lines", "jsonl", ".jsonl"),
    "pubtator": FileFormat("PubTator", "pubtator", ".PubTator"),
    "pubmed": FileFormat("PubMed XML", "pubmed", ".xml"),
    "pubmed_gz": FileFormat("PubMed XML, gzip", "pubmed", ".xml.gz"),
    "bioc_xml": FileFormat("BioC XML", "bioc_xml", ".bioc.xml"),
    "bioc_json": FileFormat("BioC JSON", "bioc_json", ".bioc.json"),
}
# About as many as an abstract has.
_SENTENCES = 10
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FormatFile:
    """A file with documents.

    Attributes:
        name: of `FILE_FORMATS`.
        file: its path.
        size: bytes.
    """

    name: str
    file: str
    size: int


def documents_of(sentences: Sequence[Sentence]) -> list[Document]:
    """Sentences as documents of ten, of which the first is the title."""
    starts = range(0, len(sentences), _SENTENCES)
    groups = [[one.text for one in sentences[start : start + _SENTENCES]] for start in starts]
    return abstracts(
        Document(passages=(Passage(first), Passage(" ".join(rest), len(first) + 1)))
        for first, *rest in groups
    )


def abstracts(documents: Iterable[Document]) -> list[Document]:
    """The text of documents in a form that every format holds.

    Args:
        documents: their first passage becomes the title, the others the abstract. Annotations are
            left out, and documents without text. White space becomes one space, and so does a
            character that XML cannot hold.

    Returns:
        Documents of one or two passages, with their numbers as ids.
    """
    texts = ([_plain(passage.text) for passage in one.passages] for one in documents)
    with_text = [text for text in texts if any(text)]
    return [
        _abstract(str(number), first, " ".join(filter(None, rest)))
        for number, (first, *rest) in enumerate(with_text, start=1)
    ]


def _plain(text: str) -> str:
    return " ".join(_NOT_IN_XML.sub(" ", text).split())


def _abstract(id: str, title: str, abstract: str) -> Document:
    if not title or not abstract:
        return Document(id, (Passage(title or abstract, kind="title"),))
    body = Passage(abstract, len(title) + 1, "abstract")
    return Document(id, (Passage(title, kind="title"), body))


@contextmanager
def format_files(documents: Sequence[Document], names: Iterable[str]) -> Iterator[list[FormatFile]]:
    """Writes documents in several formats, to files that last as long as the block.

    Args:
        documents: as `abstracts` gives them.
        names: of `FILE_FORMATS`.

    Raises:
        InputError: there is no document.
    """
    if not documents:
        raise InputError("--documents: there is no text to read; name a file that has some.")
    with tempfile.TemporaryDirectory() as folder:
        yield [_write(documents, name, Path(folder)) for name in names]


def _write(documents: Sequence[Document], name: str, folder: Path) -> FormatFile:
    path = folder / f"documents{FILE_FORMATS[name].suffix}"
    with path.open("wb") as file, compressed(file, path.suffix) as stream:
        for piece in _pieces(documents, FILE_FORMATS[name].reader):
            stream.write(piece.encode())
    return FormatFile(name, str(path), path.stat().st_size)


def _pieces(documents: Sequence[Document], reader: str) -> Iterator[str]:
    from bioner_kd.text.documents import all_formats
    from bioner_kd.text.writing import records

    if reader == "lines":
        return (f"{document.text}\n" for document in documents)
    if reader == "pubmed":
        return pubmed_xml(documents)
    return records(documents, all_formats()[reader])


def pubmed_xml(documents: Iterable[Document]) -> Iterator[str]:
    """Documents as PubMed's baseline files have them.

    Authors, MeSH terms, history and references stand around the text, because a reader has to pass
    them: they are most of a record of PubMed.
    """
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f"<!DOCTYPE PubmedArticleSet PUBLIC {_DTD}>\n<PubmedArticleSet>\n"
    for document in documents:
        title, *rest = (escape(passage.text) for passage in document.passages)
        abstract = "".join(f"<AbstractText>{text}</AbstractText>" for text in rest)
        yield _RECORD.format(
            id=document.id,
            title=title,
            abstract=f"<Abstract>{abstract}</Abstract>" if abstract else "",
            authors=_AUTHOR * 5,
            mesh=_MESH * 10,
            history=_DATE * 3,
            references=_REFERENCE * 15,
        )
    yield "</PubmedArticleSet>\n"


_DTD = (
    '"-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd"'
)
_AUTHOR = """\
<Author ValidYN="Y"><LastName>Doe</LastName><ForeName>Jane</ForeName><Initials>J</Initials>
<AffiliationInfo><Affiliation>Department of Medicine, University.</Affiliation></AffiliationInfo>
</Author>
"""
_MESH = """\
<MeshHeading><DescriptorName UI="D006801" MajorTopicYN="N">Humans</DescriptorName>
<QualifierName UI="Q000235" MajorTopicYN="Y">genetics</QualifierName></MeshHeading>
"""
_DATE = """\
<PubMedPubDate PubStatus="pubmed"><Year>2001</Year><Month>2</Month><Day>3</Day></PubMedPubDate>
"""
_REFERENCE = """\
<Reference><Citation>Doe J. A title of some words. J Med. 2000 Jan;1(2):34-56</Citation>
<ArticleIdList><ArticleId IdType="pubmed">1</ArticleId></ArticleIdList></Reference>
"""
_RECORD = """\
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{id}</PMID>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"><PubDate><Year>2001</Year>
</PubDate></JournalIssue><Title>A journal</Title></Journal><ArticleTitle>{title}</ArticleTitle>
{abstract}<AuthorList CompleteYN="Y">
{authors}</AuthorList><Language>eng</Language></Article><MeshHeadingList>
{mesh}</MeshHeadingList></MedlineCitation><PubmedData><History>
{history}</History><ArticleIdList><ArticleId IdType="pubmed">{id}</ArticleId></ArticleIdList>
<ReferenceList>
{references}</ReferenceList></PubmedData></PubmedArticle>
"""
