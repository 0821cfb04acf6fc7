import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.text.rules import FIRST_RULES, RULES
from bioner_kd.text.sentence_splitter import sentence_spans, split_sentences
from bioner_kd.text.tokenizer import tokenize

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(' \n\r\t.!?()"ABCaib1α💊é')))


def sentences(text: str) -> list[str]:
    return [
        part.strip() for start, end in sentence_spans(text) if (part := text[start:end]).strip()
    ]


@pytest.mark.parametrize(
    "expected",
    [
        ["Gout is painful.", "It was treated."],
        ["Was it gout?", "No!", "It was not."],
        ["We saw 5 cases.", "12 patients recovered."],
        ['He said "never."', "She left (at once.)", "(Then she came back.)"],
        ["The role of APP is unknown.", "β-Amyloid is its product.", "É. coli was a misprint."],
        ["It ended.", "“Nothing more.”"],
    ],
)
def test_sentences_end_where_they_should(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We used 0.5 mg of c.1521delCTT and p53.Mutant cells",
        "Infection by E. coli and S. Typhimurium was seen by J. Smith et al. 2004",
        "Given i.v. 5 mg vs. Placebo, e.g. Aspirin, i.e. ASA (Fig. 2, cf. Table 1, approx. 3 mg)",
        "It stopped... and went on",
        "Hepatitis in the U.S. Army",
        "a woman with a history of breast\ncancer of the left side and of\r\ngout, wrapped. and on",
    ],
)
def test_a_sentence_is_not_cut(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\r\r", "\n \t\n", "\n\n\n\n", "\n \r\n"])
def test_a_blank_line_ends_a_sentence(gap: str) -> None:
    assert sentences(f"Title without a full stop{gap}and its text") == [
        "Title without a full stop",
        "and its text",
    ]


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\r", "\n  "])
def test_a_single_line_break_does_not_for_the_first_students(gap: str) -> None:
    assert len(list(FIRST_RULES.iterate_sentences(f"colon{gap}cancer"))) == 1
    assert len(sentences(f"colon{gap}cancer")) == 2


def test_a_word_that_ends_like_an_abbreviation_is_none() -> None:
    assert sentences("It was final. Then we left. It was in Montréal. Or not.") == [
        "It was final.",
        "Then we left.",
        "It was in Montréal.",
        "Or not.",
    ]


@given(TEXTS)
def test_no_word_is_lost_or_moved_but_marks_and_borders_of_cells(text: str) -> None:
    found = split_sentences(text)
    words = [(word, *span) for s in found for word, span in zip(s.words, s.spans, strict=True)]
    every = tokenize(text)
    assert set(words) <= set(every) and words == sorted(words, key=lambda word: word[1])
    lost = {word for word, _, _ in set(every) - set(words)}
    lines = RULES.ends.lines
    assert lines is not None
    marks = (*lines.marks, *lines.cells, (ord("."), ord(".")), (ord("("), ord(")")))
    for word in lost:
        character = ord(word[0])
        is_mark = any(first <= character <= last for first, last in marks)
        assert is_mark or (word.isascii() and word.isalnum() and len(word) <= 4), lost
    assert all(len(sentence) and sentence.text == text for sentence in found)


@given(TEXTS)
def test_the_first_students_lose_no_word(text: str) -> None:
    found = FIRST_RULES.iterate_sentences(text)
    words = [(word, *span) for s in found for word, span in zip(s.words, s.spans, strict=True)]
    assert words == FIRST_RULES.tokenizer.tokenize(text)


@given(TEXTS)
def test_between_two_sentences_of_the_first_students_is_only_white_space(text: str) -> None:
    end = 0
    for start, stop in FIRST_RULES.sentence_spans(text):
        assert not text[end:start].strip()
        end = stop
    assert not text[end:].strip()


def test_nearly_all_sentences_of_the_demo_corpus_are_found_again() -> None:
    # Its words are joined by spaces, so the full stop is a word.
    ends, text = set(), ""
    for sentence in read_demo("train"):
        text += sentence.text.removesuffix(" .").strip() + "."
        ends.add(len(text))
        text += " "
    found = {end for _, end in sentence_spans(text.rstrip())}
    assert len(ends & found) > 0.95 * len(ends)
    assert len(found - ends) < 0.02 * len(ends)


@pytest.mark.parametrize(
    "unit", [")", '"', ".", ". ", ". (", ".)", "(", " ", "\n", "E. ", "a\u200b"]
)
def test_a_long_text_of_one_kind_is_cut(unit: str) -> None:
    # A second or two each; many minutes where a pattern is quadratic.
    text = unit * (500_000 // len(unit))
    assert max(map(len, RULES.iterate_sentences(text)), default=0) <= 2000


def test_no_sentence_has_more_words_than_the_rule_says() -> None:
    lengths = [len(sentence) for sentence in split_sentences("word " * 4001 + ". " + "(" * 5)]
    assert lengths == [2000, 2000, 7] and RULES.ends.most_words == 2000
    assert [len(s) for s in FIRST_RULES.iterate_sentences("word " * 4001)] == [4001]
