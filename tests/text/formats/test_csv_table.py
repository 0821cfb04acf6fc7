import pytest

from bioner_kd.text.documents import all_formats, format_of_name, read_documents
from bioner_kd.text.formats.csv_table import FORMAT


def test_names_of_files_ask_for_it(tmp_path):
    assert format_of_name("a.CSV.gz") is all_formats()["csv"]
    (tmp_path / "a.csv").write_text("key,note_text\n7,Aspirin.\n")
    with pytest.raises(ValueError, match="'key', 'note_text'"):
        list(read_documents(tmp_path / "a.csv"))


def test_other_text_is_not_taken_for_it():
    for start in ("Aspirin helps, and more.\n", "id\ttext\n1\ta\n", '{"text": "a", "id": 1}\n', ""):
        assert not FORMAT.recognises(start)
