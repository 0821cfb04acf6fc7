"""One bad byte anywhere in one document of a file: the documents around it are read."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.bad_bytes import MARK, MARKED, REPLACED, BadBytes, is_marked
from bioner_kd.text.documents import read_documents, readable
from bioner_kd.text.format import Faults

BAD = {"no UTF-8": b"\xff", "NUL": b"\0", "control": b"\x02"}
NUMBER, THIRD = 5, 2


def text_of(number: int) -> str:
    return f"Alpha n{number}x fever."


def objects(
    make: Callable[[int], object], *, start: str = "", between: str = "\n", end: str = ""
) -> list[str]:
    """A file of JSON, in a piece for each document."""
    pieces = [json.dumps(make(number)) + between for number in range(NUMBER)]
    pieces[0], pieces[-1] = start + pieces[0], pieces[-1].removesuffix(between) + end
    return pieces


def plain(number: int) -> object:
    return {"id": f"n{number}", "text": text_of(number)}


def bioc(number: int) -> object:
    return {
        "id": f"n{number}",
        "infons": {},
        "passages": [
            {
                "offset": 0,
                "infons": {"type": "title"},
                "text": text_of(number),
                "annotations": [
                    {
                        "id": "1",
                        "infons": {"type": "Disease"},
                        "text": "fever",
                        "locations": [{"offset": 10, "length": 5}],
                    }
                ],
            }
        ],
    }


def label_studio(number: int) -> object:
    value = {"start": 10, "end": 15, "text": "fever", "labels": ["Disease"]}
    result = [{"id": "r", "type": "labels", "from_name": "l", "to_name": "t", "value": value}]
    return {"id": number, "data": {"text": text_of(number)}, "annotations": [{"result": result}]}


def words(number: int) -> object:
    tags = ["O", "O", "B-Disease", "O"]
    return {"id": f"n{number}", "tokens": [*text_of(number)[:-1].split(), "."], "ner_tags": tags}


def prodigy(number: int) -> object:
    spans = [{"start": 10, "end": 15, "label": "Disease"}]
    return {"text": text_of(number), "_input_hash": 1, "_task_hash": 2, "spans": spans}


def each(form: str, *, start: str = "", end: str = "") -> list[str]:
    pieces = [form.format(n=number, text=text_of(number)) for number in range(NUMBER)]
    pieces[0], pieces[-1] = start + pieces[0], pieces[-1] + end
    return pieces


PUBMED = (
    '<PubmedArticle><MedlineCitation Status="X"><PMID Version="1">{n}</PMID><Article>'
    "<ArticleTitle>{text}</ArticleTitle></Article></MedlineCitation></PubmedArticle>\n"
)
JATS = (
    '<article article-type="x"><front><article-meta><article-id pub-id-type="pmid">{n}'
    "</article-id><title-group><article-title>{text}</article-title></title-group>"
    "</article-meta></front></article>\n"
)
BIOC = (
    '<document><id>{n}</id><passage><infon key="type">title</infon><offset>0</offset>'
    '<text>{text}</text><annotation id="1"><infon key="type">Disease</infon>'
    '<location offset="10" length="5"/><text>fever</text></annotation></passage></document>\n'
)
HEAD = '<?xml version="1.0"?>\n'
# Name of the file, format, and what it holds, in a piece for each document.
FILES = {
    "lines": ("a.txt", each("{text}\n")),
    "csv": ("a.csv", each("{n},{text}\n", start="id,text\n")),
    "csv, quoted": ("a.csv", each('"{n}","{text}"\n', start="id,text\n")),
    "tsv": ("a.tsv", each("{n}\t{text}\n", start="id\ttext\n")),
    "pubtator": ("a.PubTator", each("{n}|t|{text}\n{n}|a|\n{n}\t10\t15\tfever\tDisease\tD1\n\n")),
    "conll": (
        "a.conll",
        each("-DOCSTART- ({n})\tO\n\nAlpha\tO\nn{n}x\tO\nfever\tB-Disease\n.\tO\n\n"),
    ),
    "jsonl": ("a.jsonl", objects(plain)),
    "jsonl, an array": ("a.json", objects(plain, start="[", between=",\n", end="]\n")),
    "jsonl, an array in one line": ("a.json", objects(plain, start="[", between=", ", end="]")),
    "bioc_json": (
        "a.json",
        objects(bioc, start='{"source": "", "documents": [\n', between=",\n", end="\n]}\n"),
    ),
    "bioc_json, in one line": (
        "a.json",
        objects(bioc, start='{"documents": [', between=", ", end="]}"),
    ),
    "bioc_json, lines": ("a.json", objects(bioc)),
    "label_studio": ("a.json", objects(label_studio, start="[", between=", ", end="]")),
    "hf_tokens": ("a.jsonl", objects(words)),
    "prodigy": ("a.jsonl", objects(prodigy)),
    "pubmed": (
        "a.xml",
        each(PUBMED, start=f"{HEAD}<PubmedArticleSet>\n", end="</PubmedArticleSet>"),
    ),
    "jats": ("a.nxml", each(JATS, start=f"{HEAD}<pmc-articleset>", end="</pmc-articleset>")),
    "bioc_xml": (
        "a.xml",
        each(
            BIOC,
            start=f"{HEAD}<collection><source>s</source><date/><key/>\n",
            end="</collection>",
        ),
    ),
}


def write(folder: Path, name: str, pieces: list[str], place: int, bad: bytes) -> Path:
    """Writes a file in whose third document the byte at a place is bad."""
    data = [piece.encode() for piece in pieces]
    data[THIRD] = data[THIRD][:place] + bad + data[THIRD][place + 1 :]
    (folder / name).write_bytes(b"".join(data))
    return folder / name


def numbers_of(path: Path, format: str, faults: Faults) -> list[int]:
    """The numbers of the documents that are read."""
    found = [document.text for document in read_documents(path, format=format, faults=faults)]
    return [number for number in range(NUMBER) if any(f"n{number}x" in text for text in found)]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("key", FILES)
def test_a_bad_byte_anywhere_in_a_document_never_loses_the_rest(
    tmp_path: Path, key: str, bad: str
) -> None:
    name, pieces = FILES[key]
    whole = len(pieces[THIRD].rstrip("\n, "))
    for place in range(0, whole, max(1, whole // 40)):
        path = write(tmp_path, name, pieces, place, BAD[bad])
        for mode in ("skip", "replace"):
            found = numbers_of(path, key.partition(",")[0], Faults(mode))
            # A byte in the border between two documents may cost both.
            assert {0, 4} <= set(found), (place, mode)
            assert len({1, 3} & set(found)) >= 1, (place, mode)
            is_border = place < len("-DOCSTART-") or place >= whole - len("</PubmedArticle>")
            assert is_border or {1, 3} <= set(found), (place, mode)


@pytest.mark.parametrize("key", FILES)
def test_a_bad_byte_in_a_text_is_replaced_skipped_or_told_with_its_line(
    tmp_path: Path, key: str
) -> None:
    name, pieces = FILES[key]
    format = key.partition(",")[0]
    path = write(tmp_path, name, pieces, pieces[THIRD].index("Alpha") + 1, b"\xff")
    texts = [
        document.text for document in read_documents(path, format=format, faults=Faults("replace"))
    ]
    assert len(texts) == NUMBER
    assert "A\ufffdpha" in texts[THIRD]
    faults = Faults("skip")
    assert numbers_of(path, format, faults) == [0, 1, 3, 4]
    assert faults.number == 1
    assert f"{name}:" in faults.skipped[0]
    line = "".join([*pieces[:THIRD], pieces[THIRD].partition("Alpha")[0]]).count("\n") + 1
    with pytest.raises(InputError, match=rf"{name}:{line}\b"):
        numbers_of(path, format, Faults())


@pytest.mark.parametrize("key", ["pubmed", "jats", "bioc_xml"])
@pytest.mark.parametrize("bad", [b"\0", b"\x02", b"\x1f"])
def test_a_control_character_in_xml_ends_a_word_where_it_is_replaced(
    tmp_path: Path, key: str, bad: bytes
) -> None:
    name, pieces = FILES[key]
    changed = [piece.replace("Disease</infon>", "Disease </infon>") for piece in pieces]
    path = write(tmp_path, name, changed, changed[THIRD].index("Alpha") + 1, bad)
    found = list(read_documents(path, format=key, faults=Faults("replace")))
    assert "A pha n2x fever." in found[THIRD].text
    with pytest.raises(InputError, match=f"{name}:"):
        list(read_documents(path, format=key))
    assert numbers_of(path, key, Faults("skip")) == [0, 1, 3, 4]


def test_a_byte_in_xml_of_another_encoding_is_a_character(tmp_path: Path) -> None:
    pieces = each(PUBMED, end="</PubmedArticleSet>")
    head = '<?xml version="1.0" encoding="ISO-8859-1"?><PubmedArticleSet>'
    data = (head + "".join(pieces)).replace("Alpha", "Alphä").encode("latin-1")
    (tmp_path / "a.xml").write_bytes(data.replace(b"n2x", b"n2x\2"))
    for mode, numbers in (("skip", [0, 1, 2, 3, 4]), ("replace", [0, 1, 2, 3, 4])):
        assert numbers_of(tmp_path / "a.xml", "pubmed", Faults(mode)) == numbers
    first = next(iter(read_documents(tmp_path / "a.xml", faults=Faults("replace"))))
    assert first.text.strip() == "Alphä n0x fever."


def test_bad_bytes_in_members_of_an_archive_and_in_pairs_cost_one_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(NUMBER):
            bad = b"\xff" if number == THIRD else b""
            archive.writestr(f"{number}.txt", text_of(number).encode() + bad)
            archive.writestr(f"{number}.ann", b"T1\tDisease 10 15\tfever\n" + bad)
    assert numbers_of(tmp_path / "a.zip", "auto", Faults("skip")) == [0, 1, 3, 4]
    faults = Faults("replace")
    assert set(numbers_of(tmp_path / "a.zip", "auto", faults)) >= {0, 1, 3, 4}
    with pytest.raises(InputError, match=r"a\.zip/2\.txt:1"):
        numbers_of(tmp_path / "a.zip", "auto", Faults())


def test_a_mark_in_what_a_document_says_besides_its_text_leaves_it_out(tmp_path: Path) -> None:
    name, pieces = FILES["pubtator"]
    path = write(tmp_path, name, pieces, pieces[THIRD].index("Disease"), b"\xff")
    assert numbers_of(path, "pubtator", Faults("skip")) == [0, 1, 3, 4]


def test_replacing_gives_as_many_characters_as_python_and_says_that_there_were_some() -> None:
    for data in (b"a\xff\xfeb", b"\xe2\x82", b"\xf0\x9f\x98x", b"plain"):
        bytes_, marked = BadBytes(REPLACED), BadBytes(MARKED)
        assert bytes_.decode(data) == data.decode(errors="replace")
        assert bytes_.found == marked_is(marked, data)
    assert BadBytes(REPLACED).decode(b"a\0b") == "a b"
    assert BadBytes(MARKED).decode(b"a\0b") == f"a{MARK}b"
    with pytest.raises(UnicodeDecodeError):
        BadBytes().decode(b"\xff")


def marked_is(marked: BadBytes, data: bytes) -> bool:
    return is_marked(marked.decode(data))


def test_every_format_of_text_has_a_file_here() -> None:
    here = {key.partition(",")[0] for key in FILES}
    # Text, BRAT and GM are files of their own for each document or pair; DocBin is binary.
    elsewhere = {"text", "brat", "gm", "docbin", "doccano"}
    assert set(readable()) == here | elsewhere
