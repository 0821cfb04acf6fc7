from bioner_kd.text.documents import all_formats, format_of_name
from bioner_kd.text.formats.tsv_table import FORMAT


def test_names_of_files_ask_for_it():
    assert format_of_name("a.tsv.xz") is all_formats()["tsv"]


def test_other_text_is_not_taken_for_it():
    for start in ("Aspirin helps.\n", "id,text\n1,a\n", "text\tlabel\nlung\tB-Disease\n", ""):
        assert not FORMAT.recognises(start)
