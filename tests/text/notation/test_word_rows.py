import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.notation.word_rows import Block, Rows, blocks_of


def test_empty_lines_and_marks_divide_blocks():
    lines = ["", "a O", "b O", "-DOCSTART- O", "c O", " ", "d O"]
    assert list(blocks_of(lines)) == [
        Block(2, ("a O", "b O")), Block(4, ("-DOCSTART- O",)), Block(5, ("c O",)),
        Block(7, ("d O",)),
    ]  # fmt: skip
    assert [block.is_mark for block in blocks_of(lines)] == [False, True, False, False]


@pytest.mark.parametrize("tagged", [True, None])
def test_comments_and_a_header_come_before_the_first_word(tagged):
    rows = Rows("a", ReadOptions(), tagged)
    line, found = rows.split(Block(3, ("# x = 1", "Word POS Tag", "#1 x O", "a  y B-X")))
    assert (line, found) == (5, [["#1", "x", "O"], ["a", "y", "B-X"]])
    assert not rows.has_tabs
    # Behind the first word both are words, and faults where they do not fit.
    with pytest.raises(InputError, match=r"^a:8: 4 columns.*line 5 has 3"):
        rows.split(Block(7, ("a x O", "# x = 1")))


def test_the_first_row_says_whether_there_are_tags():
    sentence = Rows("a", ReadOptions(), None).sentence(Block(1, ("lung", "cancer")))
    assert (sentence.words, sentence.tags) == (("lung", "cancer"), None)
    sentence = Rows("a", ReadOptions(), None).sentence(Block(1, ("lung B-X", "cancer I-X")))
    assert sentence.tags == ("B-X", "I-X")
