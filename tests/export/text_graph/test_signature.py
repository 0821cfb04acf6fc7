"""Raw text in, tagged words out: what Python makes of the same text, whatever it is."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.text_graph.signature import (
    Spans,
    TextGraph,
    call_in_batches,
    describe_text_signature,
    pieces,
    whole_sentences,
)
from bioner_kd.tagging.decoding import keep_outside
from bioner_kd.tagging.models.layout import NUM_WORDS, POSTPROCESSING, WORD_OUTPUTS
from bioner_kd.tagging.models.word_model import cut_in_pieces, read_in_pieces
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.text.rules import FIRST_RULES, RULES, TextRules

from .texts import DATA, LINES, TEXTS

TAG_SET = TagSet(("O", "B-A", "I-A", "B-C", "I-C"))
TRAIN = read_demo("train")[:30]
FEATURES = WordFeatures.from_sentences(TRAIN, FeatureConfig(min_count=1))
CRF = tuple(map(tuple, np.random.default_rng(3).normal(0, 1, (5, 5)).tolist()))
# Rules of text unlike today's.
OTHER = json.loads(
    (Path(__file__).resolve().parents[2] / "text" / "other_rules.json").read_text(encoding="utf-8")
)
CASES = json.loads(
    (Path(__file__).resolve().parents[2] / "text" / "text_cases.json").read_text(encoding="utf-8")
)
FOLDED = dataclasses.replace(FEATURES, folding=OTHER["rules"]["folding"])
TABLES = {
    "plain": Tables(TAG_SET, FEATURES),
    "crf": Tables(TAG_SET, FEATURES, CRF),
    "first_rules": Tables(TAG_SET, FEATURES, rules=FIRST_RULES),
    "other_rules": Tables(TAG_SET, FOLDED, rules=TextRules.from_json(OTHER["rules"])),
}
Row = tuple[str, str, float, int, int, float]


class Student(tf.Module):
    """Logits that depend on every feature of a word and on the words before it."""

    @tf.function(autograph=False)
    def __call__(self, **features: tf.Tensor) -> dict[str, tf.Tensor]:
        chars = tf.cast(features["char_ids"], tf.float32)
        total = tf.reduce_sum(tf.sin(chars * tf.range(1.0, 17.0)), axis=2)
        for number, name in enumerate(("word", "prefix", "suffix", "shape")):
            total += tf.sin(tf.cast(features[f"{name}_ids"], tf.float32) + number)
        # Sums of such steps are exact, however they are made.
        steps = tf.round(tf.where(features["word_ids"] > 0, total, 0) * 64) / 64
        total = tf.cumsum(steps, axis=1)
        return {"logits": 2 * tf.sin(total[..., tf.newaxis] * tf.range(1.0, 6.0))}


STUDENT = Student().__call__.get_concrete_function(
    **{
        f"{name}_ids": tf.TensorSpec([None, None] + [16] * (name == "char"), tf.int32)
        for name in FEATURES.columns
    }
)


@pytest.fixture(scope="module", params=TABLES)
def pair(request: pytest.FixtureRequest) -> tuple[Tables, Any]:
    tables = TABLES[request.param]
    return tables, TextGraph(tables, STUDENT).signature()


def read(sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
    batches = [{n: tf.constant(ids[np.newaxis]) for n, ids in s.items()} for s in sentences]
    return [STUDENT(**batch)["logits"].numpy()[0] for batch in batches]


def in_python(tables: Tables, text: str) -> list[Row]:
    rows: list[Row] = []
    for sentence in tables.sentences(text):
        (logits,) = read_in_pieces(read, [tables.features.encode(sentence.words)])
        logits = keep_outside(logits, tables.rules.tokenizer.outside_of(sentence.words))
        tags = tables.decoder.decode(logits)
        (odds,) = tables.decoder.probabilities_many([logits])
        scores, in_entity = tables.decoder.chosen(odds, tags), 1 - odds[:, 0]
        columns = zip(sentence.words, tags, scores, sentence.spans, in_entity, strict=True)
        rows += [(word, tag, score, *span, odd) for word, tag, score, span, odd in columns]
    return rows


def in_graph(signature: Any, texts: list[bytes]) -> list[list[Row]]:
    """The words of each text; checks the padding."""
    given = tf.constant(texts, tf.string, [len(texts)])
    found = {name: value.numpy() for name, value in signature(text=given).items()}
    numbers, after = found.pop(NUM_WORDS), found.pop(POSTPROCESSING)
    assert [json.loads(text) for text in after] == [Postprocessing().to_json()] * len(texts)
    longest = max([*numbers, 1])
    assert {column.shape for column in found.values()} == {(len(texts), longest)}
    rows = []
    for row, number in enumerate(numbers):
        columns = [found[name][row] for name in WORD_OUTPUTS]
        padding = {tuple(column[place] for column in columns) for place in range(number, longest)}
        assert padding <= {(b"", b"", 0, -1, -1, 0)}
        words, tags, *numbered = (column[:number].tolist() for column in columns)
        words, tags = [w.decode() for w in words], [t.decode() for t in tags]
        rows.append(list(zip(words, tags, *numbered, strict=True)))
    return rows


def compare(pair: tuple[Tables, Any], texts: list[bytes]) -> list[list[Row]]:
    tables, signature = pair
    found = in_graph(signature, texts)
    for text, rows in zip(texts, found, strict=True):
        expected = in_python(tables, text.decode("utf-8", "replace"))
        assert [(*row[:2], *row[3:5]) for row in rows] == [
            (*row[:2], *row[3:5]) for row in expected
        ]
        for place in (2, 5):
            wanted = [row[place] for row in expected]
            np.testing.assert_allclose([row[place] for row in rows], wanted, atol=1e-5)
    return found


@settings(deadline=None)
@given(texts=st.lists(TEXTS, max_size=4))
def test_any_texts(pair: tuple, texts: list[str]) -> None:
    compare(pair, [text.encode() for text in texts])


@settings(deadline=None)
@given(data=st.lists(DATA, max_size=4))
def test_any_bytes(pair: tuple, data: list[bytes]) -> None:
    compare(pair, data)


def test_several_sentences_of_several_texts(pair: tuple) -> None:
    texts = [" ".join(s.text.replace(" .", ".") for s in TRAIN[n : n + 5]) for n in range(20)]
    found = compare(pair, [text.encode() for text in texts])
    assert {tag for rows in found for _, tag, *_ in rows} == set(TAG_SET.tags)
    assert min(len(rows) for rows in found) > 50


@pytest.mark.parametrize(
    "text",
    [
        "💊 of 👩\u200d🔬, A 𝛼-helix. The 𝛽.",
        "cafe\u0301 re\u0301sume\u0301 \u0301 e\u0301\u0323x. É. coli",
        "One.\r\nTwo\r\n\r\nthree\rFour\r\rfive",
        "NUL\x00in\x00words\x00. Then",
        "\ufeffBOM and \ufffe and \U0010ffff",
    ],
)
def test_unusual_text(pair: tuple, text: str) -> None:
    (rows,) = compare(pair, [text.encode()])
    assert all(text[start:end] == word for word, _, _, start, end, _ in rows)


def test_the_cases_of_another_rule(pair: tuple) -> None:
    found = compare(pair, [case["text"].encode() for case in OTHER["cases"]])
    if pair[0] is TABLES["other_rules"]:
        for case, rows in zip(OTHER["cases"], found, strict=True):
            words = [word for sentence in case["sentences"] for word in sentence]
            assert [[row[0], *row[3:5]] for row in rows] == words, case["name"]


def test_the_cases_of_new_and_of_first_students(pair: tuple[Tables, Any]) -> None:
    found = compare(pair, [case["text"].encode() for case in CASES])
    name = {RULES: "sentences", FIRST_RULES: "first_sentences"}.get(pair[0].rules)
    for case, rows in zip(CASES, found, strict=True):
        if "known" in case:
            continue
        words = [word for sentence in case[name] for word in sentence] if name else []
        assert not name or [[word, *span] for word, _, _, *span, _ in rows] == words, case["name"]


@pytest.mark.slow
def test_wrapped_words_that_the_tables_have_are_joined() -> None:
    for case in (case for case in CASES if "known" in case):
        words = {**FEATURES.tables, "word": tuple(case["known"])}
        tables = Tables(TAG_SET, dataclasses.replace(FEATURES, tables=words))
        (rows,) = compare((tables, TextGraph(tables, STUDENT).signature()), [case["text"].encode()])
        expected = [word for sentence in case["sentences"] for word in sentence]
        assert [[word, *span] for word, _, _, *span, _ in rows] == expected, case["name"]


@settings(deadline=None, max_examples=150)
@given(texts=st.lists(LINES, max_size=3))
def test_lines_lists_and_cells(pair: tuple[Tables, Any], texts: list[str]) -> None:
    compare(pair, [text.encode() for text in texts])


def test_sentences_are_cut_behind_their_longest(pair: tuple[Tables, Any]) -> None:
    compare(pair, [b"word " * 4001, b"(" * 2000, b"It. " * 5 + b"x-" * 3000])


def test_a_paragraph_of_thousands_of_lines(pair: tuple[Tables, Any]) -> None:
    wrapped = [b"line of some words and of more\n", b"x\n", b"- gout of feet and hands\n"]
    compare(pair, [wrapped[0] * 1500, b"".join(wrapped * 900), b"a\n" * 2500])


def test_bytes_that_are_no_utf8_are_replaced_one_word_each(pair: tuple) -> None:
    (rows,) = compare(pair, [b"gout\xff caf\xe9"])
    assert [row[0] for row in rows] == ["gout", "\ufffd", "caf", "\ufffd"]
    assert [row[3:5] for row in rows] == [(0, 4), (4, 5), (6, 9), (9, 10)]


def test_texts_without_words_are_one_word_wide(pair: tuple) -> None:
    assert compare(pair, [b"", b" \n"]) == [[], []]


def test_no_texts(pair: tuple) -> None:
    assert compare(pair, []) == []


def test_a_text_means_the_same_in_any_company(pair: tuple) -> None:
    texts = [b"gout", b"", b"It was gout. " * 200, "é 💊".encode(), b"\xe2\x82"]
    assert compare(pair, texts) == [compare(pair, [text])[0] for text in texts]


@pytest.mark.parametrize("text", ["x" * 100_000, "é" * 100_000, "It ended. " * 500 + "y" * 95_000])
def test_a_hundred_thousand_characters(pair: tuple, text: str) -> None:
    compare(pair, [text.encode(), b"gout"])


def test_a_sentence_of_thousands_of_words(pair: tuple) -> None:
    compare(pair, [b"gout", b"word it (gout) " * 600, b"." * 3000])


def test_eight_threads_at_once(pair: tuple) -> None:
    tables, signature = pair
    batches = [[s.text.encode() for s in TRAIN[n : n + 1 + n % 4]] for n in range(25)] * 4
    expected = [in_graph(signature, batch) for batch in batches[:25]] * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda batch: in_graph(signature, batch), batches))
    assert found == expected


def test_it_is_described_as_it_is(pair: tuple) -> None:
    described, signature = describe_text_signature(), pair[1]
    (spec,) = signature.structured_input_signature[0]
    given = {spec.name: spec}
    for kind, tensors in (("inputs", given), ("outputs", signature.structured_outputs)):
        assert described[kind] == {
            name: {"dtype": t.dtype.name, "shape": [-1 if n is None else n for n in t.shape]}
            for name, t in tensors.items()
        }


LENGTHS = st.lists(st.integers(1, 40), max_size=8)


def run(spans: Spans, total: int, most_words: int) -> tuple[list, tf.Tensor, tf.Tensor]:
    """Reads words that are numbered from 1; also the shapes of the batches."""
    numbers = tf.range(1, total + 1)
    shapes = []

    def call(batch: dict, lengths: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        ids, chars = batch["word_ids"], batch["char_ids"]
        shapes.append(tuple(ids.shape))
        present = tf.sequence_mask(lengths, tf.shape(ids)[1])
        np.testing.assert_array_equal(ids > 0, present)
        np.testing.assert_array_equal(chars[..., 1], ids * 10)
        # What is said of padding must not matter. The second result tells where a word was read.
        return tf.where(present, ids, -7), tf.where(
            present[..., None], chars + ids[:, :1, None], -7
        )

    values = {"word_ids": numbers, "char_ids": tf.stack([numbers, numbers * 10], axis=1)}
    blank = [tf.zeros([total], tf.int32), tf.zeros([total, 2], tf.int32)]
    return shapes, *call_in_batches(call, values, spans, blank, most_words)


@settings(deadline=None)
@given(LENGTHS)
def test_each_word_gets_what_its_sentence_was_given(lengths: list[int]) -> None:
    spans = whole_sentences(tf.constant(lengths, tf.int64))
    shapes, words, chars = run(spans, sum(lengths), 50)
    numbers = np.arange(1, sum(lengths) + 1)
    np.testing.assert_array_equal(words, numbers)
    firsts = np.repeat(np.cumsum([0, *lengths[:-1]])[: len(lengths)] + 1, lengths)
    np.testing.assert_array_equal(chars, np.stack([numbers + firsts, numbers * 10 + firsts], 1))
    assert sum(rows for rows, _ in shapes) == len(lengths)
    assert all(rows * longest <= 50 or rows == 1 for rows, longest in shapes)


def test_a_long_sentence_does_not_pad_the_short_ones() -> None:
    spans = whole_sentences(tf.constant([3, 10_000, 2, 4], tf.int64))
    assert run(spans, 10_009, 4096)[0] == [(1, 10_000), (3, 4)]


@settings(deadline=None)
@given(LENGTHS, st.integers(4, 12))
@pytest.mark.slow
def test_pieces_are_those_of_the_runtime(lengths: list[int], longest: int) -> None:
    found = pieces(tf.constant(lengths, tf.int64), longest)
    expected, offset = [], 0
    for length in lengths:
        for piece in cut_in_pieces(length, longest):
            places = (piece.start, piece.end, piece.first, piece.last)
            expected.append(tuple(offset + place for place in places))
        offset += length
    assert list(zip(*(column.numpy().tolist() for column in found), strict=True)) == expected
    # Each word once.
    assert run(found, sum(lengths), 30)[1].numpy().tolist() == [*range(1, sum(lengths) + 1)]
