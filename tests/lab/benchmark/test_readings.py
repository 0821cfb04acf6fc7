import json

import pytest

from bioner_kd.lab.benchmark.measurements import Measurement, Reading, Record
from bioner_kd.lab.benchmark.readings import format_lines, summaries
from bioner_kd.lab.benchmark.report import json_lines, markdown, terminal

from .made import good_records, results


def reading(name: str, number: int, *, read: float, tag: float) -> Reading:
    """1000 words at these speeds, in words per second; twice as many per processor second."""
    return Reading(
        name,
        number,
        bytes=6000,
        words=1000,
        reading=1000 / read,
        reading_cpu=500 / read,
        seconds=1000 / tag,
        cpu_seconds=500 / tag,
    )


# The second round is on a machine that is half as fast, the third on one that is a fourth as fast.
READINGS: list[Record] = [
    reading(name, number, read=read / 2**number, tag=tag / 2**number)
    for number in range(3)
    for name, read, tag in (("pubmed", 8e5, 4e4), ("lines", 1.6e7, 5e4))
]


def test_ratios_are_those_of_one_round():
    lines, pubmed = summaries([*good_records(), *READINGS])
    assert (lines.format, pubmed.format, pubmed.rounds) == ("lines", "pubmed", 3)
    assert {value.median for value in lines.times_lines.values() if value} == {1.0}
    assert pubmed.speeds["tagging"].median == pytest.approx(2e4)
    assert pubmed.speeds["tagging_cpu"].high == pytest.approx(8e4)
    for what, ratio in {"reading": 0.05, "tagging": 0.8}.items():
        for name in (what, f"{what}_cpu"):
            found = pubmed.times_lines[name]
            assert found and found.low == pytest.approx(ratio) == found.high


def test_ratios_are_unknown_without_plain_lines():
    (pubmed,) = summaries([one for one in READINGS if one.format == "pubmed"])
    assert set(pubmed.times_lines.values()) == {None}
    assert format_lines(READINGS[:1], str, "–")[1][5:7] == ["–", "–"]


def test_a_line_of_the_table_has_reading_and_tagging():
    head, lines, pubmed = format_lines(READINGS, lambda value: f"{value:.0f}", "–")
    assert len(head) == len(lines) == len(pubmed)
    assert pubmed == [
        *["PubMed XML", "6.0 kB", "1,000"],
        *["400000", "200000–800000", "0.050", "0.050"],
        *["20000", "10000–40000", "0.80", "0.80"],
    ]


def test_the_table_stands_in_every_report_where_formats_were_measured():
    found = results([*good_records(), *READINGS])
    page = markdown(found, [], [], peer="", machine={}, command="run me")
    assert "## Formats of documents" in page and "| PubMed XML" in page
    assert "PubMed XML" in terminal(found, [], [], "")
    lines = list(json_lines(found, [], {}))
    assert [line["format"] for line in lines if line["kind"] == "format"] == ["lines", "pubmed"]
    assert json.loads(json.dumps(lines)) == lines


def test_no_table_where_no_format_was_measured():
    records = [one for one in good_records() if isinstance(one, Measurement)]
    assert format_lines(records, str, "–") == []
    page = markdown(results(records), [], [], peer="", machine={}, command="")
    assert "Formats of documents" not in page
