import base64
import re
from html.parser import HTMLParser

import pytest

from bioner_kd.lab.study.page import (
    Code,
    Heading,
    Listing,
    Marked,
    Page,
    Paragraph,
    Picture,
    Table,
    escaped,
    to_html,
    to_markdown,
)

EVIL = "<script>alert('&')</script> \"quoted\""
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
EVERYTHING = Page(
    EVIL,
    [
        Heading(EVIL),
        Paragraph(EVIL),
        Listing([EVIL]),
        Table((EVIL, "F1"), [(EVIL, EVIL), (Marked(EVIL, EVIL, EVIL), "1")]),
        Picture("f1", EVIL),
        Code(EVIL),
    ],
)
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects tags, attributes and text; fails where tags do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def test_words_are_text_and_never_markup():
    reader = Reader(to_html(EVERYTHING, {"f1": SVG}))
    assert "script" not in reader.tags
    for block in ("title", "h1", "h2", "p", "li", "th", "td", "mark", "figcaption", "code"):
        assert block in reader.tags
    # Twice the title, heading, paragraph, bullet, column, two cells, mention, caption and code; the
    # other two parts of the marked sentence have a space beside them.
    assert reader.texts.count(EVIL) == 11
    assert ("alt", EVIL) in reader.attributes


def test_the_page_needs_nothing_else():
    page = to_html(EVERYTHING, {"f1": SVG})
    sources = [value for name, value in Reader(page).attributes if name in ("src", "href")]
    data = f"data:image/svg+xml;base64,{base64.b64encode(SVG).decode()}"
    assert sources == [data]
    assert not re.search(r"url\(|@import|https?:", page.replace(data, ""))


def test_the_page_fits_a_phone_and_the_readers_colours():
    page = to_html(Page("x", []), {})
    assert 'name="viewport"' in page
    assert "color-scheme: light dark" in page
    assert '<meta charset="utf-8">' in page[:120]


def test_numbers_stand_to_the_right_and_strong_cells_are_bold():
    table = Table(("Group", "F1"), [("a", "80")], strong=frozenset({(0, 1)}))
    page = to_html(Page("x", [table]), {})
    assert '<td class="t">a</td><td><b>80</b></td>' in page
    assert '<th scope="col" class="t">Group</th><th scope="col">F1</th>' in page


def test_a_report_as_a_reader_sees_it():
    document = Page(
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
    assert to_markdown(document) == (
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
    assert "| with **IL\\*2** . |" in to_markdown(Page("x", [table]))
    assert "| **gout**         |" in to_markdown(Page("x", [table]))


def test_code_with_a_fence_gets_a_longer_one():
    assert "````\n```\n````\n" in to_markdown(Page("x", [Code("```")]))
