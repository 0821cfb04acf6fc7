"""The files of a benchmark."""

import json

from bioner_kd.lab.benchmark.line_up import LineUp
from bioner_kd.lab.benchmark.report import PAGE, RESULTS, json_lines, loads, write_files
from bioner_kd.lab.benchmark.targets import targets

from .made import ROLES, contestants, results

MACHINE = {"processor": "Z80"}


def test_lines_of_json_hold_machine_contestants_records_and_targets():
    found = results()
    lines = list(json_lines(found, targets(found, ROLES), MACHINE))
    kinds = [line["kind"] for line in lines]
    assert kinds[0] == "machine"
    assert [kinds.count(kind) for kind in ("contestant", "measurement", "score", "profile")] == [
        *[6, 18, 2, 1]
    ]
    assert kinds.count("target") == 8
    int8 = next(line for line in lines if line.get("name") == "int8")
    assert int8["times_biobert_fp32"]["low"] == int8["times_biobert_fp32"]["high"]
    assert (int8["threads"], int8["rounds"], int8["bytes"], int8["f1"]) == (1, 3, 4_000_000, 84.5)
    assert json.loads(json.dumps(lines)) == lines


def test_the_load_of_the_machine_is_told():
    assert loads(results()) == {"load average": "0.5 before, 1.5 after, 0.5 to 1.5"}
    assert loads(results([])) == {}


def test_files_are_written_whole(tmp_path):
    write_files(
        tmp_path, results(), LineUp(contestants(), ["a note"]), machine=MACHINE, command="run me"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [PAGE, RESULTS]
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert "- a note" in page and "- processor: Z80\n- load average: 0.5 before" in page
    lines = (tmp_path / RESULTS).read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {"kind": "machine", **MACHINE, **loads(results())}
