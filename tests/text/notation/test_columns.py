import pytest

from bioner_kd.errors import UsageError
from bioner_kd.text.document import Document, Passage
from bioner_kd.text.notation.columns import id_column, listed, passages_of, text_columns


@pytest.mark.parametrize(
    ("names", "asked", "id", "texts"),
    [
        (["text", "PMID", "id"], "", "id", ["text"]),
        (["Abstract", "Title", " Pmid "], "", " Pmid ", ["Title", "Abstract"]),
        (["body", "sentence"], "", "", ["sentence"]),
        (["a", "b"], "B", "b", ["b"]),
        (["a", "b"], "c", "", []),
    ],
)
def test_usual_and_asked_columns(names, asked, id, texts):
    assert id_column(names, asked) == id
    assert text_columns(names, asked) == texts


def test_asked_columns_keep_their_order_and_stand_once():
    assert text_columns(["a", "b"], "b, a") == ["b", "a"]
    with pytest.raises(UsageError, match="--text_column=a,A"):
        text_columns(["a"], "a,A")


def test_passages_have_a_space_between_them():
    passages = passages_of([("title", "Pain."), ("note", ""), ("abstract", "Aspirin.")])
    assert passages == (Passage("Pain.", 0, "title"), Passage("Aspirin.", 6, "abstract"))
    assert Document(passages=passages).text == "Pain. Aspirin."
    assert passages_of([("text", "")]) == (Passage(""),)


def test_many_names_are_cut_short():
    assert listed([]) == "none"
    assert listed(["x" * 90]) == "'" + "x" * 17 + "..." + "x" * 18 + "'"
    assert listed(map(str, range(15))).endswith("'11' and 3 more")
