import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.corpus.heads import (
    Head,
    Heads,
    HeadSource,
    heads_by_corpus,
    heads_by_type,
    one_head,
    tag_set_of,
)
from bioner_kd.corpus.source_table import TYPES, parse_table, source_table
from bioner_kd.errors import UsageError
from bioner_kd.tagging.tag_set import TagSet


def head(name="Disease", *sources):
    return Head(name, tag_set_of(["Disease"]), sources)


def test_tags_are_those_that_a_training_split_gives():
    assert tag_set_of(["Disease", "Chemical"]) == TagSet.from_sentences(read_demo("train"))


def test_a_head_of_a_type_learns_from_all_that_annotate_it_in_full():
    heads = heads_by_type(source_table())
    assert heads.names == TYPES
    sources = {one.name: [source.source for source in one.sources] for one in heads.heads}
    assert sources["Disease"] == ["NCBI-disease", "BC5CDR"]
    assert sources["Gene"] == ["BC2GM", "tmVar3", "NLM-Gene", "GNormPlus", "DrugProt"]
    assert sources["CellLine"] == ["BioID"]
    assert all(len(one.tag_set) == 3 for one in heads.heads)


def test_no_head_learns_from_what_is_set_aside_or_annotated_in_part():
    for heads in (heads_by_type(source_table()), heads_by_corpus(source_table())):
        names = {one.source for each in heads.heads for one in each.sources}
        assert "BioRED" not in names
    gene = heads_by_type(source_table(), ["Gene"]).heads[0]
    assert gene.source("JNLPBA") is None
    assert gene.source("NLM-Gene").type_of == {"Gene": "Gene", "FamilyName": "Gene"}


def test_types_are_chosen_in_order():
    assert heads_by_type(source_table(), ["Gene", "Disease"]).names == ("Gene", "Disease")
    with pytest.raises(UsageError, match=r"there is no type 'Protein'; a head may have Disease, "):
        heads_by_type(source_table(), ["Protein"])


def test_a_type_that_nothing_teaches_is_left_out_or_refused():
    table = parse_table(
        "source\tkind\tfiles\taside\tabout\nA\tcorpus\tA\t0\tx\nB\tdocuments\tB\t1\tx\n",
        "source\ttype\tnames\tcoverage\tuse\town_head\tunmarked\treason\n"
        "A\tGene\tg\tfull\ttrain\tA\t-\tx\nB\tDisease\td\tfull\ttrain\tB\t-\tx\n",
    )
    assert heads_by_type(table).names == ("Gene",)
    with pytest.raises(UsageError, match="no source that is for training annotates Disease in ful"):
        heads_by_type(table, ["Disease"])


def test_a_head_of_a_corpus_has_its_own_types():
    heads = heads_by_corpus(source_table())
    assert heads.names[:6] == (
        "NCBI-disease", "BC5CDR-disease", "BC5CDR-chem", "BC2GM", "JNLPBA", "linnaeus",
    )  # fmt: skip
    types = {one.name: one.tag_set.entity_types for one in heads.heads}
    assert types["BC2GM"] == ("GENE",)
    assert set(types["JNLPBA"]) == {"protein", "DNA", "RNA", "cell_type", "cell_line"}
    assert types["BC5CDR-chem"] == ("Chemical",)
    assert types["NLM-Gene"] == ("Gene",)
    assert heads_by_corpus(source_table(), ["linnaeus"]).names == ("linnaeus",)
    with pytest.raises(UsageError, match="there is no head 'AnatEM'; there are NCBI-disease, "):
        heads_by_corpus(source_table(), ["AnatEM"])


def test_one_corpus_is_one_head_with_its_tag_set():
    tag_set = TagSet.from_sentences(read_demo("train"))
    heads = one_head(tag_set, name="demo", source="demo")
    assert (len(heads), heads.names, heads.slices) == (1, ("demo",), (slice(0, 5),))
    assert heads.heads[0].tag_set is tag_set


def test_tags_of_a_head_are_a_slice_of_all_tags():
    heads = Heads((head("a"), Head("b", tag_set_of(["X", "Y"])), head("c")))
    assert heads.slices == (slice(0, 3), slice(3, 8), slice(8, 11))


def test_two_heads_of_one_name_are_refused():
    with pytest.raises(UsageError, match="two heads are called 'Disease'; give each a name of its"):
        Heads((head(), head()))


def test_no_head_at_all_is_refused():
    with pytest.raises(UsageError, match="a model needs at least one head"):
        Heads(())


def test_a_head_without_a_name_is_refused():
    with pytest.raises(UsageError, match="a head needs a name"):
        head("")


def test_a_source_with_an_unknown_type_is_refused():
    with pytest.raises(
        UsageError,
        match="head 'Disease': C calls its 'x' 'Gene', an unknown type; the head has Disease",
    ):
        head("Disease", HeadSource("C", (("x", "Gene"),)))


def test_a_source_that_names_no_head_is_refused():
    heads = Heads((head("Disease", HeadSource("C", (("x", "Disease"),))),))
    heads.check_sources(["C"])
    with pytest.raises(
        UsageError, match="the source 'D' names no head: none of Disease learns fro"
    ):
        heads.check_sources(["C", "D"])


def test_a_head_is_found_by_its_name():
    heads = Heads((head("a"), head("b")))
    assert heads.number("b") == 1
    with pytest.raises(UsageError, match="there is no head 'c'; there are a, b"):
        heads.number("c")
