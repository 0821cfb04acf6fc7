"""Words become numbers, by tables."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.word_features import (
    FEATURES,
    PAD,
    UNKNOWN,
    VECTOR,
    FeatureConfig,
    WordFeatures,
    settings_of,
    texts_of,
)
from bioner_kd.tagging.word_form import form_of
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import MASK

TEXT = ("The p53 gene", "the p21 gene", "the BRCA1-linked TNF-alpha")


def tables(config=FeatureConfig(min_count=1), texts=TEXT):  # noqa: B008 - it is frozen
    return WordFeatures.from_sentences([Sentence.from_words(t.split()) for t in texts], config)


def test_entries_of_a_word():
    assert tables().entries("Aspirin-81") == {
        "word": ("aspirin-00",),
        "prefix": ("asp",),
        "suffix": ("-00",),
        "shape": ("Xxxxx-dd",),
        "char": tuple("Aspirin-81"),
    }


def test_lengths_of_affixes_and_characters_are_settings():
    features = tables(FeatureConfig(prefix_length=2, suffix_length=5, max_chars=5))
    entries = features.entries("immunoglobulin")
    assert (entries["prefix"], entries["suffix"]) == (("im",), ("bulin",))
    # Head and tail of a word that is too long; of an odd number the head has one more.
    assert entries["char"] == tuple("imm" + "in")


def test_ids_start_at_two_and_the_most_frequent_come_first():
    features = tables(FeatureConfig(features=("word", "shape"), min_count=1))
    # "the" 3 times, "gene" and "p00" 2 times each, in the order of the alphabet, then the rest.
    assert features.tables["word"] == ("the", "gene", "p00", "brca0-linked", "tnf-alpha")
    assert features.tables["shape"] == ("xdd", "xxx", "xxxx", "XXX-xxxx", "XXXXd-xxxx", "Xxx")
    ids = features.encode(["The", "gene", "p99", "unseen"])
    assert ids["word_ids"].tolist() == [2, 3, 4, UNKNOWN]


def test_known_rows():
    features = tables(FeatureConfig(max_chars=4, min_count=1), ("ab a", "ab"))
    assert features.tables == {
        "word": ("ab", "a"),
        "prefix": ("ab", "a"),
        "suffix": ("ab", "a"),
        "shape": ("xx", "x"),
        "char": ("a", "b"),
    }
    assert features.matrix(["ab", "a", "ba", "Ab", "zz"]).tolist() == [
        [2, 2, 2, 2, 2, 3, PAD, PAD],
        [3, 3, 3, 3, 2, PAD, PAD, PAD],
        [UNKNOWN, UNKNOWN, UNKNOWN, 2, 3, 2, PAD, PAD],
        [2, 2, 2, UNKNOWN, UNKNOWN, 3, PAD, PAD],
        [UNKNOWN, UNKNOWN, UNKNOWN, 2, UNKNOWN, UNKNOWN, PAD, PAD],
    ]


def test_greek_and_dashes_read_as_the_corpora_write_them():
    features = tables()
    np.testing.assert_array_equal(
        features.matrix(["TNF\u2013α", "TNF−ά", "TNF-α"]), features.matrix(["TNF-alpha"] * 3)
    )
    assert features.encode(["TNF\u2013α"])["word_ids"][0] != UNKNOWN


def test_rare_forms_are_unknown_but_their_other_features_are_not():
    features = tables(FeatureConfig(min_count=2))
    assert features.tables["word"] == ("the", "gene", "p00")
    ids = features.encode(["TNF-alpha"])
    assert ids["word_ids"].tolist() == [UNKNOWN]
    assert all(ids[f"{name}_ids"][0] != UNKNOWN for name in ("prefix", "suffix", "shape"))


VECTOR_FORMS = ("of", "gene", "cell", "zinc", "p00")


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        (0, ("gene", "p00", "of", "cell", "zinc")),
        (3, ("gene", "p00", "of")),
        (1, ("gene",)),
    ],
)
def test_vectors_of_words_in_the_training_text_are_kept_first(size, kept):
    config = FeatureConfig(features=("word", VECTOR), vocabulary_size=size)
    sentences = [Sentence.from_words(text.split()) for text in TEXT]
    features = WordFeatures.from_sentences(sentences, config, VECTOR_FORMS)
    assert features.tables[VECTOR] == kept
    assert features.encode(["P21", "brca1"])[f"{VECTOR}_ids"].tolist() == [
        2 + kept.index("p00") if "p00" in kept else UNKNOWN,
        UNKNOWN,
    ]


@pytest.mark.parametrize(
    ("forms", "known"), [((), ("gene", "zinc", "rna")), (VECTOR_FORMS, ("gene",))]
)
def test_words_of_the_transfer_set_are_learnt_where_no_vectors_are(forms, known):
    features = ("word", VECTOR, "suffix") if forms else ("word", "suffix")
    config = FeatureConfig(features=features, min_count=1)
    train, transfer = (Sentence.from_words(text.split()) for text in ("gene", "zinc zinc rna"))
    found = WordFeatures.from_sentences([train], config, forms, [transfer])
    assert set(found.tables["word"]) == set(known)
    assert set(found.tables["suffix"]) == {"ene", "inc", "rna"}
    if forms:
        assert found.tables[VECTOR][:2] == ("zinc", "gene")


def test_a_form_too_rare_for_an_embedding_may_have_a_vector():
    config = FeatureConfig(features=("word", VECTOR), min_count=9)
    sentences = [Sentence.from_words(text.split()) for text in TEXT]
    features = WordFeatures.from_sentences(sentences, config, VECTOR_FORMS)
    assert features.tables["word"] == ()
    assert features.encode(["gene"])[f"{VECTOR}_ids"].tolist() == [2]


def test_forms_are_counted_after_folding():
    features = tables(FeatureConfig(min_count=3), ("P53 p21 p99", "TNF-α TNF-alpha tnf–alpha"))
    assert features.tables["word"] == ("p00", "tnf-alpha")


def test_a_word_of_505_characters():
    word = "C" + "-12" * 168
    ids = tables().encode([word])
    assert len(word) == 505
    assert ids["word_ids"].tolist() == [UNKNOWN]
    assert ids["char_ids"].shape == (1, 16)
    assert PAD not in ids["char_ids"]


def test_the_order_in_which_features_are_named_changes_nothing():
    features = ("char", "suffix", "word", "shape")
    shuffled = tables(FeatureConfig(features=features))
    ordered = tables(FeatureConfig(features=tuple(f for f in FEATURES if f in features)))
    for name, ids in ordered.encode(["BRCA1-linked", "a"]).items():
        np.testing.assert_array_equal(shuffled.encode(["BRCA1-linked", "a"])[name], ids)
    assert shuffled.encode(["gene"])["word_ids"][0] == 2 + shuffled.tables["word"].index("gene")


@pytest.mark.parametrize("features", [("word",), ("word", "char"), ("word", "prefix", "suffix")])
def test_a_subset_of_features(features):
    some = tables(FeatureConfig(features=features))
    assert set(some.encode(["gene"])) == {f"{name}_ids" for name in features}
    assert set(some.sizes()) == set(features)
    assert some.matrix(["gene"]).shape == (1, some.width)


def test_no_words_have_no_rows():
    assert tables().matrix([]).shape == (0, tables().width)


def test_json_gives_the_same_ids_back():
    features = tables(FeatureConfig(prefix_length=2, max_chars=9, min_count=2))
    restored = WordFeatures.from_json(json.loads(json.dumps(features.to_json())))
    assert restored == features
    words = ["The", "p53", "unseen", "TNF–α", "x" * 40]
    np.testing.assert_array_equal(restored.matrix(words), features.matrix(words))


def test_the_folding_travels_with_the_tables():
    data = tables().to_json()
    data["folding"] = {"@": "gene"}
    restored = WordFeatures.from_json(data)
    np.testing.assert_array_equal(
        restored.encode(["@"])["word_ids"], restored.encode(["gene"])["word_ids"]
    )
    assert restored.encode(["p53–"])["word_ids"].tolist() == [UNKNOWN]


def without(name):
    return {key: value for key, value in tables().to_json().items() if key != name}


@pytest.mark.parametrize(
    "data",
    [
        without("config"),
        without("tables"),
        without("folding"),
        {**without("tables"), "tables": {"word": ["a"]}},
        {**without("config"), "config": {"features": ["word"], "colour": 3}},
        {**without("config"), "config": {"features": ["prefix"]}},
        {**without("folding"), "folding": ["a"]},
        [],
        "tables",
    ],
)
def test_incomplete_tables_are_an_input_error(data):
    with pytest.raises(InputError, match="word tables.*damaged.* again"):
        WordFeatures.from_json(data)


def test_a_text_without_words_is_an_input_error():
    with pytest.raises(InputError, match="no word"):
        WordFeatures.from_sentences([], FeatureConfig())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": ("prefix",)}, "--features=prefix: must be chosen from word,prefix"),
        ({"features": ("word", "word")}, "at most once"),
        ({"features": ("word", "colour")}, "--features=word,colour"),
        ({"prefix_length": 0}, "--prefix_length=0: must be at least 1"),
        ({"suffix_length": -1}, "--suffix_length=-1"),
        ({"max_chars": 1}, "--max_chars=1: must be at least 2 and at most 1000"),
        ({"max_chars": 1001}, "--max_chars=1001: must be at least 2 and at most 1000"),
        ({"min_count": 0}, "--min_count=0"),
    ],
)
def test_settings_out_of_bounds(settings, message):
    with pytest.raises(UsageError, match=message):
        FeatureConfig(**settings)


@given(st.lists(st.text(min_size=1, max_size=40), max_size=5))
def test_any_word_has_ids_within_its_tables(words):
    features = tables()
    sizes = features.sizes()
    for name, ids in features.encode(words).items():
        assert ids.dtype == np.int32
        assert ids.shape[0] == len(words)
        assert (ids >= 0).all() and (ids < sizes[name.removesuffix("_ids")]).all()
        if name != "char_ids":
            assert (ids != PAD).all()


@given(st.text(min_size=1, max_size=40))
def test_characters_come_first_and_padding_last(word):
    ids = tables().encode([word])["char_ids"][0]
    present = int((ids != PAD).sum())
    assert (ids[:present] != PAD).all()


@given(st.text(min_size=1))
def test_the_form_of_a_word_is_the_entry_of_a_new_table(word):
    assert tables().entries(word)["word"] == (form_of(word),)
    assert form_of(form_of(word)) == form_of(word)


def test_a_masked_word_is_unknown_however_often_training_shows_it():
    found = tables(texts=(*TEXT, *[f"the {MASK} gene"] * 9))
    ids = found.encode(["the", MASK])
    for name, rows in ids.items():
        first, masked = rows.reshape(2, -1)
        assert first.min() >= PAD and masked[0] == UNKNOWN, name
    assert found.tables == tables(texts=(*TEXT, *["the gene"] * 9)).tables


def test_right_parts_of_a_json_file_come_back():
    assert texts_of(["a", "β"], "tags") == ("a", "β") == texts_of(("a", "β"), "tags")
    assert settings_of({"features": ["word"], "max_chars": 3}) == {
        "features": ("word",),
        "max_chars": 3,
    }


@pytest.mark.parametrize("values", [None, "text", 3, {"a": 1}, ["a", 1], ["a", None], [["a"]]])
def test_what_is_no_list_of_strings_is_named(values):
    with pytest.raises(ValueError, match="'tags'.* list of strings"):
        texts_of(values, "tags")


@pytest.mark.parametrize("value", [None, "3", 3.0, True, [3], {}])
def test_a_setting_that_is_no_whole_number_is_named(value):
    with pytest.raises(ValueError, match="'max_chars'.* whole number"):
        settings_of({"features": ["word"], "max_chars": value})


@pytest.mark.parametrize("settings", [None, [], "text", {"features": "word"}])
def test_settings_of_another_type_are_refused(settings):
    with pytest.raises(ValueError, match="'config'.* object|'features'.* list of strings"):
        settings_of(settings)
