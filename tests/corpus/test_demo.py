from pathlib import Path

import pytest

import bioner_kd.corpus
from bioner_kd.corpus.demo import SPLITS, read_demo
from bioner_kd.errors import UsageError
from bioner_kd.text.iob2 import check_iob2, entities

README = Path(bioner_kd.corpus.__file__).with_name("demo_data") / "README.md"


@pytest.fixture(scope="module")
def splits():
    return {split: read_demo(split) for split in SPLITS}


def mentions(sentences):
    return [
        (entity_type, tuple(word.lower() for word in sentence.words[first:end]))
        for sentence in sentences
        for entity_type, first, end in entities(sentence.tags)
    ]


def test_numbers_of_sentences(splits):
    assert {split: len(sentences) for split, sentences in splits.items()} == {
        "train": 420,
        "devel": 80,
        "test": 100,
    }


def test_no_sentence_stands_twice(splits):
    texts = [" ".join(s.words).lower() for sentences in splits.values() for s in sentences]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("split", SPLITS)
def test_every_split_has_both_types_and_sentences_without_any(splits, split):
    sentences = splits[split]
    assert {entity_type for entity_type, _ in mentions(sentences)} == {"Chemical", "Disease"}
    without = sum(not entities(sentence.tags) for sentence in sentences)
    assert without >= 0.15 * len(sentences)
    for sentence in sentences:
        check_iob2(sentence.tags, sentence.place)


def test_no_name_has_two_types(splits):
    types = {}
    for sentences in splits.values():
        for entity_type, words in mentions(sentences):
            assert types.setdefault(words, entity_type) == entity_type


def test_corpus_shows_what_real_text_shows(splits):
    text = "\n".join(sentence.text for sentences in splits.values() for sentence in sentences)
    for sign in "αβγμ±×°–[]()/%":
        assert sign in text
    found = [words for sentences in splits.values() for _, words in mentions(sentences)]
    assert sum(len(words) > 1 for words in found) > 0.3 * len(found)
    assert max(map(len, found)) >= 8
    assert any("(" in words or "[" in words for words in found)


def test_places_name_file_and_line(splits):
    assert splits["devel"][9].place(0) == "demo/devel.txt:10, word 1"


def test_readme_has_the_right_numbers(splits):
    rows = {
        cells[1]: cells[2:5]
        for line in README.read_text(encoding="utf-8").splitlines()
        if len(cells := [cell.strip() for cell in line.split("|")]) == 6
    }
    seen = set(mentions(splits["train"]))
    for column, split in enumerate(SPLITS):
        sentences, found = splits[split], mentions(splits[split])
        types = [entity_type for entity_type, _ in found]
        without = sum(not entities(sentence.tags) for sentence in sentences)
        assert rows["sentences"][column] == str(len(sentences))
        assert rows["of them without a mention"][column] == str(without)
        assert rows["words"][column] == str(sum(map(len, sentences)))
        assert rows["Disease mentions"][column] == str(types.count("Disease"))
        assert rows["Chemical mentions"][column] == str(types.count("Chemical"))
        if split != "train":
            unseen = sum(mention not in seen for mention in found) / len(found)
            row = rows["mentions whose words train never shows"]
            assert row[column] == f"{100 * unseen:.0f} %"


def test_unknown_split_is_refused():
    with pytest.raises(UsageError, match="train, devel, test"):
        read_demo("dev")
