import pytest

from bioner_kd.evaluation.robustness.sentence_borders import are_paired, measure_borders
from bioner_kd.text.sentence import Sentence

SENTENCES = [
    Sentence.from_words(["Rash", "(", "mild", ")", "came", "."], ["B-Disease", *["O"] * 5]),
    Sentence.from_words(["No", "fever", "."], ["O", "B-Disease", "O"]),
]


@pytest.mark.parametrize(
    ("text", "paired"),
    [
        ("HIV) infection", False),
        ("sulfa (rash", False),
        ("a (b] c)", False),
        (")(", False),
        ("(b) [c (d)]", True),
        ("rash", True),
    ],
)
def test_brackets_pair_or_do_not(text, paired):
    assert are_paired(text) is paired


def rows_of(split_of, expression):
    return {row.measure: row for row in measure_borders(split_of(SENTENCES, expression))}


def test_mentions_over_borders_and_without_a_bracket_are_counted(split_of):
    crossing = rows_of(split_of, r"vitamin \w\. Rash|Rash \(mild|fever")
    crossed = crossing["texts where a mention crosses the border"]
    # Six of the nineteen endings are vitamins; one sentence begins with a mention.
    assert (crossed.cases, crossed.percent) == (19, pytest.approx(100 * 6 / 19))
    unpaired = crossing["found mentions whose brackets do not pair"]
    assert (unpaired.cases, unpaired.percent, unpaired.reached) == (2, 50, False)


def test_whole_mentions_are_as_wanted(split_of):
    rows = rows_of(split_of, "Rash|fever")
    for measure in (
        "texts where a mention crosses the border", "found mentions whose brackets do not pair",
    ):  # fmt: skip
        assert rows[measure].reached is True


def test_cuts_are_those_of_the_tagger_s_sentences(split_of):
    split = split_of(SENTENCES, "Rash")
    cut = split.finder.tagger.sentences

    def everywhere(text):
        start = 0
        for piece in text.split(" "):
            for sentence in cut(piece):
                yield sentence.within(text, start)
            start += len(piece) + 1

    split.finder.tagger.sentences = everywhere
    rows = {row.measure: row for row in measure_borders(split)}
    assert rows["texts without a border there"].percent == 0
    assert (rows["texts that are cut there"].percent, rows["texts that are cut there"].cases) == (
        100, 9 * 2,
    )  # fmt: skip
    split.finder.tagger.sentences = lambda text: [next(cut("word"))]
    rows = {row.measure: row for row in measure_borders(split)}
    assert rows["texts without a border there"].percent == 100
    assert rows["texts that are cut there"].percent == 0
