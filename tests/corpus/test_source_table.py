import pytest

from bioner_kd.corpus.source_table import (
    NONE,
    TRAIN,
    TYPES,
    AnnotatedSource,
    AnnotatedType,
    parse_table,
    source_table,
)
from bioner_kd.errors import InputError, UsageError

SOURCES = "source\tkind\tfiles\taside\tabout\n"
ROWS = "source\ttype\tnames\tcoverage\tuse\town_head\tunmarked\treason\n"
ONE = SOURCES + "C\tcorpus\tC\t0\tabstracts\n"


def test_every_type_is_annotated_by_some_source_that_is_for_training():
    taught = {row.type for row in source_table().rows() if row.use == TRAIN}
    assert taught == set(TYPES)


def test_the_table_has_a_reason_for_every_row_and_tells_every_source():
    table = source_table()
    assert all(len(row.reason) > 10 for row in table.rows())
    assert all(len(source.about) > 10 for source in table.sources)


def test_two_sources_with_diseases_are_set_aside_and_one_of_them_has_chemicals():
    aside = [source for source in source_table().sources if source.aside]
    assert [source.name for source in aside] == ["BioRED", "tmVar3"]
    assert [{row.type for row in source.types} >= {"Disease"} for source in aside] == [True] * 2
    assert "Chemical" in {row.type for row in aside[0].types}


def test_the_own_names_are_mapped():
    (gene,) = (row for row in source_table().named("NLM-Gene").types if row.type == "Gene")
    assert gene.names == ("Gene", "FamilyName")
    assert source_table().named("GNormPlus").names == {"Gene", "FamilyName", "DomainMotif"}


def test_a_row_becomes_what_it_says():
    table = parse_table(ONE, ROWS + "C\tGene\ta,b\tfull\ttrain\tC\tmice,rats\tsince\n")
    assert list(table.rows()) == [
        AnnotatedType("C", "Gene", ("a", "b"), "full", "train", "C", ("mice", "rats"), "since")
    ]
    assert table.named("C").about == "abstracts"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("C\tGenes\ta\tfull\ttrain\tC\t-\tr", "C, 'Genes': unknown type; it must be one of Dis"),
        ("C\tGene\ta\tmost\ttrain\tC\t-\tr", "the coverage is 'most'; it must be one of full, p"),
        ("C\tGene\ta\tfull\tlearn\tC\t-\tr", "the use is 'learn'; it must be one of train, own"),
        ("C\tGene\ta\tpart\ttrain\tC\t-\tr", "in part or is no type teaches no negatives"),
        ("C\t-\ta\tfull\ttrain\tC\t-\tr", "in part or is no type teaches no negatives"),
        ("C\tGene\ta\tfull\town\t-\t-\tr", "name its own head"),
        ("D\tGene\ta\tfull\ttrain\tC\t-\tr", "annotated_sources.tsv has no source 'D'"),
        ("C\tGene\ta\tfull\ttrain\tC\t-", "annotated_types.tsv:2: the columns must be source, t"),
        (
            "C\tGene\ta\tfull\ttrain\tC\t-\tr\nC\tDisease\ta\tfull\ttrain\tC\t-\tr",
            "C: 'a' stands for two types",
        ),
    ],
)
def test_a_row_that_cannot_be_is_refused(row, message):
    with pytest.raises(InputError, match=message):
        parse_table(ONE, ROWS + row + "\n")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("C\tbook\tC\t0\tr", "C: the kind is 'book'; it must be one of corpus, documents, ids"),
        ("C\tdocuments\tC\thalf\tr", "C: 'half' is no share"),
        ("C\tdocuments\tC\t1.5\tr", "1.5 of it is to be set aside"),
        ("C\tcorpus\tC\t0.5\tr", "0.5 of it is to be set aside"),
        ("C\tcorpus\tC\t0\tr\nC\tcorpus\tD\t0\tr", "two sources are called 'C'"),
    ],
)
def test_a_source_that_cannot_be_is_refused(row, message):
    with pytest.raises(InputError, match=message):
        parse_table(SOURCES + row + "\n", ROWS)


def test_names_of_columns_are_checked():
    with pytest.raises(
        InputError, match=r"annotated_sources\.tsv:1: the columns must be source, k"
    ):
        parse_table(SOURCES.replace("kind", "sort"), ROWS)


def test_an_unknown_source_is_told_the_known_ones():
    with pytest.raises(UsageError, match=r"there is no source 'x'; there are NCBI-disease, BC5CDR"):
        source_table().named("x")


def test_a_type_without_a_row_is_refused():
    source = AnnotatedSource(
        "C", "corpus", ("C",), 0, "", (AnnotatedType("C", NONE, ("Cell",), "part", "no"),)
    )
    source.check_names(["Cell"])
    with pytest.raises(InputError, match="C: annotated_types.tsv has no row for its type 'Gene'"):
        source.check_names(["Cell", "Gene"])
