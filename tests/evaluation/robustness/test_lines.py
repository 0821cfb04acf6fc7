from bioner_kd.evaluation.robustness.lines import hyphen_place, measure_lines, wrapped
from bioner_kd.evaluation.robustness.written import Written
from bioner_kd.text.sentence import Sentence

WORDS = "The patients of the second group had severe hypertension after treatment with it .".split()
TAGS = ["O"] * 6 + ["O", "B-Disease", "I-Disease"] + ["O"] * 5
SENTENCES = [Sentence.from_words(WORDS, TAGS[: len(WORDS)])] * 12


def test_a_text_is_wrapped_at_blanks_alone():
    text = "non-insulin-dependent diabetes was seen in three of them"
    lines = wrapped(text, 12)
    assert len(lines) == len(text)
    assert lines.replace("\n", " ") == text
    assert lines.startswith("non-insulin-dependent\ndiabetes was\n")


def test_what_is_found_over_line_breaks_is_as_usual(split_of):
    rows = measure_lines(split_of(SENTENCES, r"severe\s+hypertension"))
    paragraphs = [row for row in rows if row.text.startswith("paragraphs")]
    assert len(paragraphs) == 6
    assert {(row.percent, row.reached) for row in paragraphs if row.cases} == {(100.0, True)}


def test_mentions_with_a_line_break_are_counted_by_themselves(split_of):
    rows = measure_lines(split_of(SENTENCES, "severe hypertension"))
    by_name = {(row.text, row.measure): row for row in rows}
    broken = by_name["paragraphs of 60 columns", "mentions with a line break found"]
    every = by_name["paragraphs of 60 columns", "mentions found"]
    assert broken.cases > 0
    assert (broken.percent, broken.usual, broken.reached) == (0, 100, False)
    assert every.percent == 100 * (12 - broken.cases) / 12


def test_a_known_word_is_wrapped_where_a_part_is_unknown(split_of):
    text = Written("a hypertension", (("Disease", 2, 14),))
    split = split_of([], "x", known=["hypertension"])
    assert hyphen_place(text, split) == 2 + 6
    parts = split_of([], "x", known=["hypertension", "hypert", "ension"])
    assert hyphen_place(text, parts) == 2 + 5
    assert hyphen_place(text, split_of([], "x")) is None


def test_a_word_that_is_wrapped_is_compared_with_the_word_in_one_line(split_of):
    known = ["hypertension"]
    row = measure_lines(split_of(SENTENCES, "severe hypertension", known=known))[-1]
    assert (row.cases, row.percent, row.usual, row.reached) == (12, 0, 100, False)
    reads = measure_lines(split_of(SENTENCES, r"severe hyper\w*(?:-\n)?\w*", known=known))[-1]
    assert (reads.percent, reads.usual, reads.reached) == (100, 100, True)
