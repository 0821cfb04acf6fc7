import pytest

from bioner_kd.corpus.coverage import agreement, repetitions, unified_names
from bioner_kd.corpus.source_table import AnnotatedSource, AnnotatedType
from bioner_kd.text.document import Annotation, Document


def source(name, *rows):
    types = tuple(AnnotatedType(name, type_, names, "part", "no") for type_, names in rows)
    return AnnotatedSource(name, "documents", (), 0, "", types)


FIRST = source("A", ("Gene", ("Gene",)), ("-", ("Domain",)))
SECOND = source("B", ("Gene", ("Gene", "Family")), ("Disease", ("Disease",)))


def document(name, text, *marks):
    annotations = []
    for words, kind in marks:
        start = text.index(words)
        annotations.append(Annotation(kind, ((start, start + len(words)),), words))
    return Document.from_text(text, id=name).with_annotations(annotations)


def test_names_that_belong_to_no_type_are_left_out():
    assert unified_names(FIRST) == {"Gene": "Gene"}


def test_mentions_of_shared_documents_are_compared():
    mine = [
        document("1", "p53 and kinases", ("p53", "Gene"), ("kinases", "Gene")),
        document("2", "IL2 rises", ("IL2", "Gene")),
        document("3", "an SH2 domain", ("SH2", "Domain")),
        document("4", "not there", ("not", "Gene")),
    ]
    others = [
        document("1", "p53 and kinases", ("p53", "Disease"), ("kinases", "Family")),
        document("2", "IL2 rises", ("IL2 rises", "Gene")),
        document("3", "an SH2 domain"),
    ]
    number, found = agreement((FIRST, mine), (SECOND, others))
    assert number == 3
    assert found.keys() == {"Gene"}
    assert (found["Gene"].mentions, found["Gene"].alike) == (3, {"Family": 1})


def test_documents_of_another_text_are_not_compared():
    number, found = agreement(
        (FIRST, [document("1", "p53", ("p53", "Gene"))]), (SECOND, [document("1", "p 53")])
    )
    assert (number, found) == (0, {})


@pytest.mark.parametrize(("times", "expected"), [(3, {"Gene": (3, 1)}), (2, {})])
def test_repetitions_of_names_that_are_often_marked_are_counted(times, expected):
    marked = [document(str(n), "the p53 gene", ("p53", "Gene")) for n in range(times)]
    others = [document("9", "p53 and xp53 and p53b")]
    assert repetitions(FIRST, [*marked, *others]) == expected


def test_the_longest_name_is_taken_where_several_fit():
    both = [
        document(str(n), "p53 and p53 ligand", ("p53", "Gene"), ("p53 ligand", "Gene"))
        for n in range(3)
    ]
    assert repetitions(FIRST, both) == {"Gene": (6, 0)}
