from bioner_kd.tagging.client.documents import tagged_by
from bioner_kd.tagging.decoding import Entity
from bioner_kd.text.document import Annotation, Document, Passage

DOCUMENTS = [
    Document("1", (Passage("Gout.", 0, "title"), Passage("No gout.", 6, "abstract"))),
    Document("2"),
    Document.from_text("nothing", id="3").with_annotations([Annotation("Old", ((0, 2),), "no")]),
    Document.from_text("gout gout", id="4"),
]


class Server:
    """Finds "gout" in texts, as a server does that knows nothing of documents."""

    def __init__(self):
        self.requests = []

    def tag(self, texts):
        self.requests.append(list(texts))
        return [
            [
                Entity("Disease", text[n : n + 4], n, n + 4, 0.5)
                for n in range(len(text))
                if text[n : n + 4].lower() == "gout"
            ]
            for text in texts
        ]


def test_passages_are_asked_one_by_one_and_offsets_count_in_the_document():
    server = Server()
    found = list(tagged_by(server.tag, DOCUMENTS, 3))
    assert server.requests == [["Gout.", "No gout.", "nothing"], ["gout gout"]]
    assert [document.id for document in found] == ["1", "2", "3", "4"]
    spans = [[a.spans for a in document.check().annotations] for document in found]
    assert spans == [[((0, 4),), ((9, 13),)], [], [], [((0, 4),), ((5, 9),)]]
    assert found[0].annotations[1].score == 0.5


def test_documents_without_text_ask_nothing():
    server = Server()
    assert [d.annotations for d in tagged_by(server.tag, [Document("2")], 8)] == [()]
    assert server.requests == []


def test_a_server_is_asked_what_character_references_mean():
    server = Server()
    source = Document("1", (Passage("&lt;gout"), Passage("g&#111;ut &amp;", 10)))
    (found,) = tagged_by(server.tag, [source], 8, unescape=True)
    assert server.requests == [["<gout", "gout &"]]
    assert [(a.text, a.spans) for a in found.check().annotations] == [
        ("gout", ((4, 8),)),
        ("g&#111;ut", ((10, 19),)),
    ]
    assert found.passages == source.passages
