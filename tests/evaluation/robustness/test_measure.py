from bioner_kd.evaluation.robustness.measure import knows_words, measure, robustness_table
from bioner_kd.evaluation.robustness.measured import Measured
from bioner_kd.tagging.exported import find_exported
from bioner_kd.tagging.tables import read_tables
from bioner_kd.text.sentence import Sentence

from .conftest import NameTagger

SENTENCES = [
    Sentence.from_words(["Rash", "and", "fever", "."], ["B-Disease", "O", "B-Disease", "O"]),
    Sentence.from_words([]),
]


def test_all_kinds_are_measured_and_are_the_same_each_time():
    tagger = NameTagger("Rash|fever", frozenset({"Rash", "fever"}))
    rows, again = (measure(tagger, SENTENCES, knows=lambda word: True) for _ in range(2))
    assert list(dict.fromkeys(row.kind for row in rows)) == [
        "lists", "lines", "invisible", "symbols", "borders", "capitals",
    ]  # fmt: skip
    assert rows == again
    assert all(row.percent is not None for row in rows if row.cases)


def test_a_split_without_mentions_is_measured_where_there_is_something():
    rows = measure(NameTagger("x"), [Sentence.from_words(["None", "."])], knows=lambda word: True)
    assert {row.percent for row in rows if row.cases == 0} == {None}


def test_the_words_of_a_student_are_those_of_its_tables(export_folder):
    tables = read_tables(find_exported(export_folder).model.parent / "tables.json")
    knows = knows_words(tables)
    (*_, known) = tables.features.tables["word"]
    assert knows(known)
    assert not knows("qxzzqx")


def test_the_table_shows_what_is_wanted_and_whether_it_is_reached():
    rows = [
        Measured("lists", "one a line", "mentions found", 1200, 15.0, 90.0, least=87.0),
        Measured("symbols", "• before", "sentences", 5, 0.1, most=0.2),
        Measured("capitals", "lower case", "F1", 0, None),
    ]
    assert robustness_table([("ready", rows)]) == (
        "Model  Text        Measure         Cases  Percent  Usual   Wanted  Reached\n"
        "-----  ----------  --------------  -----  -------  -----  -------  -------\n"
        "ready  one a line  mentions found  1,200    15.00  90.00  ≥ 87.00       no\n"
        "ready  • before    sentences           5     0.10      –   ≤ 0.20      yes\n"
        "ready  lower case  F1                  0        –      –        –        –\n"
    )
