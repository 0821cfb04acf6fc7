import json
import re

from bioner_kd.lab.benchmark.line_up import LineUp
from bioner_kd.lab.benchmark.measurements import Failure, Score
from bioner_kd.lab.benchmark.report import (
    PAGE,
    RESULTS,
    cost_lines,
    json_lines,
    loads,
    markdown,
    speed_lines,
    target_lines,
    terminal,
    write_files,
)
from bioner_kd.lab.benchmark.targets import targets

from .made import ROLES, contestants, good_records, measurement, results

NOTES = ["biobert_bf16 is left out: this processor has no bfloat16."]


def page(found, notes=()):
    return markdown(
        found,
        targets(found, ROLES),
        notes,
        peer="spacy",
        machine={"processor": "Z80", "cores": "2"},
        command="bioner_kd benchmark --rounds=3",
    )


def test_speed_and_ratios_stand_side_by_side():
    titles, *lines = speed_lines(results(), "spacy")
    assert titles[:6] == ["Model", "Cores", "Words/s", "min–max", "ms/sentence", "min–max"]
    assert titles[6:] == ["Words/CPU s", "× BioBERT's shape, fp32", "× spaCy NER (CNN)"]
    assert lines[0] == [
        *["BioBERT's shape, fp32", "1", "120", "60.0–240", "208", "104–417", "240", "1.00", "0.01"]
    ]
    assert [line[:3] for line in lines if "many" in line[0]] == [
        ["int8 .tflite, tag_many", "1", "12,000"],
        ["int8 .tflite, tag_many", "2", "21,600"],
    ]
    # On two cores nobody else was measured.
    assert lines[4][7:] == ["–", "–"]


def test_costs_have_a_dash_where_there_is_nothing_to_say():
    lines = cost_lines(results())
    assert lines[1][1:] == ["0.40", "0.40–0.40", "80.0 MB", "430 MB", "1.00 ×", "–", "100"]
    assert lines[3][1:] == ["0.40", "0.40–0.40", "80.0 MB", "4.0 MB", "108 ×", "84.50", "100"]
    nothing = cost_lines(results([Score("spacy", 79.9)]))
    assert nothing[5] == [
        *["spaCy NER (CNN)", "–", "–", "–", "6.0 MB", "71.7 ×", "79.90", "–"],
    ]


def test_a_page_has_tables_targets_machine_and_command():
    text = page(results(), NOTES)
    assert "median of 3 rounds" in text
    for title in ("Speed", "Start-up, memory, size and F1", "Targets", "Notes", "Machine"):
        assert f"\n## {title}\n" in text
    assert "| missed (0.60 of what is needed)" in text
    assert "- words a second, times those of BioBERT's shape, bf16: tokenising 10 %" in text
    assert "- processor: Z80\n- cores: 2\n" in text
    assert "```\nbioner_kd benchmark --rounds=3\n```" in text
    assert all(line.endswith("|") for line in text.splitlines() if line.startswith("|"))


def test_failures_and_notes_are_told():
    found = results([*good_records(), Failure("crf", "1 core, round 2", "exit code 1: no memory")])
    for text in (page(found, NOTES), terminal(found, targets(found, ROLES), NOTES, "spacy")):
        assert "crf, 1 core, round 2: failed, exit code 1: no memory" in text
        assert NOTES[0] in text


def test_rounds_that_are_not_complete_are_told():
    records = [*good_records(), measurement("spacy", 9, number=4)]
    assert "median of 3 to 4 rounds" in page(results(records))


def test_nothing_is_left_of_tables_without_measurements():
    assert len(speed_lines(results([]), "spacy")) == 1
    assert "median of no rounds" in page(results([]))


def test_a_terminal_shows_every_target():
    text = terminal(results(), targets(results(), ROLES), [], "spacy")
    assert (
        len(re.findall("of what is (needed|allowed)", text))
        == len(target_lines(targets(results(), ROLES))) - 1
    )


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
