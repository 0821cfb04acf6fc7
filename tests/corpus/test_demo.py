from pathlib import Path

import pytest

import bioner_kd.corpus
from bioner_kd.corpus.demo import SPLITS, parse_inline, parse_inline_lines, read_demo
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.iob2 import check_iob2, entities, repair_iob2
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text

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


def mentions_of(sentence):
    return [
        (entity_type, sentence.text[sentence.spans[first][0] : sentence.spans[end - 1][1]])
        for entity_type, first, end in entities(sentence.tags)
    ]


def message_of(line):
    with pytest.raises(InputError) as caught:
        parse_inline(line, path="demo/train.txt", line_number=4)
    message = str(caught.value)
    assert message.startswith("demo/train.txt:4: ") and "\n" not in message
    return message


def test_mentions_and_offsets_are_those_of_the_text_without_brackets():
    sentence = parse_inline(
        "[Chemical 5-FU]-induced [Disease β-thalassemia (major)] and [Disease AA].",
        path="x",
        line_number=2,
    )
    assert sentence.text == "5-FU-induced β-thalassemia (major) and AA."
    assert mentions_of(sentence) == [
        ("Chemical", "5-FU"),
        ("Disease", "β-thalassemia (major)"),
        ("Disease", "AA"),
    ]
    assert sentence.tags[:4] == ("B-Chemical", "I-Chemical", "I-Chemical", "O")
    assert all(
        sentence.text[start:end] == word
        for word, (start, end) in zip(sentence.words, sentence.spans, strict=True)
    )
    assert sentence.place(2) == "x:2, word 3"


def test_sentence_without_mention():
    assert parse_inline("No mention here.").tags == ("O",) * 4


def test_neighbouring_mentions_stay_two():
    sentence = parse_inline("[Disease AML]/[Disease CML] [Disease flu]")
    assert sentence.tags == ("B-Disease", "O", "B-Disease", "B-Disease")


def test_literal_brackets_and_backslashes():
    sentence = parse_inline(r"A \[see \\ here\] [Chemical \[3H\]thymidine]")
    assert sentence.text == r"A [see \ here] [3H]thymidine"
    assert mentions_of(sentence) == [("Chemical", "[3H]thymidine")]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("an [Disease asthma", "never closed"),
        ("an asthma] attack", "closes no mention"),
        ("[Disease AML]]", "closes no mention"),
        ("[Disease [Chemical lead] poisoning]", "do not nest"),
        ("[Disease]", "no type"),
        ("[rheumatoid arthritis]", "no type"),
        ("[ Disease x]", "no type"),
        ("a [3H] label", "no type"),
        ("[Disease ]", "whole word"),
        ("-[Disease ]-", "whole word"),
        ("[Disease  asthma]", "whole word"),
        ("[Disease asthma ]", "whole word"),
        ("[Disease asthma]tic", "whole word"),
        ("pre[Disease eclampsia]", "whole word"),
        ("[Disease AML][Disease CML]", "whole word"),
        (r"a \n b", "backslash"),
        ("a \\", "backslash"),
    ],
)
def test_mistakes_are_named(line, part):
    assert part in message_of(line)


def test_mistake_names_its_character():
    assert "at character 9" in message_of("a \\[b\\] ] c")


def test_comments_and_blank_lines_are_skipped():
    lines = ["# how", "", "  ", "[Disease Flu].", r"\#1 came.", "a # b\r\n"]
    sentences = list(parse_inline_lines(lines, path="d"))
    assert [s.text for s in sentences] == ["Flu.", "#1 came.", "a # b"]
    assert [s.line for s in sentences] == [4, 5, 6]


# A line, its text, and the mentions of it.
LINES = [
    (r"\# [Chemical 5-FU] \[sic\]", "# 5-FU [sic]", [("Chemical", "5-FU")]),
    (r"\#1", "#1", []),
    (r"a \[b\]", "a [b]", []),
    (r"\\[Disease a\\b]\\", r"\a\b" + "\\", [("Disease", r"a\b")]),
    ("[Cell_type T]-[Cell_type B]", "T-B", [("Cell_type", "T"), ("Cell_type", "B")]),
    ("([Disease β-a\u0301],\u200b[Disease 😀 b])", "(β-a\u0301,\u200b😀 b)",
     [("Disease", "β-a\u0301"), ("Disease", "😀 b")]),
    (" [Disease a b] ", " a b ", [("Disease", "a b")]),
    ("", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text", "found"), LINES)
def test_text_words_and_mentions_of_known_lines(line, text, found):
    sentence = parse_inline(line, path="p", line_number=3)
    plain = sentence_from_text(text, path="p", line=3)
    assert sentence == Sentence(
        text, plain.words, plain.spans, sentence.tags, "p", 3, one_line=True
    )
    assert mentions_of(sentence) == found
    assert list(sentence.tags) == repair_iob2(list(sentence.tags))
