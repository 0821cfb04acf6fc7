from bioner_kd.text.documents import all_formats, format_of_name, recognise
from bioner_kd.text.formats.tsv_table import FORMAT
from bioner_kd.text.source import Source


def test_names_of_files_ask_for_it():
    assert format_of_name("a.tsv.xz") is all_formats()["tsv"]


def test_other_text_is_not_taken_for_it():
    for start in ("Aspirin helps.\n", "id,text\n1,a\n", ""):
        assert not FORMAT.recognises(start)


def test_words_with_tags_are_conll_though_they_look_like_a_table(tmp_path):
    (tmp_path / "a.tsv").write_text("text\tlabel\nlung\tB-Disease\n")
    assert recognise(Source(tmp_path / "a.tsv")).name == "conll"
