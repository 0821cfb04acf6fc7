import pytest

from bioner_kd.corpus.inline import parse_inline, parse_inline_lines
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


# A line, its text, and the mentions of it.
LINES = [
    (r"\# [Chemical 5-FU] \[sic\]", "# 5-FU [sic]", [("Chemical", "5-FU")]),
    (r"\#1", "#1", []),
    (r"a \[b\]", "a [b]", []),
    (r"\\[Disease a\\b]\\", r"\a\b" + "\\", [("Disease", r"a\b")]),
    ("[Cell_type T]-[Cell_type B]", "T-B", [("Cell_type", "T"), ("Cell_type", "B")]),
    ("([Disease β-a\u0301],\u200b[Disease 😀 b])", "(β-a\u0301,\u200b😀 b)",
     [("Disease", "β-a\u0301"), ("Disease", "😀 b")]),
    (" [Disease a b] ", " a b ", [("Disease", "a b")]),
    ("", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text", "found"), LINES)
def test_text_words_and_mentions_of_known_lines(line, text, found):
    sentence = parse_inline(line, path="p", line_number=3)
    plain = sentence_from_text(text, path="p", line=3)
    assert sentence == Sentence(
        text, plain.words, plain.spans, sentence.tags, "p", 3, one_line=True
    )
    assert mentions(sentence) == found
    assert list(sentence.tags) == repair_iob2(list(sentence.tags))
