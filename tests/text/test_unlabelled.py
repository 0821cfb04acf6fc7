import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.unlabelled import read_unlabelled


@pytest.fixture
def write(tmp_path):
    def write(text, name="text.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_files_are_read_one_after_another(write):
    one, other = write("a b\n", name="one"), write("\nc\n", name="other")
    assert [sentence.words for sentence in read_unlabelled([one, other])] == [("a", "b"), ("c",)]


@pytest.mark.parametrize("blank", ["", "\n \n"])
def test_a_file_without_a_word_among_others_is_named(write, blank):
    one, empty = write("a b\n", name="one"), write(blank, name="empty")
    sentences = read_unlabelled([one, empty])
    assert len(next(sentences)) == 2
    with pytest.raises(InputError, match="empty: no word in this file"):
        next(sentences)


def test_an_abstract_in_a_line_is_cut_into_sentences_with_texts_of_their_own(write):
    path = write("Gout hurts. It is  treated.\nWith drugs.\n")
    sentences = list(read_unlabelled([path]))
    assert [s.text for s in sentences] == ["Gout hurts.", "It is  treated.", "With drugs."]
    for sentence in sentences:
        assert sentence.words == tuple(sentence.text[a:b] for a, b in sentence.spans)


def test_what_is_no_text_is_told_at_once(write):
    with pytest.raises(InputError, match="'unheard-of'"):
        read_unlabelled([write("a"), write("<unheard-of>", name="b.xml")])
