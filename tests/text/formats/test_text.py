from bioner_kd.text.documents import read_documents


def test_a_file_is_a_document_with_the_name_of_the_file(tmp_path):
    (tmp_path / "note 7.txt").write_bytes(b"one\r\ntwo\n")
    (document,) = read_documents(tmp_path / "note 7.txt", format="text")
    assert (document.id, document.text) == ("note 7", "one\r\ntwo\n")
