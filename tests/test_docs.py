"""What README and docs/ promise: their size, their links, their commands and their samples."""

import contextlib
import html
import importlib
import io
import itertools
import json
import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import pytest

from bioner_kd.cli.command import PROGRAMS
from bioner_kd.cli.command import names as program_names
from bioner_kd.text.documents import all_formats, readable, writable

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
SITE = sorted(DOCS.rglob("*.md"))
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *SITE,
    *sorted((ROOT / "examples").rglob("*.md")),
    ROOT / "saved_models" / "README.md",
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def links(path: Path) -> list[str]:
    """Relative targets of links and pictures, code aside."""
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", read(path)))
    found = [html.unescape(one or other) for one, other in LINK.findall(text)]
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """Anchors of the headings of a page, as GitHub and mkdocs.yml make them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", read(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(path: Path) -> list[str]:
    """Links of a page that lead nowhere."""
    found = []
    for link in links(path):
        place, _, anchor = link.partition("#")
        target = (path.parent / unquote(place)).resolve() if place else path
        known = target.suffix != ".md" or not anchor or anchor in anchors(target)
        if not (target.exists() and known):
            found.append(link)
    return found


def commands(path: Path) -> list[tuple[str, list[str]]]:
    """Programs and their arguments in the shell samples of a page."""
    found = []
    for language, sample in FENCE.findall(read(path)):
        for line in sample.replace("\\\n", " ").splitlines() if not language else ():
            for part in re.split(r"\s[|;]\s|&&", line):
                called = re.match(
                    r"\s*(?:(?:env/bin/)?bioner_kd |python scripts/)([a-z_]+)(?:\.py)?(\s.*|$)",
                    part,
                )
                if called:
                    found.append((called[1], shlex.split(called[2], comments=True)))
    return found


def flags_of(program: str) -> set[str]:
    flag_groups = importlib.import_module(f"{PROGRAMS}.{program}").PROGRAM.flag_groups
    return {"flagfile", "help"} | {
        name for flag_group in flag_groups for name in flag_group.names()
    }


def test_the_readme_is_short():
    assert len(read(README).splitlines()) <= 150
    assert len(read(README).split()) <= 1000


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page):
    assert broken(page) == []


def test_a_link_to_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A b\n[a](#a-b) [b](#c) [c](none.md) `[d](none.md)` [e](https://x.org)\n")
    assert broken(page) == ["#c", "none.md"]


def test_pages_of_the_site_link_to_the_site_alone():
    outside = [
        f"{name_of(page)}: {link}"
        for page in SITE
        for link in links(page)
        if not (page.parent / link.partition("#")[0]).resolve().is_relative_to(DOCS)
    ]
    assert outside == []


def test_every_page_of_the_site_is_in_its_navigation():
    listed = re.findall(r": (\S+\.md)$", read(ROOT / "mkdocs.yml"), re.MULTILINE)
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in SITE)


def test_the_samples_show_every_program():
    shown = {program for page in (README, *SITE) for program, _ in commands(page)}
    assert shown == set(program_names())


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=name_of)
def test_every_flag_of_a_sample_is_one_of_its_program(page):
    unknown = [
        f"{program} {argument}"
        for program, arguments in commands(page)
        for argument in itertools.takewhile(lambda one: one != "--", arguments)
        if argument.startswith("--") and argument[2:].partition("=")[0] not in flags_of(program)
    ]
    assert unknown == []


def test_flagfiles_that_samples_name_are_there():
    named = {
        argument.partition("=")[2]
        for page in PAGES
        for _, arguments in commands(page)
        for argument in arguments
        if argument.startswith("--flagfile=flags/") and "$" not in argument
    }
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def formats_of_the_table() -> dict[str, tuple[str, ...]]:
    """Cells behind the name of each format in the table of docs/formats.md."""
    _, _, table = read(DOCS / "formats.md").partition("| name | what it is | read |")
    table = table.partition("\n\n")[0]
    rows = re.findall(r"^\| \[`(\w+)`\]\(\S+\) \| (.*) \|$", table, re.MULTILINE)
    return {name: tuple(cell.strip() for cell in cells.split("|")) for name, cells in rows}


def test_the_table_of_formats_is_that_of_the_registry():
    found = formats_of_the_table()
    assert list(found) == sorted(all_formats())
    for name, (_, read_mark, write_mark, names) in found.items():
        assert (name, read_mark) == (name, "yes" if name in readable() else "–")
        assert (name, write_mark) == (name, "yes" if name in writable() else "–")
        suffixes = {suffix.lower() for suffix in re.findall(r"`([^`]+)`", names)}
        assert (name, suffixes) == (name, set(all_formats()[name].suffixes))


def test_every_module_of_formats_is_described():
    page = read(DOCS / "format_conventions.md")
    described = re.findall(r"^::: bioner_kd\.text\.formats\.(\w+)$", page, re.MULTILINE)
    folder = ROOT / "bioner_kd" / "text" / "formats"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert sorted(described) == sorted(modules)


def test_the_sample_of_the_readme_finds_what_its_command_prints():
    samples = FENCE.findall(read(README))
    (code,) = [sample for language, sample in samples if language == "python"]
    (printed,) = [json.loads(sample) for _, sample in samples if sample.startswith("{")]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    found = [
        f"{e['type']} {e['text']} {e['start']} {e['end']} {round(e['score'], 2)}"
        for e in printed["entities"]
    ]
    assert output.getvalue().splitlines() == found
