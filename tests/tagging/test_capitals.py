"""Capitals and ß, by the cases that all runtimes read."""

import json
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.tagging.capitals import Capitals
from bioner_kd.tagging.word_features import WordFeatures
from bioner_kd.tagging.word_form import fold
from bioner_kd.text.sentence import Sentence

CASES = json.loads(Path(__file__).with_name("capitals_cases.json").read_text(encoding="utf-8"))
FEATURES = WordFeatures.from_json(CASES["features"])


@pytest.mark.parametrize("case", CASES["spelled"], ids=lambda case: " ".join(case["words"]))
def test_sentence_in_capitals_is_read_in_its_usual_spelling(case):
    assert list(FEATURES.spelled(case["words"])) == case["read"]


@pytest.mark.parametrize(("word", "folded"), CASES["folded"].items())
def test_sharp_s_is_beta_but_between_letters_in_lower_case(word, folded):
    assert fold(word, FEATURES.folding, FEATURES.inner_folding) == folded


def test_tables_keep_the_rule():
    assert WordFeatures.from_json(FEATURES.to_json()) == FEATURES


def test_tables_without_the_rule_read_words_as_they_are():
    older = {k: v for k, v in CASES["features"].items() if k not in ("capitals", "inner_folding")}
    features = WordFeatures.from_json(older)
    assert features.spelled(["PATIENT"]) == ["PATIENT"]
    assert fold("Straße", features.folding, features.inner_folding) == "Strabetae"


def test_first_words_and_sentences_in_capitals_are_not_counted():
    texts = (["Mice", "of", "DNA"], ["ALL", "MICE"], ["The", "mRNA", "was", "low"])
    assert Capitals.from_sentences(map(Sentence.from_words, texts)).spellings == ("DNA", "mRNA")


@pytest.mark.parametrize("damage", [{"spellings": "DM"}, {"min_letters": 0}, {"min_letters": "6"}])
def test_damaged_rule_is_an_input_error(damage):
    capitals = CASES["features"]["capitals"] | damage
    with pytest.raises(InputError, match="word tables are incomplete or damaged"):
        WordFeatures.from_json(CASES["features"] | {"capitals": capitals})
