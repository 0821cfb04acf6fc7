"""Documents of BioC, as the tests of its XML and its JSON share them."""

from dataclasses import replace

import hypothesis.strategies as st

from bioner_kd.text.document import Annotation, Document, Passage

SJOGREN = "Sjögren α😀 syndrome"
# (offset, length) of "syndrome" in each unit.
SYNDROME = {"characters": (11, 8), "bytes": (16, 8), "utf-16": (12, 8)}


def counted_in(unit, *, mention="syndrome"):
    """A document of two passages whose offsets count a unit."""
    offset, length = SYNDROME[unit]
    end = offset + length + 1
    return {
        "id": f"of {unit}",
        "infons": {},
        "passages": [
            {
                "offset": 0,
                "infons": {"type": "title"},
                "text": SJOGREN,
                "annotations": [
                    {
                        "id": "1",
                        "infons": {"type": "Disease", "MESH": "D012859"},
                        "text": mention,
                        "locations": [{"offset": offset, "length": length}],
                    }
                ],
            },
            {
                "offset": end,
                "infons": {"type": "abstract"},
                "text": "Dry.",
                "annotations": [
                    {
                        "id": "2",
                        "infons": {},
                        "text": "Dry",
                        "locations": [{"offset": end, "length": 3}],
                    }
                ],
            },
        ],
        "relations": [],
    }


# Every level, and every kind of thing that a document may have.
RICH = {
    "id": "1",
    "infons": {"license": "CC BY"},
    "passages": [
        {
            "offset": 0,
            "infons": {"type": "title"},
            "text": "Breast or ovarian\ncancer.",
            "sentences": [],
            "annotations": [
                {
                    "id": "A",
                    "infons": {"type": "Disease", "identifier": "MESH:D1;MESH:D2", "score": "0.5"},
                    "text": "Breast ... cancer",
                    "locations": [{"offset": 0, "length": 6}, {"offset": 18, "length": 6}],
                },
                {
                    "id": "B",
                    "infons": {"type": "Disease", "identifier": "-"},
                    "text": "ovarian cancer",
                    "locations": [{"offset": 10, "length": 14}],
                },
                {"id": "C", "infons": {"note": "of it all"}, "text": "", "locations": []},
            ],
            "relations": [
                {
                    "id": "R1",
                    "infons": {"type": "coordination"},
                    "nodes": [{"refid": "A", "role": "first"}, {"refid": "B", "role": ""}],
                }
            ],
        },
        {
            "offset": 30,
            "infons": {"type": "abstract"},
            "sentences": [
                {
                    "offset": 30,
                    "infons": {"number": "1"},
                    "text": "It grew.",
                    "annotations": [],
                    "relations": [],
                },
                {
                    "offset": 40,
                    "infons": {},
                    "text": 'p53 <"&> fell.',
                    "annotations": [
                        {
                            "id": "D",
                            "infons": {"type": "Gene", "NCBI Gene": "7157"},
                            "text": "p53",
                            "locations": [{"offset": 40, "length": 3}],
                        }
                    ],
                    "relations": [{"id": "R2", "infons": {}, "nodes": []}],
                },
            ],
            "annotations": [],
            "relations": [],
        },
    ],
    "annotations": [],
    "relations": [
        {"id": "R3", "infons": {"type": "CID"}, "nodes": [{"refid": "R1", "role": "cause"}]}
    ],
}


def without_place(documents):
    """The documents, as if they had been read from the same place."""
    return [replace(document, path="", line=0) for document in documents]


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs"]), max_size=20)
_NAME = st.text("abcXYZ<&\"' é1", max_size=5)


@st.composite
def documents(draw):
    """Documents of another format: passages with gaps, and mentions in them."""
    passages, end = [], 0
    for _ in range(draw(st.integers(1, 3))):
        offset = end + draw(st.integers(0, 3))
        passages.append(Passage(draw(_TEXT), offset, draw(_NAME)))
        end = passages[-1].end
    document = Document(draw(_NAME), tuple(passages))
    annotations = []
    for _ in range(draw(st.integers(0, 3)) if len(document.text) > 2 else 0):
        start = draw(st.integers(0, len(document.text) - 2))
        spans = ((start, draw(st.integers(start + 1, len(document.text) - 1))),)
        if draw(st.booleans()):
            spans = (*spans, (spans[0][1], len(document.text)))
        annotations.append(
            Annotation(
                draw(st.sampled_from(["Disease", "Gene", ""])),
                spans,
                document.mention(spans),
                draw(st.sampled_from(["", "T1", "2"])),
                tuple(draw(st.lists(st.sampled_from(["MESH:D1", "7157", "x y"]), max_size=2))),
                draw(st.one_of(st.none(), st.floats(0, 1))),
            )
        )
    return replace(document, annotations=tuple(annotations))


def core(document):
    """What every format of this kind holds of a document."""
    marks = [
        (a.type, a.spans, a.text, a.identifiers, a.score)
        for a in document.annotations
    ]  # fmt: skip
    passages = [(p.text, p.offset, p.kind) for p in document.passages]
    return document.id, passages, sorted(marks, key=repr)


@st.composite
def damaged(draw, content):
    """Bytes of a file in which something has been cut out, doubled or put in."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content) - 1))
        end = min(len(content), start + draw(st.integers(0, 40)))
        odd = [b"", b"\0", b"\xff", b"&a;", b"<i>", b"9" * 20, b"-1", b"null", b"{}", b"[", b'"']
        content[start:end] = draw(st.sampled_from([*odd, bytes(content[start:end]) * 2]))
    return bytes(content)
