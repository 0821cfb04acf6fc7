import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.notation.marked_html import escaped, marked_passages

from ..page_text import PageText

TEXT = "Hereditary breast and ovarian cancer."


def marked(*mentions: tuple[str, tuple[tuple[int, int], ...]], text: str = TEXT) -> PageText:
    document = Document.from_text(text)
    made = [Annotation(type_, spans, document.mention(spans)) for type_, spans in mentions]
    (html,) = marked_passages(document.with_annotations(made), lambda type_: f"c{type_}")
    page = PageText(html)
    assert page.text == text
    return page


def test_a_mention_is_marked_with_its_type_behind_it():
    page = marked(("Disease", ((22, 36),)))
    assert page.marks == [("cDisease", "ovarian cancer")]
    assert page.names == [" [Disease]"]


def test_parts_of_a_discontinuous_mention_are_numbered():
    page = marked(("D", ((11, 17), (30, 36))))
    assert page.marks == [("cD", "breast"), ("cD", "cancer")]
    assert page.names == [" [D 1/2]", " [D 2/2]"]


def test_a_mention_in_another_one_is_marked_within_it():
    page = marked(("Modifier", ((0, 10),)), ("Disease", ((0, 36),)), ("Organ", ((22, 29),)))
    assert page.marks == [
        ("cModifier", "Hereditary"), ("cOrgan", "ovarian"), ("cDisease", TEXT[:36]),
    ]  # fmt: skip
    assert page.names == [" [Modifier]", " [Organ]", " [Disease]"]


def test_mentions_that_cross_are_cut_and_named_once():
    page = marked(("A", ((0, 17),)), ("B", ((11, 29),)))
    assert page.marks == [
        ("cB", "breast"), ("cA", "Hereditary breast"), ("cB", " and ovarian"),
    ]  # fmt: skip
    assert page.names == [" [A]", " [B]"]


def test_at_most_six_are_marked_at_one_place():
    page = marked(*[(f"T{n}", ((0, 10),)) for n in range(9)], ("Z", ((11, 17),)))
    assert len(page.marks) == 7
    assert page.marks[-1] == ("cZ", "breast")


def test_a_mention_that_runs_over_two_passages_is_marked_in_both():
    document = Document("", (Passage("Gout"), Passage("", 5), Passage("hurts.", 6)))
    mention = Annotation("D", ((2, 8),), document.mention([(2, 8)]))
    first, empty, last = marked_passages(document.with_annotations([mention]), str)
    assert PageText(first).marks == [("D", "ut")]
    assert empty == ""
    assert (PageText(last).marks, PageText(last).names) == ([("D", "hu")], [" [D]"])


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "</mark>", "&lt;"])
def test_hostile_text_and_types_are_text(text):
    page = marked((text, ((0, len(text)),)), text=text)
    assert set(page.tags) == {"mark", "span", "i", "bdi"}
    assert page.names == [f" [{text}]"]


def test_what_no_page_may_hold_is_replaced():
    assert escaped("a\0b\ud800c\x1bd\ne") == "a\ufffdb\ufffdc\ufffdd\ne"


@settings(max_examples=100)
@given(st.text('ab<&"\n β', max_size=30), st.data())
def test_the_text_is_always_whole_and_each_mention_is_named_once(text, data):
    mentions = []
    for _ in range(data.draw(st.integers(0, 6))):
        points = data.draw(st.lists(st.integers(0, len(text)), unique=True, max_size=4))
        points = sorted(points)[: len(points) // 2 * 2]
        if points:
            mentions.append(("D", tuple(zip(points[::2], points[1::2], strict=True))))
    page = marked(*mentions, text=text)
    assert len(page.names) == sum(len(spans) for _, spans in mentions)
