from bioner_kd.evaluation.robustness.lists import GROUP, MARKS, groups_of, measure_lists
from bioner_kd.evaluation.robustness.written import write
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
