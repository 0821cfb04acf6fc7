import dataclasses

import pytest

from bioner_kd.corpus.headed import head_mask
from bioner_kd.corpus.heads import heads_by_corpus, heads_by_type
from bioner_kd.corpus.source_table import source_table
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.collection import collect, is_aside
from bioner_kd.text.document import Document

from .collection_files import LONG, TABLE


def test_sentences_of_a_corpus_that_stand_in_a_held_split_are_left_out(collected):
    corpus = collected.sources[0]
    assert [one.sentence.text for one in corpus.headed.sentences] == [
        LONG.format("tr"),
        "gout hurts",
    ]
    assert corpus.sentences == 4
    assert [one.words[0] for one in corpus.same] == ["we", "so"]


def test_documents_are_left_out_by_name_and_by_passage(collected):
    documents = collected.sources[1]
    assert [one.id for one in documents.documents] == ["7"]
    assert [one.name or one.words[3] for one in documents.shared] == ["2", "dea", "mea"]
    assert (documents.found, documents.faulty, documents.aside) == (5, 1, 0)


def test_short_sentences_of_documents_that_stand_in_a_held_split_are_left_out(collected):
    documents = collected.sources[1]
    assert [len(one.sentence) for one in documents.headed.sentences] == [13]
    assert [one.words for one in documents.same] == [("so", "it", "goes")]
    assert documents.sentences == 2


def test_documents_of_a_corpus_are_not_measured_on(collected):
    assert [one.id for one in collected.measured["M"]] == ["11"]
    assert [one.name or one.words[3] for one in collected.unmeasured["M"]] == ["1", "tra"]
    assert collected.measured["M"][0].annotations[0].type == "Disease"


def test_sentences_have_tags_for_the_heads_of_their_source(collected):
    assert collected.heads.names == ("Disease", "Gene")
    assert collected.sizes == [2, 1]
    assert head_mask(collected.sentences).tolist() == [[True, False], [True, False], [False, True]]
    assert collected.sentences[2].tags[1][-2:] == ("B-Gene", "O")


def test_an_epoch_is_drawn_from_all_sources(collected):
    drawn = collected.epoch(6, temperature=1e9, seed=1, epoch=0)
    assert sorted(drawn) == [0, 0, 1, 2, 2, 2] or sorted(drawn) == [0, 1, 1, 2, 2, 2]


def test_a_collection_is_proved_apart_and_one_with_a_leak_is_not(collected):
    assert collected.prove() == 4
    leaky = dataclasses.replace(collected.sentences[0].sentence, words=("so", "it", "goes"),
                                spans=((0, 2), (3, 5), (6, 10)), text="so it goes.")  # fmt: skip
    sentences = collected.sources[0].headed.sentences
    sentences[0] = dataclasses.replace(sentences[0], sentence=leaky)
    with pytest.raises(InputError, match=r"1 of 4 texts .* shares 'so it goes' with .*devel\.tsv"):
        collected.prove()


def test_heads_by_corpus_keep_the_names_of_the_corpus(files):
    heads = heads_by_corpus(TABLE)
    found = collect(heads, corpora=files.corpora, documents=files.documents, table=TABLE)
    assert heads.names == ("C", "G")
    assert found.sentences[1].tags == (("B-illness", "O"), None)


def test_sources_are_chosen(files):
    heads = heads_by_type(TABLE)
    paths = {"corpora": files.corpora, "documents": files.documents, "table": TABLE}
    assert [s.name for s in collect(heads, sources=["G"], **paths).sources] == ["G"]
    with pytest.raises(UsageError, match="the source 'C ids' names no head"):
        collect(heads, sources=["C", "C ids"], **paths)
    with pytest.raises(UsageError, match="there is no source 'X'; there are C, G, M, C ids"):
        collect(heads, sources=["X"], **paths)


def test_a_type_that_the_table_lacks_is_refused(files):
    files.write_documents("G", {"7": "new gout"}, "Protein")
    with pytest.raises(
        InputError, match="G: annotated_types.tsv has no row for its type 'Protein'"
    ):
        collect(heads_by_type(TABLE), corpora=files.corpora, documents=files.documents, table=TABLE)


def test_a_missing_file_is_refused(files):
    (files.documents / "G.PubTator").unlink()
    with pytest.raises(InputError, match="there is no such file"):
        collect(heads_by_type(TABLE), corpora=files.corpora, documents=files.documents, table=TABLE)


def test_the_name_of_a_document_alone_decides_whether_it_is_set_aside():
    documents = [Document(str(number)) for number in range(2000)]
    third = {one.id for one in documents if is_aside(one, 0.3)}
    assert 540 < len(third) < 660
    assert third < {one.id for one in documents if is_aside(one, 0.5)}
    assert all(is_aside(one, 1) for one in documents)
    assert not any(is_aside(one, 0) for one in documents)


@pytest.mark.slow
@pytest.mark.parametrize("types", [["Species", "Variant"]])
def test_the_public_corpora_and_documents_are_apart(public_file, types):
    corpora = public_file("BC2GM/train.tsv").parents[1]
    documents = corpora.parent / "documents"
    if not documents.is_dir():
        pytest.skip(f"{documents} is not there; it holds the annotated documents of other corpora")
    heads = heads_by_type(source_table(), types)
    found = collect(heads, corpora=corpora, documents=documents)
    assert [source.name for source in found.sources] == ["linnaeus", "tmVar3", "S800"]
    assert found.prove() > 15_000
    ids = {one.id for source in found.sources for one in source.documents}
    aside = {one.id for documents in found.measured.values() for one in documents}
    assert len(found.measured["BioRED"]) > 150 and len(found.measured["tmVar3"]) > 40
    assert not ids & aside
    assert head_mask(found.sentences).sum(axis=0).min() > 500
