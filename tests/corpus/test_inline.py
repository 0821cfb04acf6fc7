import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.inline import format_inline, parse_inline, parse_inline_lines
from bioner_kd.errors import InputError
from bioner_kd.text.iob2 import entities, repair_iob2
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text


def mentions(sentence):
    return [
        (entity_type, sentence.text[sentence.spans[first][0] : sentence.spans[end - 1][1]])
        for entity_type, first, end in entities(sentence.tags)
    ]


def message_of(line):
    with pytest.raises(InputError) as caught:
        parse_inline(line, path="demo/train.txt", line_number=4)
    message = str(caught.value)
    assert message.startswith("demo/train.txt:4: ") and "\n" not in message
    return message


def test_mentions_and_offsets_are_those_of_the_text_without_brackets():
    sentence = parse_inline(
        "[Chemical 5-FU]-induced [Disease β-thalassemia (major)] and [Disease AA].",
        path="x",
        line_number=2,
    )
    assert sentence.text == "5-FU-induced β-thalassemia (major) and AA."
    assert mentions(sentence) == [
        ("Chemical", "5-FU"),
        ("Disease", "β-thalassemia (major)"),
        ("Disease", "AA"),
    ]
    assert sentence.tags[:4] == ("B-Chemical", "I-Chemical", "I-Chemical", "O")
    assert all(
        sentence.text[start:end] == word
        for word, (start, end) in zip(sentence.words, sentence.spans, strict=True)
    )
    assert sentence.place(2) == "x:2, word 3"


def test_sentence_without_mention():
    assert parse_inline("No mention here.").tags == ("O",) * 4


def test_neighbouring_mentions_stay_two():
    sentence = parse_inline("[Disease AML]/[Disease CML] [Disease flu]")
    assert sentence.tags == ("B-Disease", "O", "B-Disease", "B-Disease")


def test_literal_brackets_and_backslashes():
    sentence = parse_inline(r"A \[see \\ here\] [Chemical \[3H\]thymidine]")
    assert sentence.text == r"A [see \ here] [3H]thymidine"
    assert mentions(sentence) == [("Chemical", "[3H]thymidine")]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("an [Disease asthma", "never closed"),
        ("an asthma] attack", "closes no mention"),
        ("[Disease AML]]", "closes no mention"),
        ("[Disease [Chemical lead] poisoning]", "do not nest"),
        ("[Disease]", "no type"),
        ("[rheumatoid arthritis]", "no type"),
        ("[ Disease x]", "no type"),
        ("a [3H] label", "no type"),
        ("[Disease ]", "whole word"),
        ("-[Disease ]-", "whole word"),
        ("[Disease  asthma]", "whole word"),
        ("[Disease asthma ]", "whole word"),
        ("[Disease asthma]tic", "whole word"),
        ("pre[Disease eclampsia]", "whole word"),
        ("[Disease AML][Disease CML]", "whole word"),
        (r"a \n b", "backslash"),
        ("a \\", "backslash"),
    ],
)
def test_mistakes_are_named(line, part):
    assert part in message_of(line)


def test_mistake_names_its_character():
    assert "at character 9" in message_of("a \\[b\\] ] c")


def test_comments_and_blank_lines_are_skipped():
    lines = ["# how", "", "  ", "[Disease Flu].", r"\#1 came.", "a # b\r\n"]
    sentences = list(parse_inline_lines(lines, path="d"))
    assert [s.text for s in sentences] == ["Flu.", "#1 came.", "a # b"]
    assert [s.line for s in sentences] == [4, 5, 6]


TAGS = st.sampled_from(["O", "B-Disease", "I-Disease", "B-Cell_type", "I-Cell_type"])


@given(st.text(alphabet=st.sampled_from("ab β-[]\\#(),\u0301\u200b😀"), max_size=30), st.data())
def test_format_and_parse_round_trip(text, data):
    plain = sentence_from_text(text, path="p", line=3)
    tags = repair_iob2(data.draw(st.lists(TAGS, min_size=len(plain), max_size=len(plain))))
    sentence = Sentence(text, plain.words, plain.spans, tuple(tags), "p", 3, one_line=True)
    line = format_inline(sentence)
    assert parse_inline(line, path="p", line_number=3) == sentence
    assert not line.startswith("#")


def test_format_of_a_known_sentence():
    line = r"\# [Chemical 5-FU] \[sic\] and [Disease asthma]."
    assert format_inline(parse_inline(line)) == line


def test_sentence_without_tags_has_no_brackets():
    assert format_inline(sentence_from_text("a [b]")) == r"a \[b\]"


@pytest.mark.parametrize(("text", "tag"), [("a\nb", "O"), ("a\rb", "O"), ("a b", "B-cell line")])
def test_what_cannot_be_written_is_refused(text, tag):
    plain = sentence_from_text(text)
    with pytest.raises(InputError):
        format_inline(Sentence(text, plain.words, plain.spans, (tag, "O")))
