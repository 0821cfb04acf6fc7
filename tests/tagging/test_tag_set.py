import json
import pickle

import pytest

from bioner_kd.errors import InputError
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

TRAIN = [
    Sentence.from_words(["Aspirin", "helps"], ["B-Chemical", "O"]),
    Sentence.from_words(["lung", "cancer"], ["B-Disease", "I-Disease"]),
]


def test_ids_are_those_of_the_sorted_training_tags_with_outside_first():
    tag_set = TagSet.from_sentences(TRAIN)
    assert tag_set.tags == ("O", "B-Chemical", "B-Disease", "I-Disease")
    assert [tag_set.id(tag) for tag in tag_set.tags] == [0, 1, 2, 3]
    assert len(tag_set) == 4
    assert tag_set.entity_types == ("Chemical", "Disease")


def test_outside_is_zero_even_where_training_never_shows_it():
    assert TagSet.from_sentences([Sentence.from_words(["x"], ["B-A"])]).tags == ("O", "B-A")


def test_order_of_sentences_does_not_matter():
    assert TagSet.from_sentences(TRAIN[::-1]) == TagSet.from_sentences(TRAIN)


def test_encode():
    assert TagSet.from_sentences(TRAIN).encode(TRAIN[1]) == [2, 3]


def test_tag_that_training_lacks_is_named_with_file_and_line():
    sentence = Sentence.from_words(["p53", "x"], ["O", "B-Gene"], path="devel.tsv", line=8)
    with pytest.raises(InputError, match=r"^devel.tsv:9: .*'B-Gene'.*train"):
        TagSet.from_sentences(TRAIN).encode(sentence)


def test_sentences_without_tags_are_refused():
    plain = Sentence.from_words(["x"], path="train.tsv", line=3)
    with pytest.raises(InputError, match=r"^train.tsv:3: "):
        TagSet.from_sentences([*TRAIN, plain])
    with pytest.raises(InputError, match=r"^train.tsv:3: "):
        TagSet.from_sentences(TRAIN).encode(plain)


def test_corpus_with_one_tag_is_refused():
    with pytest.raises(InputError, match="no entity"):
        TagSet.from_sentences([Sentence.from_words(["a", "b"], ["O", "O"])])


def test_no_sentence_at_all_is_refused():
    with pytest.raises(InputError):
        TagSet.from_sentences([])


@pytest.mark.parametrize(
    "tags", [(), ("O",), ("B-A", "O"), ("O", "B-A", "B-A"), ("O", "X-A"), ("O", "B-"), ("O", "B")]
)
def test_what_is_no_tag_set_is_refused(tags):
    with pytest.raises(InputError):
        TagSet(tags)


def test_survives_json_and_pickle():
    tag_set = TagSet.from_sentences(TRAIN)
    tag_set.encode(TRAIN[0])
    assert TagSet(json.loads(json.dumps(tag_set.tags))) == tag_set
    assert hash(pickle.loads(pickle.dumps(tag_set))) == hash(tag_set)


def test_unknown_tag_has_no_id():
    with pytest.raises(KeyError):
        TagSet.from_sentences(TRAIN).id("B-Gene")


def test_more_tags_than_decoding_can_bear_are_refused():
    with pytest.raises(InputError, match="1001 tags.*column"):
        TagSet(("O", *(f"B-{number}" for number in range(1000))))
    assert len(TagSet(("O", *(f"B-{number}" for number in range(999))))) == 1000


def test_public_training_split(public_file):
    from bioner_kd.text.formats.conll import read_conll

    tag_set = TagSet.from_sentences(read_conll(public_file("NCBI-disease/train.tsv")))
    assert tag_set.tags == ("O", "B-Disease", "I-Disease")


def test_known_tags_are_the_sentences_own_and_others_are_refused():
    tag_set = TagSet(("O", "B-Disease"))
    known = Sentence.from_words(["no", "gout"], ["O", "B-Disease"])
    assert tag_set.known_tags([known]) == [["O", "B-Disease"]]
    with pytest.raises(InputError, match="'B-Chemical'.*train"):
        tag_set.known_tags([known, Sentence.from_words(["zinc"], ["B-Chemical"])])


@pytest.mark.parametrize(
    "value", ["O", {"O": 0}, None, ["O", 1], ["O", "B-" + "x" * 199], ["O", *["B-X"] * 10_000]]
)
def test_tags_from_a_file_are_a_list_of_short_texts(value):
    with pytest.raises(InputError, match="tags.* list") as caught:
        TagSet.from_json(value)
    assert len(str(caught.value)) < 300


def test_tags_from_a_file_keep_their_order():
    assert TagSet.from_json(["O", "B-X", "I-X"]).tags == ("O", "B-X", "I-X")
