from bioner_kd.text.documents import read_documents


def test_each_line_is_a_document_that_knows_its_place(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo")
    first, second = read_documents(tmp_path / "a.txt", format="lines")
    assert (first.text, first.id, first.line) == ("one", "", 1)
    assert (second.text, second.path, second.line) == ("two", str(tmp_path / "a.txt"), 2)
