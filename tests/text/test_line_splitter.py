"""The table of cases in test_rules.py has what lines, marks and cells do to a text."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.text.line_rule import LINE_RULE
from bioner_kd.text.line_splitter import LineSplitter
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence_ends import STOPS, WHITE
from bioner_kd.text.tokenizer import TOKENIZER

SPLITTER = LineSplitter(LINE_RULE, white=WHITE, stops=STOPS, word=TOKENIZER.word)
MARKS = (
    "- ",
    "* ",
    "\u2022 ",
    "1. ",
    "1) ",
    "(a) ",
    "(iv) ",
    "[12] ",
    "\u2713 ",
    "-> ",
    "\uf0b7\t",
)


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in SPLITTER.spans(text)]


@pytest.mark.parametrize("width", [30, 45, 60, 80, 100])
def test_wrapped_paragraphs_stay_whole(width: int) -> None:
    texts = [s.text.replace(" .", ".") for s in read_demo("train")]
    paragraphs = [" ".join(texts[n : n + 4]) for n in range(0, 200, 4)]
    wrapped = [textwrap.fill(text, width, break_on_hyphens=False) for text in paragraphs]
    breaks = sum(text.count("\n") for text in wrapped)
    assert sum(len(pieces(text)) - 1 for text in wrapped) < 0.03 * breaks


@pytest.mark.parametrize("mark", MARKS)
def test_marks_are_no_part_of_an_item(mark: str) -> None:
    items = ["chronic kidney disease", "gout", "a cold"]
    assert pieces("\n".join(mark + item for item in items)) == items


@pytest.mark.parametrize("border", ["\t", " | ", "\t \t"])
def test_cells_are_pieces(border: str) -> None:
    cells = ["chronic kidney disease", "gout", "a cold"]
    assert [one.strip() for one in pieces(border.join(cells)) if one.strip()] == cells


@given(st.text("ab .-|\t\n\r1)(\u2028", max_size=60))
def test_pieces_are_in_order_and_nothing_but_marks_and_borders_is_between(text: str) -> None:
    end = 0
    for start, stop in SPLITTER.spans(text):
        assert end <= start <= stop
        assert not set(text[end:start]) - set("-|1.)( \t\n\rab\u2028")
        assert "\t" not in text[start:stop].strip(" \t\n\r\u2028")
        end = stop
    assert not text[end:].strip(" \t\n\r\u2028|")


@pytest.mark.parametrize(
    "unit",
    ["\n", " ", "\t", "-", "- ", "|", "| ", "-\n", "\r", "\r ", "1.", "x", "x" + " " * 999, ". ("],
)
def test_a_long_text_of_one_kind_is_cut(unit: str) -> None:
    # Part of a second each; many minutes where a pattern is quadratic.
    text = "a\n" + unit * (500_000 // len(unit))
    spans = list(SPLITTER.spans(text))
    assert spans[0][0] == 0 and all(0 <= start <= end <= len(text) for start, end in spans)


KNOWN = {"hypertension", "tension", "beta", "blocker", "betablocker", "diseases", "abc", "bcd"}


def words_of(text: str) -> list[tuple[str, ...]]:
    found = list(RULES.iterate_sentences(text, lambda word: word.lower() in KNOWN))
    assert all(
        s.text[a] + s.text[b - 1] == w[0] + w[-1]
        for s in found
        for w, (a, b) in zip(s.words, s.spans, strict=True)
    )
    return [sentence.words for sentence in found]


@pytest.mark.parametrize("gap", ["-\n", "-\r\n", "- \n  ", "\u2010\n", "-\u2028", "-\u00ad\n"])
def test_a_wrapped_word_is_joined_where_it_is_known(gap: str) -> None:
    text = f"It is Hyper{gap}tension, too"
    assert words_of(text) == [("It", "is", "Hypertension", ",", "too")]
    (sentence,) = RULES.iterate_sentences(text, lambda word: word.lower() in KNOWN)
    assert text[slice(*sentence.spans[2])] == f"Hyper{gap}tension"
    assert all(
        sentence.words != ("It", "is", "Hypertension", ",", "too")
        for sentence in RULES.iterate_sentences(text)
    )


@pytest.mark.parametrize(
    "text",
    [
        "beta-\nblocker",  # both parts are known
        "hyper-\n\ntension",
        "hyper-tension",
        "hyper- tension",
        "hyper -\ntension",
        "hyper--\ntension",
        "hyper-\n(tension)",
        "hyper-\n- tension",
        "x\thyper-\ntension",
        "unhyper-\ntension",
        "hyper-\ntensions",
        f"{'h' * 41}-\ntension",
    ],
)
def test_other_words_are_not_joined(text: str) -> None:
    assert all(
        "-" not in word and word.lower() != "hypertension"
        for words in words_of(text)
        for word in words
        if len(word) > 1
    )


def test_a_word_is_joined_at_each_of_its_hyphens_by_itself() -> None:
    assert words_of("a b-\nc-\nd x")[0][:2] == ("a", "b")
    assert words_of("dis-\neases of hyper-\ntension and dis-\neases") == [
        ("diseases", "of", "hypertension", "and", "diseases")
    ]


def test_a_joined_line_is_measured_as_it_stands() -> None:
    lines = (
        "The patients had severe pain in the left",
        "upper arm and a history of many dis-",
        "eases, which had been treated by surgery",
        "and by radiation.",
    )
    assert [len(words) for words in words_of("\n".join(lines))] == [27]
