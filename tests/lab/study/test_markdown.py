"""Markdown as GitHub reads it."""

import pytest

from bioner_kd.lab.study.document import (
    Code,
    Document,
    Heading,
    Listing,
    Marked,
    Paragraph,
    Picture,
    Table,
)
from bioner_kd.lab.study.markdown import escaped, markdown


def test_a_report_as_a_reader_sees_it():
    document = Document(
        "A study",
        [
            Heading("Scores"),
            Paragraph("Of all runs."),
            Listing(["one", "two"]),
            Table(("Group", "F1"), [("a|b", "80.0"), ("b", "9.5")], strong=frozenset({(0, 1)})),
            Picture("f1", "F1 of each group."),
            Code("bioner_kd report \\\n    --runs='a=b_*'"),
        ],
    )
    assert markdown(document) == (
        "# A study\n\n"
        "## Scores\n\n"
        "Of all runs.\n\n"
        "- one\n- two\n\n"
        "| Group |       F1 |\n| :---- | -------: |\n"
        "| a\\|b  | **80.0** |\n| b     |      9.5 |\n\n"
        "![F1 of each group.](f1.svg)\n\n"
        "```\nbioner_kd report \\\n    --runs='a=b_*'\n```\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IL-2 <b>&amp;", r"IL-2 \<b\>\&amp;"),
        ("*p* _q_ `r`", r"\*p\* \_q\_ \`r\`"),
        ("transfer_size", "transfer_size"),
        ("[a](b) #1 ~x~ $y$", r"\[a\](b) \#1 \~x\~ \$y\$"),
        ("a\\b", "a\\\\b"),
        ("two\n lines", "two lines"),
    ],
)
def test_text_is_shown_as_it_is(text, expected):
    assert escaped(text) == expected


def test_the_mention_of_a_sentence_is_bold():
    table = Table(("Example",), [(Marked("with", "IL*2", "."),), (Marked("", "gout", ""),)])
    assert "| with **IL\\*2** . |" in markdown(Document("x", [table]))
    assert "| **gout**         |" in markdown(Document("x", [table]))


def test_code_with_a_fence_gets_a_longer_one():
    assert "````\n```\n````\n" in markdown(Document("x", [Code("```")]))
