"""Markers that tests get by what they use."""

from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent


def marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("corpora") is not None


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
