from bioner_kd.evaluation.robustness.layout import (
    GROUP,
    MARKS,
    groups_of,
    hyphen_place,
    measure_lines,
    measure_lists,
    wrapped,
)
from bioner_kd.evaluation.robustness.written import Written, write
from bioner_kd.text.sentence import Sentence

NAMES = ("acne", "cough", "fever", "gout", "rash", "scar", "tic", "wart")
SENTENCES = [Sentence.from_words([name, "."], ["B-Disease", "O"]) for name in (*NAMES, "rash")]
EACH = "|".join(NAMES)


def test_groups_have_each_mention_once_and_are_the_same_each_time():
    groups = groups_of(list(map(write, SENTENCES)))
    assert [len(group) for group in groups] == [GROUP, len(NAMES) - GROUP]
    assert sorted(one.text for group in groups for one in group) == list(NAMES)
    assert groups == groups_of(list(map(write, reversed(SENTENCES))))


def test_a_tagger_that_reads_any_layout_finds_all_mentions(split_of):
    rows = measure_lists(split_of(SENTENCES, EACH))
    assert len(rows) == 4 + len(MARKS)
    assert {row.percent for row in rows} == {100.0}
    assert {row.cases for row in rows} == {len(NAMES)}
    assert rows[0].reached is None
    assert {row.reached for row in rows[1:]} == {True}


def test_a_tagger_that_joins_lines_finds_none_of_those_that_are_one_a_line(split_of):
    rows = measure_lists(split_of(SENTENCES, rf"(?:{EACH})(?:\n(?:{EACH}))*"))
    figures = {row.text: row.percent for row in rows}
    assert figures["one a line"] == 0
    assert figures["joined by commas"] == figures['one a line behind "- "'] == 100
    (line,) = (row for row in rows if row.text == "one a line")
    assert (line.usual, line.least, line.reached) == (100, 97, False)


def test_marks_count_up_and_cells_have_their_borders(split_of):
    seen = []
    split = split_of(SENTENCES, EACH)
    find = split.finder.tagger.tag_many
    split.finder.tagger.tag_many = lambda texts, workers: find(
        seen.extend(kept := [*texts]) or kept
    )
    measure_lists(split)
    first = groups_of(split.written)[0]
    a, b, c, d, e, f = (one.text for one in first)
    assert f"1. {a}\n2. {b}\n3. {c}\n4. {d}\n5. {e}\n6. {f}" in seen
    assert f"(a) {a}\n(b) {b}\n(c) {c}\n(d) {d}\n(e) {e}\n(f) {f}" in seen
    assert f"{a}\t{b}\t{c}\n{d}\t{e}\t{f}" in seen
    assert f"| {a} | {b} | {c} |\n|---|---|---|\n| {d} | {e} | {f} |" in seen


WORDS = "The patients of the second group had severe hypertension after treatment with it .".split()
TAGS = ["O"] * 6 + ["O", "B-Disease", "I-Disease"] + ["O"] * 5
WRAPPED = [Sentence.from_words(WORDS, TAGS[: len(WORDS)])] * 12


def test_a_text_is_wrapped_at_blanks_alone():
    text = "non-insulin-dependent diabetes was seen in three of them"
    lines = wrapped(text, 12)
    assert len(lines) == len(text)
    assert lines.replace("\n", " ") == text
    assert lines.startswith("non-insulin-dependent\ndiabetes was\n")


def test_what_is_found_over_line_breaks_is_as_usual(split_of):
    rows = measure_lines(split_of(WRAPPED, r"severe\s+hypertension"))
    paragraphs = [row for row in rows if row.text.startswith("paragraphs")]
    assert len(paragraphs) == 6
    assert {(row.percent, row.reached) for row in paragraphs if row.cases} == {(100.0, True)}


def test_mentions_with_a_line_break_are_counted_by_themselves(split_of):
    rows = measure_lines(split_of(WRAPPED, "severe hypertension"))
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
    row = measure_lines(split_of(WRAPPED, "severe hypertension", known=known))[-1]
    assert (row.cases, row.percent, row.usual, row.reached) == (12, 0, 100, False)
    reads = measure_lines(split_of(WRAPPED, r"severe hyper\w*(?:-\n)?\w*", known=known))[-1]
    assert (reads.percent, reads.usual, reads.reached) == (100, 100, True)
