"""bioner_kd evaluate on a student as it ships."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import bioner_kd
from bioner_kd.tagging.named import DEFAULT

from ..programs import Programs, programs

COMMAND = Path(bioner_kd.__file__).with_name("__main__.py")
pytestmark = [pytest.mark.slow, pytest.mark.process]


@pytest.fixture(scope="module")
def started() -> Iterator[Programs]:
    with programs("import bioner_kd.cli.command, bioner_kd.recipes.scoring") as started:
        yield started


def test_types_are_printed_where_asked_for_and_stand_in_the_report(started, tmp_path):
    report = tmp_path / "scores.json"
    flags = ["--by=characters", "--by_type", f"--report={report}"]
    result = started.run(COMMAND, "evaluate", f"--run=ready={DEFAULT}", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Scored by characters: " in result.stderr
    models, types = result.stdout.split("\n\n")
    assert models.splitlines()[2].startswith("ready ")
    assert [line.split()[:2] for line in types.splitlines()[2:]] == [
        ["ready", "Chemical"], ["ready", "Disease"], ["ready", "all"],
    ]  # fmt: skip
    written = json.loads(report.read_text())
    assert written["settings"]["by"] == "characters"
    (model,) = written["models"]
    assert model["by"] == "characters"
    f1, intervals = model["summary"]["mean"]["conlleval"], model["f1_intervals"]
    for name, scores in f1["per_type"].items():
        low, high = intervals["per_type"][name]
        assert low < scores["f1"] < high
    assert intervals["micro"][0] < f1["micro"]["f1"] < intervals["micro"][1]
