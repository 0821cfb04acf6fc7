"""The page's rules in JavaScript, beside Python's: words, sentences, features, tags."""

import dataclasses
import json
import math
import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.web.folder import page_files
from bioner_kd.tagging.decoding import Decoder, entities_from_tags
from bioner_kd.tagging.models.word_model import Piece, cut_in_pieces
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.text.rules import FIRST_RULES, RULES, TextRules
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.sentence_splitter import sentence_spans
from bioner_kd.text.tokenizer import split_words, tokenize

from .browser import served

pytestmark = pytest.mark.slow
CASES = json.loads(
    (Path(__file__).parents[1] / "text" / "tokenizer_cases.json").read_text(encoding="utf-8")
)
TEXT_CASES = json.loads(
    (Path(__file__).parents[1] / "text" / "text_cases.json").read_text(encoding="utf-8")
)
OTHER = json.loads(
    (Path(__file__).resolve().parents[1] / "text" / "other_rules.json").read_text(encoding="utf-8")
)
SCORES = json.loads(
    (Path(__file__).parents[1] / "tagging" / "calibration_cases.json").read_text(encoding="utf-8")
)
TAGS = ("O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease")
PIECES = [
    *"aZ9.,;!?()[]{}\"'-_/%+ \t\n\r\x00\x0b\u00a0\u00ad\u200b\u2009\u3000\ufeff",
    *(
        "\r\n",
        "\n\n",
        "\n \n",
        "e.g.",
        "i.v.",
        "Fig.",
        "fig. 2",
        "al.",
        "etc.",
        "S. Typhi",
        "No. 5",
    ),
    *(
        ". ",
        ". A",
        ".” B",
        "? \u03b1",
        "! (C",
        " 10.5mg",
        "IL-2",
        "TNF\u03b1",
        "\u03b2-",
        "\u00b5m",
    ),
    *(
        "e\u0301",
        "\u00e9",
        "\u0301",
        "\ufb01",
        "\u2160",
        "\U0001f9ec",
        "\U0001f468\u200d\U0001f469",
    ),
    *(
        "\U0001d400",
        "\u4e2d",
        "\u0600",
        "\u06dd",
        "\ue000",
        "\U0010ffff",
        "\u2b1a",
        "\u00c5ngstr\u00f6m",
    ),
    *("cis-diamminedichloroplatinum", "acetylcholinesteraseinhibitor", "__proto__", "constructor"),
]


