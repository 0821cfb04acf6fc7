"""The page of marked mentions, as HTML and as a browser shows it."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import all_formats, format_of_name
from bioner_kd.text.writing import write_documents

from ...export.browser import chromium
from ..page_text import PageText

HOSTILE = "<script>alert(1)</script>"
TEXT = f"Breast and ovarian cancer {HOSTILE}"


def documents() -> list[Document]:
    mentions = (
        Annotation("Disease", ((0, 6), (19, 25)), "Breast cancer"),
        Annotation("Disease", ((11, 25),), "ovarian cancer", identifiers=("MESH:D1",), score=0.5),
        Annotation(f'"{HOSTILE}', ((11, 18),), "ovarian"),
        Annotation("Topic", (), "genetics"),
    )
    hostile = Document(f"1{HOSTILE}", (Passage(TEXT, kind="title"),), mentions)
    return [hostile, Document("2", (Passage("No mention.\nA second line."),))]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    write_documents(documents(), tmp_path / "page.html")
    return tmp_path / "page.html"


def test_the_page_shows_documents_types_and_counts(page):
    found = PageText(page.read_text(encoding="utf-8"))
    for text in (TEXT, "No mention.\nA second line.", f"1{HOSTILE}", "MESH:D1", "0.500"):
        assert text in found.text
    assert "2 documents, 4 mentions." in found.text
    assert "whole document" in found.text
    assert found.names == [" [Disease 1/2]", f' ["{HOSTILE}]', " [Disease 2/2]", " [Disease]"]
    assert re.search(r'Disease 2\s*"<script>alert\(1\)</script> 1\s*Topic 1', found.text)
    assert not {"script", "img", "link", "iframe"} & set(found.tags)
    assert "http" not in page.read_text().replace("http-equiv", "")


def test_all_types_have_a_colour_of_their_own(page, tmp_path):
    text = "abcdefghijklmnopqrstuvwxy"
    made = [Annotation(c, ((n, n + 1),), c) for n, c in enumerate(text)]
    write_documents([Document("1", (Passage(text),), tuple(made))], tmp_path / "many.html")
    looks = re.findall(r"^\.t\d+ { (.*) }$", (tmp_path / "many.html").read_text(), re.MULTILINE)
    assert len(looks) == len(set(looks)) == len(text)


def test_a_page_without_documents_or_mentions_is_a_page(tmp_path):
    for number, made in enumerate(([], [Document("1", (Passage("x"),))])):
        write_documents(made, tmp_path / f"{number}.html")
        found = PageText((tmp_path / f"{number}.html").read_text())
        assert f"{len(made)} document" in found.text
        assert "nav" not in found.tags


def test_a_list_of_many_documents_ends(tmp_path):
    many = (Document(str(n), (Passage("Gout."),)) for n in range(600))
    write_documents(many, tmp_path / "many.html")
    html = (tmp_path / "many.html").read_text()
    assert html.count("<li>") == 500
    assert html.count("<article") == 600
    assert "and 100 more." in html


def test_the_page_is_compressed_where_its_name_says_so(page, tmp_path):
    write_documents(documents(), tmp_path / "page.html.gz")
    assert gzip.decompress((tmp_path / "page.html.gz").read_bytes()) == page.read_bytes()


def test_it_is_written_alone_and_whole_or_not_at_all(tmp_path):
    html = all_formats()["html"]
    assert html.read is None
    assert format_of_name("a.HTML") is html
    with pytest.raises(UsageError, match="standard output"):
        write_documents([], "-", format="html")

    def breaks() -> Iterator[Document]:
        yield Document("1")
        raise InputError("broken")

    with pytest.raises(InputError, match="broken"):
        write_documents(breaks(), tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_without_script_or_network(page, scheme):
    with chromium() as browser:
        context = browser.new_context(color_scheme=scheme, java_script_enabled=True)
        shown: Any = context.new_page()
        seen: list[str] = []
        context.on("request", lambda request: seen.append(request.url))
        shown.on("pageerror", lambda error: seen.append(str(error)))
        shown.on("console", lambda message: seen.append(message.text))
        shown.goto(page.as_uri())
        assert seen == [page.as_uri()]
        assert contrast(shown, "article p mark") >= 7
        assert contrast(shown, "article p mark span") >= 4.5
        assert contrast(shown, "article h2") >= 4.5
        name = shown.locator("article p mark span").first
        assert name.is_visible()
        shown.get_by_role("checkbox", name="Disease").uncheck()
        assert not name.is_visible()
        assert shown.get_by_text("Disease").first.is_visible()
        context.close()


def contrast(page: Any, selector: str) -> float:
    """Of the text of an element with what is behind it, by WCAG's formula."""
    return page.evaluate(
        """selector => {
          const parts = text => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const element = document.querySelector(selector);
          let behind = element;
          while (parts(getComputedStyle(behind).backgroundColor)[3] === 0)
            behind = behind.parentElement;
          const both = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
            .map(parts).map(light).sort((a, b) => b - a);
          return (both[0] + 0.05) / (both[1] + 0.05);
        }""",
        selector,
    )
