import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.evaluation.scores import EntityScore, ModeScores, Scores
from bioner_kd.evaluation.summary import MeanStd, summarise
from bioner_kd.evaluation.table import (
    Row,
    TypeRow,
    aligned_markdown,
    human_bytes,
    text_table,
    type_table,
)


def scores(f1: float) -> Scores:
    """A run whose scores and their deviations all differ, so that a swapped column is seen."""
    conlleval = ModeScores(EntityScore(f1 / 2 + 45, 3 * f1 - 160, f1, 960), {})
    strict = ModeScores(EntityScore(f1 + 5, f1 + 3, 2 * f1 - 78, 960), {})
    return Scores(conlleval, strict, 940, 24497)


ROWS = [
    Row.from_summary(
        "teacher",
        summarise([scores(82.5)]),
        parameters=22_565_379,
        size=90_400_000,
        sentences_per_second=31.4,
    ),
    Row.from_summary("student, distilled", summarise([scores(79.0), scores(80.0)]), size=9_800_000),
    Row("BioBERT, its paper", f1=MeanStd(89.71)),
]


def test_markdown_as_a_reader_sees_it() -> None:
    lines = [
        ["Model", "F1 (conlleval)", "Parameters"],
        ["teacher", "82.50", "22,565,379"],
        ["student, distilled", "79.50 ± 0.71", "–"],
    ]
    assert aligned_markdown(lines) == (
        "| Model              | F1 (conlleval) | Parameters |\n"
        "| :----------------- | -------------: | ---------: |\n"
        "| teacher            |          82.50 | 22,565,379 |\n"
        "| student, distilled |   79.50 ± 0.71 |          – |\n"
    )


def test_columns_of_text_stand_to_the_left() -> None:
    assert aligned_markdown([["a", "b", "c"], ["1", "two|", "3"]], {1}) == (
        "|  a | b     |  c |\n| -: | :---- | -: |\n|  1 | two\\| |  3 |\n"
    )


def test_a_table_of_types_as_a_reader_sees_it() -> None:
    mean, std = EntityScore(80, 60, 70, 1200), EntityScore(1, 2, 3, 1200)
    rows = [
        TypeRow.from_scores("student", "Disease", mean, std, (65.125, 75)),
        TypeRow.from_scores("student", "all", mean, None, (0, 100)),
    ]
    assert type_table(rows) == (
        "Model    Type        Precision        Recall  F1 (conlleval)   95 % interval  Mentions\n"
        "-------  -------  ------------  ------------  --------------  --------------  --------\n"
        "student  Disease  80.00 ± 1.00  60.00 ± 2.00    70.00 ± 3.00  65.12 to 75.00     1,200\n"
        "student  all             80.00         60.00           70.00  0.00 to 100.00     1,200\n"
    )


def test_text_table_as_a_reader_sees_it() -> None:
    assert text_table(ROWS) == (
        "Model                  Precision        Recall  F1 (conlleval)   F1 (strict)  "
        "Parameters     Size  Sentences/s\n"
        "------------------  ------------  ------------  --------------  ------------  "
        "----------  -------  -----------\n"
        "teacher                    86.25         87.50           82.50         87.00  "
        "22,565,379  90.4 MB           31\n"
        "student, distilled  84.75 ± 0.35  78.50 ± 2.12    79.50 ± 0.71  81.00 ± 1.41  "
        "         –   9.8 MB            –\n"
        "BioBERT, its paper             –             –           89.71             –  "
        "         –        –            –\n"
    )


def test_lines_of_the_text_table_end_below_each_other() -> None:
    assert len({len(line) for line in text_table(ROWS).splitlines()}) == 1


def test_a_bar_in_a_name_does_not_open_a_column() -> None:
    line = aligned_markdown([["Model", "F1"], ["α=0.3|T=2", "80.00"]]).splitlines()[-1]
    assert line.startswith("| α=0.3\\|T=2 |")
    assert line.replace("\\|", "").count("|") == 3


def test_a_zero_is_shown_as_a_number() -> None:
    line = text_table(
        [Row("m", f1=MeanStd(0.0, 0.0), parameters=0, size=0, sentences_per_second=0.0)]
    )
    assert line.splitlines()[-1].split() == [
        "m",
        "–",
        "–",
        "0.00",
        "±",
        "0.00",
        "–",
        "0",
        "0",
        "B",
        "0.0",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert len(text_table([]).splitlines()) == 2
    assert len(aligned_markdown([["Model", "F1"]]).splitlines()) == 2


def test_slow_models_keep_a_decimal_and_fast_ones_do_not() -> None:
    shown = [
        text_table([Row("m", sentences_per_second=speed)]).split()[-1]
        for speed in (0.44, 9.94, 9.96, 1234.5)
    ]
    assert shown == ["0.4", "9.9", "10", "1,234"]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_951, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (9_800_000, "9.8 MB"),
        (433_000_000, "433 MB"),
        (1_500_000_000, "1.5 GB"),
        (5_000_000_000_000_000, "5000 TB"),
    ],
)
def test_sizes_are_human(size: int, shown: str) -> None:
    assert human_bytes(size) == shown


@given(st.integers(0, 10**15))
def test_a_shown_size_is_within_five_percent(size: int) -> None:
    number, unit = human_bytes(size).split()
    factor = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}[unit]
    assert float(number) * factor == pytest.approx(size, rel=0.05)