@pytest.fixture(scope="module")
def tables() -> Tables:
    # With letters of two units in its tables, and an odd number of characters to cut words to.
    odd = [Sentence.from_words(split_words(text)) for text in texts(40)]
    train = [*read_demo("train"), *(sentence for sentence in odd if sentence.words)]
    features = ("word", "vector", "prefix", "suffix", "shape", "char")
    config = FeatureConfig(features=features, max_chars=7, min_count=1)
    tables = WordFeatures.from_sentences(train, config, vector_forms=["aspirin", "gout", "the"])
    return Tables(TagSet.from_sentences(read_demo("train")), tables)


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page from which the modules can be imported; without a model."""
    folder = tmp_path_factory.mktemp("page")
    for name, content in page_files().items():
        if name.endswith(".js"):
            (folder / name).write_bytes(content)
    (folder / "index.html").write_text("<!doctype html><title>rules</title>", encoding="utf-8")
    with served(folder) as url:
        page = browser.new_page()
        page.goto(url)
        yield page
        page.close()


def texts(count: int = 400) -> list[str]:
    """Texts of odd pieces, the same ones each time."""
    draw = random.Random(5)
    return ["".join(draw.choices(PIECES, k=draw.randrange(40))) for _ in range(count)]


def test_words_of_the_shared_cases(page: Any, tables: Tables) -> None:
    found = page.evaluate(
        """async ([rule, texts]) => {
          const { characterClasses } = await import("/tokenizer.js");
          const { Sight, wordsOf } = await import("/visible.js");
          const [classes, sight] = [characterClasses(rule), new Sight(rule.invisible)];
          return texts.map((text) => wordsOf(text, classes, sight)
            .map((w) => [w.text, w.start, w.end]));
        }""",
        [FIRST_RULES.to_json()["tokenizer"], [case["text"] for case in CASES]],
    )
    assert len(CASES) > 20
    for case, words in zip(CASES, found, strict=True):
        assert words == case["words"], case["name"]


def test_words_have_their_places_in_code_points_and_in_units(page: Any, tables: Tables) -> None:
    given = texts()
    found = page.evaluate(
        """async ([rule, texts]) => {
          const { characterClasses } = await import("/tokenizer.js");
          const { Sight, wordsOf } = await import("/visible.js");
          const [classes, sight] = [characterClasses(rule), new Sight(rule.invisible)];
          const hidden = sight.invisible;
          const seen = (part) => [...part].filter((c) => !hidden.test(c)).join("");
          return texts.map((text) => wordsOf(text, classes, sight)
            .map((w) => [w.text, w.start, w.end, w.text === seen(text.slice(w.from, w.to))]));
        }""",
        [tables.to_json()["tokenizer"], given],
    )
    for text, words in zip(given, found, strict=True):
        assert [tuple(word[:3]) for word in words] == tokenize(text)
        assert all(word[3] for word in words)


def test_sentences_begin_and_end_where_pythons_do(page: Any, tables: Tables) -> None:
    abstracts = [" ".join(s.text for s in read_demo("test")[n : n + 8]) for n in range(0, 80, 8)]
    given = [
        *texts(),
        *abstracts,
        "a" * 30 + ". B",
        "\U0001f9ec" * 20 + "al. B",
        "A.B.C.D.E.F.G.H.I. J",
    ]
    found = page.evaluate(
        """async ([rule, texts]) => {
          const { SentenceSplitter } = await import("/sentences.js");
          const { characterClasses, countCodePoints } = await import("/tokenizer.js");
          const { Sight } = await import("/visible.js");
          const splitter = new SentenceSplitter(rule.sentences, characterClasses(rule.tokenizer));
          const sight = new Sight(rule.tokenizer.invisible);
          return texts.map((text) => {
            const view = sight.view(text).text;
            const spans = [...splitter.spans(view)];
            return spans.map((span) => span.map((unit) => countCodePoints(view, 0, unit)));
          });
        }""",
        [tables.to_json(), given],
    )
    for text, spans in zip(given, found, strict=True):
        seen = RULES.tokenizer.sight.view(text).text
        assert [tuple(span) for span in spans] == list(sentence_spans(seen)), repr(text)


def test_words_of_sentences_have_their_places_in_the_whole_text(page: Any, tables: Tables) -> None:
    given = texts()
    found = page.evaluate(
        """async ([tables, texts]) => {
          const { Tagger } = await import("/tagger.js");
          const tagger = new Tagger(null, tables);
          return texts.map((text) => [...tagger.sentences(text)]
            .map((words) => words.map((w) => [w.start, w.end])));
        }""",
        [tables.to_json(), given],
    )
    for text, sentences in zip(given, found, strict=True):
        expected = [[list(span) for span in s.spans] for s in tables.sentences(text)]
        assert sentences == expected, repr(text)


WORDS_OF_SENTENCES = """async ([tables, texts, known]) => {
  const { Tagger } = await import("/tagger.js");
  const tagger = new Tagger(null, tables);
  return texts.map((text, number) => {
    const words = known?.[number];
    if (words) tagger.features.isKnown = (word) => words.includes(word.toLowerCase());
    return [...tagger.sentences(text)].map((found) => found.map((w) => [w.text, w.start, w.end]));
  });
}"""


@pytest.mark.parametrize("rules", [RULES, FIRST_RULES], ids=["new", "first"])
def test_texts_as_they_come_are_cut_as_in_python(
    page: Any, tables: Tables, rules: TextRules
) -> None:
    record = dataclasses.replace(tables, rules=rules).to_json()
    given = [case["text"] for case in TEXT_CASES]
    known = [case.get("known", []) for case in TEXT_CASES]
    found = page.evaluate(WORDS_OF_SENTENCES, [record, given, known])
    assert any(known)
    assert len(TEXT_CASES) > 50
    for case, sentences in zip(TEXT_CASES, found, strict=True):
        wanted = case["sentences" if rules == RULES else "first_sentences"]
        assert sentences == wanted, case["name"]


def wrapped(text: str) -> str:
    """Each long word wrapped at a hyphen, after its fourth letter."""
    return re.sub(r"([A-Za-z]{4})(?=[a-z]{3})", "\\1-\n", text)


def test_wrapped_words_that_the_tables_have_are_joined(page: Any, tables: Tables) -> None:
    given = [wrapped(sentence.text) for sentence in read_demo("train")]
    found = page.evaluate(WORDS_OF_SENTENCES, [tables.to_json(), given])
    joined = 0
    for text, sentences in zip(given, found, strict=True):
        expected = [
            [[word, *span] for word, span in zip(s.words, s.spans, strict=True)]
            for s in tables.sentences(text)
        ]
        assert sentences == expected, repr(text)
        joined += sum("-\n" in text[start:end] for s in sentences for _, start, end in s)
    assert joined > 100


HOSTILE = [
    *(")", '"', " ", "\n", ".)", ". (", " \n", "a\n", "- \n", "\t", "| ", ".     ", "\u00ad", "a"),
    *("a-\n", "1) ", "hyper-\ntension "),
]
# A pattern that looks for it beyond a line reads the rest of the text for each line.
BEHIND = "\tx"


def test_hostile_text_is_cut(page: Any, tables: Tables) -> None:
    # Each takes about a second, and many minutes where a pattern is quadratic.
    longest = page.evaluate(
        """async ([tables, kinds, end]) => {
          const { Tagger } = await import("/tagger.js");
          const tagger = new Tagger(null, tables);
          return kinds.map((kind) => {
            const text = kind.repeat(1_000_000 / kind.length) + end;
            let most = 0;
            for (const words of tagger.sentences(text)) most = Math.max(most, words.length);
            return most;
          });
        }""",
        [tables.to_json(), HOSTILE, BEHIND],
    )
    assert len(longest) == len(HOSTILE) and 0 < max(longest) <= RULES.ends.most_words


@pytest.mark.parametrize("of_format_1", [False, True])
def test_another_rule_is_honoured(page: Any, tables: Tables, of_format_1: bool) -> None:
    record = tables.to_json() | {n: OTHER["rules"][n] for n in ("tokenizer", "sentences")}
    if of_format_1:
        stops = ("sentences", {k: v for k, v in record["sentences"].items() if k != "stops"})
        record = {k: v for k, v in record.items() if k != "format"} | dict([stops])
    given = [*(case["text"] for case in OTHER["cases"]), *texts(), "\U0001f48aapprox. A"]
    found = page.evaluate(WORDS_OF_SENTENCES, [record, given])
    other = Tables.from_json(json.loads(json.dumps(record)))
    rules = other.rules
    assert (rules == TextRules.from_json(OTHER["rules"])) is not of_format_1
    for text, sentences in zip(given, found, strict=True):
        expected = [
            [[word, *span] for word, span in zip(s.words, s.spans, strict=True)]
            for s in other.sentences(text)
        ]
        assert sentences == expected, repr(text)
    if not of_format_1:
        assert found[: len(OTHER["cases"])] == [case["sentences"] for case in OTHER["cases"]]


@pytest.mark.parametrize("number", [0, 4, "2", None])
def test_tables_of_another_format_are_refused(page: Any, tables: Tables, number: object) -> None:
    message = page.evaluate(
        """async (tables) => {
          const { Tagger } = await import("/tagger.js");
          try { new Tagger(null, tables); } catch (error) { return error.message; }
        }""",
        tables.to_json() | {"format": number},
    )
    if number is None:
        assert message is None  # as if it were not written
    else:
        assert f"tables.json has format {number}, and this page reads 1, 2, 3." in message


def test_another_folding_is_honoured(page: Any, tables: Tables) -> None:
    data = {**tables.to_json()["features"], "folding": OTHER["rules"]["folding"]}
    words = ["\u03b2", "\U0001f48a", "\u00e9", "a\u00e9\u03b2", "\u00e5"]
    found = page.evaluate(
        """async ([data, words]) => {
          const { WordFeatures } = await import("/features.js");
          const { char_ids } = new WordFeatures(data).encode(words, words.length);
          return [...char_ids.data];
        }""",
        [data, words],
    )
    expected = WordFeatures.from_json(json.loads(json.dumps(data))).encode(words)["char_ids"]
    assert found == expected.flatten().tolist()
    assert found != tables.features.encode(words)["char_ids"].flatten().tolist()


def test_features_are_pythons(page: Any, tables: Tables) -> None:
    words = sorted({word for text in texts() for word, _, _ in tokenize(text)})
    words += [word for sentence in read_demo("test") for word in sentence.words]
    found = page.evaluate(
        """async ([data, words]) => {
          const { WordFeatures } = await import("/features.js");
          const inputs = new WordFeatures(data).encode(words, words.length + 2);
          return Object.entries(inputs).map(([name, { data, shape }]) => [name, [...data], shape]);
        }""",
        [tables.to_json()["features"], words],
    )
    expected = tables.features.encode(words)
    assert {name for name, _, _ in found} == set(expected)
    for name, data, shape in found:
        rows = np.array(data, np.int32).reshape(shape)[0]
        np.testing.assert_array_equal(rows[: len(words)], expected[name], err_msg=name)
        assert not rows[len(words) :].any()


@pytest.mark.parametrize("crf", [False, True])
def test_tags_and_their_probabilities_are_pythons(page: Any, crf: bool) -> None:
    random_numbers = np.random.default_rng(3)
    transitions = random_numbers.normal(0, 1.5, (5, 5)).astype(np.float32).tolist() if crf else None
    decoder = Decoder(TagSet(TAGS), transitions)
    lengths = [*range(1, 40), 300]
    logits = [random_numbers.normal(0, 3, (n, 5)).astype(np.float32) for n in lengths]
    logits.append(np.zeros((6, 5), np.float32))  # all sequences are equally probable
    found = page.evaluate(
        """async ([tags, transitions, logits]) => {
          const { Decoder } = await import("/decoder.js");
          const decoder = new Decoder(tags, transitions);
          return logits.map((rows) => decoder.decode(rows.map((row) => Float32Array.from(row))));
        }""",
        [TAGS, transitions, [rows.tolist() for rows in logits]],
    )
    for rows, decoded in zip(logits, found, strict=True):
        assert decoded["tags"] == decoder.decode(rows)
        expected = decoder.scores(rows, decoded["tags"])
        np.testing.assert_allclose(decoded["scores"], expected, rtol=1e-9, atol=1e-12)


def test_a_model_that_has_diverged_is_refused(page: Any) -> None:
    message = page.evaluate(
        """async () => {
          const { Decoder } = await import("/decoder.js");
          const decoder = new Decoder(["O"]);
          try { decoder.decode([Float32Array.of(NaN)]); } catch (error) { return error.message; }
        }"""
    )
    assert "no finite number" in message


def test_mentions_are_joined_as_pythons(page: Any) -> None:
    draw, given, expected = random.Random(1), [], []
    text = "\U0001f9ec " + " ".join(f"w{n}" for n in range(12))
    words = tokenize(text)
    spans = [(start, end) for _, start, end in words]
    for _ in range(200):
        tags = draw.choices([*TAGS, "O"], k=len(words))
        scores = [draw.random() for _ in words]
        given.append([tags, scores])
        expected.append(entities_from_tags(tags, scores, spans, text))
    found = page.evaluate(
        """async ([text, spans, given]) => {
          const { entitiesFromTags } = await import("/decoder.js");
          const unit = (point) => [...text].slice(0, point).join("").length;
          const words = spans.map(([start, end]) =>
            ({ start, end, from: unit(start), to: unit(end) }));
          return given.map(([tags, scores]) => entitiesFromTags(text, words, tags, scores));
        }""",
        [text, spans, given],
    )
    for entities, others in zip(expected, found, strict=True):
        assert [(e.type, e.text, e.start, e.end) for e in entities] == [
            (e["type"], e["text"], e["start"], e["end"]) for e in others
        ]
        for entity, other in zip(entities, others, strict=True):
            assert math.isclose(entity.score, other["score"], rel_tol=1e-12)


def test_scores_are_calibrated_and_kept_as_pythons(page: Any) -> None:
    given = [
        {"type": case["type"], "text": case["name"], "score": case["raw_score"]}
        for case in SCORES["cases"]
    ]
    # The curves come from a file, so that an odd type is an entry like any other.
    found = page.evaluate(
        """async ([curves, given, precisions]) => {
          const { Calibration, keptMentions } = await import("/calibration.js");
          const calibration = new Calibration(JSON.parse(curves));
          const entities = calibration.calibrated(given);
          return [
            calibration.known,
            entities.map((one) => [one.score, one.rawScore, one.precisionAbove]),
            precisions.map((one) => keptMentions(entities, one).map(({ text }) => text)),
          ];
        }""",
        [
            json.dumps(SCORES["calibration"]),
            given,
            [one["min_precision"] for one in SCORES["kept"]],
        ],
    )
    known, rows, kept = found
    assert known
    for case, row in zip(SCORES["cases"], rows, strict=True):
        expected = [case["score"], case["raw_score"], case["above"]]
        assert row == pytest.approx(expected, abs=1e-12), case["name"]
    assert kept == [one["cases"] for one in SCORES["kept"]]


def test_without_curves_scores_stay_and_all_mentions_are_kept(page: Any) -> None:
    given = [{"type": "Disease", "text": "gout", "score": 0.4}]
    found = page.evaluate(
        """async (given) => {
          const { Calibration, keptMentions } = await import("/calibration.js");
          const calibration = new Calibration(undefined);
          return [calibration.known, keptMentions(calibration.calibrated(given), 0.9)];
        }""",
        given,
    )
    assert found == [False, given]


def test_long_sentences_are_read_in_pythons_pieces(page: Any) -> None:
    longest, sizes = 32, [*range(1, 200), 1000]
    found = page.evaluate(
        """async ([longest, sizes]) => {
          const { cutInPieces } = await import("/pieces.js");
          return sizes.map((words) => cutInPieces(words, longest)
            .map(({ start, end, first, last }) => [start, end, first, last]));
        }""",
        [longest, sizes],
    )
    for words, pieces in zip(sizes, found, strict=True):
        assert [Piece(*piece) for piece in pieces] == cut_in_pieces(words, longest)


def test_checksums_are_zlibs(page: Any) -> None:
    found = page.evaluate(
        """async () => { const { crc32 } = await import("/files.js");
          return ["", "123456789", "\\u00e9".repeat(500)].map(
            (text) => crc32(new TextEncoder().encode(text))); }"""
    )
    assert found == [0, 0xCBF43926, zlib.crc32("\u00e9".encode() * 500)]


def test_csv_is_read_back_by_python(page: Any) -> None:
    import csv
    import io

    entities = [
        {"type": "Disease", "text": 'a "b", c\nd', "start": 0, "end": 9, "score": 0.1234567},
        {"type": "Chemical", "text": "\U0001f9ec", "start": 10, "end": 11, "score": 1.0},
    ]
    text = page.evaluate(
        'async (entities) => (await import("/export.js")).toCsv(entities)', entities
    )
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == ["type", "text", "start", "end", "score"]
    assert rows == [
        ["Disease", 'a "b", c\nd', "0", "9", "0.123457"],
        ["Chemical", "\U0001f9ec", "10", "11", "1"],
    ]


def test_page_reads_capitals_and_sharp_s_as_python_does(page):
    path = Path(__file__).resolve().parents[1] / "tagging" / "capitals_cases.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async ({ features: data, spelled, folded }) => {
          const { WordFeatures, fold } = await import("/features.js");
          const features = new WordFeatures(data);
          return [
            spelled.map(({ words }) => features.spelled(words)),
            Object.keys(folded).map((w) => fold(w, features.folding, features.innerFolding)),
          ];
        }""",
        cases,
    )
    assert found == [[case["read"] for case in cases["spelled"]], [*cases["folded"].values()]]
