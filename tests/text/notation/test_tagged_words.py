import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.notation.tagged_words import check_word, iob2_of, is_tag, tagged_document
from bioner_kd.text.sentence import Sentence


@pytest.mark.parametrize("text", ["O", "B", "I-Disease", "E-X", "S", "L-a-b", "U-x y", "M"])
def test_tags_look_like_tags(text):
    assert is_tag(text)


@pytest.mark.parametrize("text", ["", "o", "B-", "BX", "NN", "O-X", "B- ", "tag"])
def test_other_columns_do_not(text):
    assert not is_tag(text)


def test_tags_without_a_type_take_one():
    repairs = []
    options = ReadOptions(entity_type="X", repair_tags=True)
    found = iob2_of(["S", "O", "B", "E", "I-Y"], options, str, repairs.append)
    assert found == ("B-X", "O", "B-X", "I-X", "B-Y")
    assert repairs == [3]
    with pytest.raises(InputError, match="word 1: .*'S'.*--entity_type"):
        iob2_of(["O", "S"], ReadOptions(), "word {}".format)


def test_a_document_marks_what_tags_say():
    first = Sentence.from_words(["lung", "cancer", "IL2"], ["B-D", "I-D", "B-G"])
    document = tagged_document([first, Sentence.from_words(["x"])], id="7", extra={"a": 1})
    assert (document.id, document.text, document.extra) == ("7", "lung cancer IL2\nx", {"a": 1})
    assert document.check().annotations == (
        Annotation("D", ((0, 11),), "lung cancer"), Annotation("G", ((12, 15),), "IL2"),
    )  # fmt: skip


def test_words_without_white_space_are_words():
    check_word("β-catenin", "here")
    for word in ("a b", "", "a\x85"):
        with pytest.raises(InputError, match="^here: "):
            check_word(word, "here")
