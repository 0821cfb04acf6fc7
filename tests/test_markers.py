"""Markers that tests get by what they use."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import pytest_collection_modifyitems

TESTS = Path(__file__).parent


def marked(request: pytest.FixtureRequest, name: str = "corpora") -> bool:
    return request.node.get_closest_marker(name) is not None


def test_a_test_that_may_read_public_corpora_is_marked(
    request: pytest.FixtureRequest, public_or_demo_sentences: Any
) -> None:
    assert marked(request)
    assert len(public_or_demo_sentences) >= 200


def test_another_is_not_marked(request: pytest.FixtureRequest) -> None:
    assert not marked(request)


def test_the_fixtures_alone_know_where_the_public_corpora_are() -> None:
    names = ("BIONER_KD_" + "CORPORA", '"shared' + '"', "shared/" + "corpora")
    sources = {path: path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")}
    found = [
        str(p.relative_to(TESTS)) for p, text in sources.items() if any(map(text.count, names))
    ]
    assert found == ["conftest.py"]


def test_tests_of_a_file_that_starts_processes_are_marked(request: pytest.FixtureRequest) -> None:
    assert not marked(request, "process")
    marks: list[pytest.MarkDecorator] = []
    for names in ({}, {"subprocess": None}):
        module = SimpleNamespace(**names)
        item: Any = SimpleNamespace(module=module, fixturenames=(), add_marker=marks.append)
        pytest_collection_modifyitems([item])
    assert [mark.name for mark in marks] == ["process"]
