from bioner_kd.corpus.heads import heads_by_type
from bioner_kd.corpus.source_table import TYPES, source_table
from bioner_kd.recipes.collection import collect
from bioner_kd.recipes.collection_report import (
    agreement_table,
    counts_table,
    coverage_table,
    heads_table,
    left_out,
    lost_table,
    measured_table,
    reasons_table,
    repetition_table,
    summary,
)

from .collection_files import TABLE


def test_the_coverage_of_each_source_is_shown():
    lines = coverage_table(TABLE).splitlines()
    assert lines[0] == f"| source | {' | '.join(TYPES)} |"
    assert lines[2] == "| C | in full | – | – | – | – | – | – |"
    assert lines[3] == "| G | – | – | in full | – | (in part) | – | – |"
    assert len(coverage_table(source_table()).splitlines()) == 14


def test_the_reasons_are_shown():
    assert "| G | Gene | Gene, Family | train | many families |" in reasons_table(TABLE)


def test_documents_and_sentences_are_counted_before_and_after(collected):
    rows = counts_table(collected).splitlines()
    assert rows[2] == "| C | 0 | 0 | 0 | 0 | 0 | 4 | 2 | 0 | 2 | Disease 2 |"
    assert rows[3] == "| G | 5 | 1 | 0 | 3 | 1 | 2 | 1 | 0 | 1 | Gene 1 |"


def test_heads_and_what_they_learn_from_are_counted(collected):
    assert heads_table(collected).splitlines()[2:] == [
        "| Disease | C | 2 | Disease 2 |",
        "| Gene | G | 1 | Gene 1 |",
    ]


def test_mentions_that_tags_do_not_hold_are_counted_by_kind(files):
    files.write_documents("G", {"7": "some goutier text"}, "Gene")
    found = collect(
        heads_by_type(TABLE), corpora=files.corpora, documents=files.documents, table=TABLE
    )
    assert lost_table(found).splitlines()[2:] == [
        "| G | Gene | begins or ends inside a word | kept as whole words | 1 |"
    ]


def test_what_is_measured_on_is_counted(collected):
    assert measured_table(collected).splitlines()[2:] == ["| M | 3 | 1 | 1 | 1 | Disease 1 |"]


def test_each_document_and_sentence_that_was_left_out_is_told(collected):
    lines = left_out(collected)
    assert len(lines) == 2 + 3 + 1 + 2
    assert lines[0].startswith("C: sentence: ") and lines[0].endswith("test.tsv:1")
    assert "document '2' shares the name '2' with" in lines[2]
    assert lines[-1].startswith("M: not measured on: ")


def test_the_summary_has_every_table(collected):
    text = summary(collected)
    assert all(
        part(collected) in text for part in (counts_table, heads_table, lost_table, measured_table)
    )


def test_sources_are_compared_on_the_documents_that_they_share(files):
    text = "new gout and old gout"
    files.write_documents("C", {"1": text, "2": text}, "Disease")
    files.write_documents("M", {"1": text, "3": text}, "Disease")
    assert agreement_table(TABLE, files.documents).splitlines()[2:] == [
        "| M | C ids | 1 | Disease | 1 | 1 | Disease 1 |",
        "| C ids | M | 1 | Disease | 1 | 1 | Disease 1 |",
    ]


def test_repetitions_are_counted_by_source(files):
    files.write_documents("C", {str(n): "new gout and old gout" for n in range(3)}, "Disease")
    rows = repetition_table(TABLE, files.documents).splitlines()
    assert "| C ids | Disease | 3 | 3 | 50.0 % |" in rows
