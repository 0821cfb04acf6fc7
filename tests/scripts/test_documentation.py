"""The tables of settings on the pages of the documentation."""

import importlib.util
import re

import pytest

from bioner_kd.settings import declarations
from bioner_kd.student.config import StudentConfig
from tests.cli.conftest import ROOT

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hook():
    path = ROOT / "scripts" / "documentation" / "settings.py"
    spec = importlib.util.spec_from_file_location("documented_settings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_setting_has_a_row_with_default_bound_and_meaning(hook):
    page = hook.on_page_markdown(
        "# A\n\n::: settings bioner_kd.student.config.StudentConfig\n\nB\n"
    )
    assert page.startswith("# A\n\n### `bioner_kd.student.config.StudentConfig`\n\n")
    assert page.endswith("\n\nB\n")
    rows = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert rows == list(declarations(StudentConfig))
    assert "| `units` | `200` | at least 1 | LSTM units of one direction. |\n" in page


def test_signs_of_markdown_in_a_meaning_are_text(hook):
    page = hook.settings_section("bioner_kd.distill.config.DistillConfig")
    assert r"loss = alpha \* CE(tags) + (1 - alpha) \* T^2 \* KL(teacher \|\| student)" in page


def test_a_setting_without_default_has_to_be_given(hook):
    page = hook.settings_section("bioner_kd.training.config.TrainingConfig")
    assert "| `epochs` | has to be given | at least 1 | Passes over the training split;" in page


def test_the_page_of_the_functions_has_a_table_for_each_dataclass_that_they_take(hook):
    named = set(re.findall(r"^::: settings \S+\.(\w+)$", API, re.MULTILINE))
    recipes = (ROOT / "bioner_kd" / "recipes").glob("*.py")
    taken = {
        name
        for path in recipes
        for name in re.findall(r"^    \w+: (\w+Config)\b", path.read_text(), re.MULTILINE)
    }
    assert taken and taken <= named
    made = hook.on_page_markdown(API)
    assert "::: settings" not in made
    assert all(f".{name}`\n" in made for name in named)
