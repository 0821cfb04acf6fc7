"""README and documentation: their size, their links, and the programs that they name."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from bioner_kd.cli import command

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "docs" / "study" / "README.md",
]
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MAX_LINES, _MAX_WORDS = 150, 1000


def _prose(path: Path) -> str:
    return _FENCED.sub("", path.read_text(encoding="utf-8"))


def _links(path: Path) -> list[str]:
    links = _LINK.findall(_CODE.sub("", _prose(path)))
    return [link for link in links if not re.match("[a-z]+:", link)]


def _anchors(path: Path) -> set[str]:
    # As GitHub and Python-Markdown make them, of headings with letters, digits and hyphens.
    headings = [re.sub(r"[^\w\s-]", "", heading) for heading in _HEADING.findall(_prose(path))]
    return {re.sub(r"\s+", "-", heading.strip().lower()) for heading in headings}


def _leads_somewhere(page: Path, link: str) -> bool:
    place, _, anchor = unquote(link).partition("#")
    target = page.parent / place if place else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def test_readme_is_one_page() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= _MAX_LINES
    assert len(text.split()) <= _MAX_WORDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    assert [link for link in _links(page) if not _leads_somewhere(page, link)] == []


def test_a_link_is_found_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A b\n[x](#a-b) [y](#c) [z](none.md) [w](https://w.org) `[v](v.md)`\n")
    assert _links(page) == ["#a-b", "#c", "none.md"]
    assert [link for link in _links(page) if not _leads_somewhere(page, link)] == ["#c", "none.md"]


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_pages_link_to_nothing_outside_docs(page: Path) -> None:
    outside = [
        link
        for link in _links(page)
        if not (page.parent / link.partition("#")[0]).resolve().is_relative_to(ROOT / "docs")
    ]
    assert outside == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_name_programs(page: Path) -> None:
    named = re.findall(r"^(?:env/bin/)?bioner_kd (\w+)", page.read_text("utf-8"), re.MULTILINE)
    assert sorted(set(named) - set(command.names())) == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    named = set(re.findall(r": (\S+\.md)$", navigation, re.MULTILINE))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - named == set()
