"""Text in, entities out: equal to the Keras student, stateless, thread-safe, with true offsets."""

import dataclasses
import html
import itertools
import json
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError, UsageError
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.records import Records
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.documents import all_formats
from bioner_kd.text.rules import TextRules
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import tokenize

from .calibrated_export import CURVE, write_calibrated

ROOT = Path(__file__).resolve().parents[2]
OTHER = json.loads(
    (Path(__file__).resolve().parents[1] / "text" / "other_rules.json").read_text(encoding="utf-8")
)
TEXTS = [sentence.text for sentence in read_demo("test")]


@pytest.fixture(scope="module", params=["float32", "float16", "int8", "saved_model"])
def tagger(request: pytest.FixtureRequest, export_folder: Path) -> Tagger:
    return Tagger.load(export_folder, form=request.param)


@pytest.fixture(scope="module")
def float32(export_folder: Path) -> Tagger:
    return Tagger.load(export_folder)


@pytest.mark.parametrize("form", ["float32", "float16", "saved_model"])
def test_tags_are_those_of_the_keras_student(
    export_folder: Path, trained_student: SavedStudent, form: str
) -> None:
    tagger = Tagger.load(export_folder, form=form)
    sentences = read_demo("test")
    for sentence, logits in zip(sentences, trained_student.logits(sentences), strict=True):
        assert tagger.tag_words(sentence.words) == trained_student.decoder.decode(logits)


def test_it_finds_entities_in_text(float32: Tagger) -> None:
    assert set(float32.entity_types) == {"Chemical", "Disease"}
    found = [entity for text in TEXTS for entity in float32.tag(text)]
    assert len(found) > 50
    assert {entity.type for entity in found} == {"Chemical", "Disease"}
    assert all(0 < entity.score <= 1 for entity in found)


@pytest.mark.parametrize("text", ["", " ", "\n\n\r\n", "\t\u200b"])
def test_a_text_without_words_has_no_entities(tagger: Tagger, text: str) -> None:
    assert tagger.tag(text) == []


def test_no_words_have_no_tags(tagger: Tagger) -> None:
    assert tagger.tag_words([]) == []


def test_offsets_count_in_the_whole_text(float32: Tagger) -> None:
    text = "\n\n  ".join(TEXTS)
    found = float32.tag(text)
    assert [entity.text for entity in found] == [text[e.start : e.end] for e in found]
    assert found[-1].start > len(text) // 2
    alone = [entity.text for one in TEXTS for entity in float32.tag(one)]
    assert [entity.text for entity in found] == alone


def test_words_are_tagged_as_their_text_is(float32: Tagger) -> None:
    sentence = Sentence.from_words(["Cisplatin", "-", "induced", "ataxia", "and", "gout", "."])
    (found,) = float32.tag_groups([[sentence]])
    assert found == float32.tag(sentence.text)
    tags = float32.tag_words(sentence.words)
    assert len(found) == sum(tag.startswith("B-") for tag in tags) > 0


def test_one_word_and_a_long_word_and_a_long_sentence(tagger: Tagger) -> None:
    assert len(tagger.tag_words(["gout"])) == 1
    assert len(tagger.tag_words(["x" * 505, "."])) == 2
    assert len(tagger.tag_words(["gout", "and"] * 1000)) == 2000


def test_many_texts_come_back_in_order_and_are_read_when_needed(float32: Tagger) -> None:
    endless = map(TEXTS.__getitem__, itertools.cycle([2, 0, 1]))
    found = float32.tag_many(endless)
    assert list(itertools.islice(found, 3)) == [float32.tag(TEXTS[n]) for n in (2, 0, 1)]


def places(entities: list[Entity]) -> list[tuple[str, int, int]]:
    return [(entity.type, entity.start, entity.end) for entity in entities]


def test_many_texts_are_tagged_as_each_alone(tagger: Tagger) -> None:
    texts = ["", *TEXTS, "\n\n", " ".join(TEXTS), "gout " * 700]
    alone = [tagger.tag(text) for text in texts]
    together = list(tagger.tag_many(texts, workers=1))
    assert list(map(places, together)) == list(map(places, alone))
    for one, other in zip(itertools.chain(*together), itertools.chain(*alone), strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-5)


def test_processes_find_what_one_finds(float32: Tagger) -> None:
    texts = [f"{text} {number}" for number in range(40) for text in TEXTS]
    assert sum(map(len, texts)) > 250_000  # enough that processes are started
    one = list(float32.tag_many(texts, workers=1))
    two = list(float32.tag_many(texts, workers=2))
    assert list(map(places, two)) == list(map(places, one))


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_no_text_is_named_after_the_results_before_it(
    float32: Tagger, workers: int
) -> None:
    found = float32.tag_many([TEXTS[0], TEXTS[1], None], workers=workers)  # type: ignore[list-item]
    assert [places(next(found)) for _ in range(2)] == [places(float32.tag(t)) for t in TEXTS[:2]]
    with pytest.raises(InputError, match="Text 3 .*NoneType.*str"):
        next(found)


@pytest.mark.parametrize("text", [None, b"gout", ["gout"], 3])
def test_what_is_no_text_is_a_type_error(float32: Tagger, text: object) -> None:
    with pytest.raises(TypeError, match=f"^tag .*{type(text).__name__}.* one text"):
        float32.tag(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("texts", ["Aspirin", b"Aspirin", None, 3])
def test_one_text_where_several_belong_is_a_type_error(float32: Tagger, texts: object) -> None:
    with pytest.raises(TypeError, match=f"^tag_many .*{type(texts).__name__}.* list of str"):
        float32.tag_many(texts)  # type: ignore[arg-type]


def test_a_negative_number_of_workers_is_refused(float32: Tagger) -> None:
    with pytest.raises(UsageError, match="--workers=-1: must be at least 0"):
        float32.tag_many([], workers=-1)


def test_a_saved_model_needs_no_processes_beside_its_threads(export_folder: Path) -> None:
    assert Tagger.load(export_folder, form="saved_model").workers(0) == 1
    assert Tagger.load(export_folder, form="int8").workers(3) == 3


def test_a_text_is_tagged_the_same_after_a_thousand_others(tagger: Tagger) -> None:
    first = tagger.tag(TEXTS[0])
    for _ in tagger.tag_many(itertools.islice(itertools.cycle(TEXTS[1:]), 1000)):
        pass
    assert tagger.tag(TEXTS[0]) == first


def test_eight_threads_at_once(tagger: Tagger) -> None:
    expected = [tagger.tag(text) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        for found, entities in zip(pool.map(tagger.tag, TEXTS * 4), expected * 4, strict=True):
            assert found == entities


def test_a_pickled_tagger_tags_the_same(tagger: Tagger) -> None:
    copy = pickle.loads(pickle.dumps(tagger))
    assert list(copy.tag_many(TEXTS[:10])) == list(tagger.tag_many(TEXTS[:10]))


@pytest.fixture(scope="module")
def of_other_rules(trained_student: SavedStudent, float32: Tagger) -> Tagger:
    """The same model with tables that cut text otherwise."""
    rules = TextRules.from_json(OTHER["rules"])
    return Tagger(float32._model, dataclasses.replace(trained_student.tables, rules=rules))


def test_text_is_cut_as_the_tables_say(of_other_rules: Tagger, float32: Tagger) -> None:
    for case in OTHER["cases"]:
        groups = [of_other_rules.sentences(case["text"])]
        (found,) = of_other_rules.tag_words_in_groups(groups)
        assert [
            [[word, *span] for word, span in zip(s.words, s.spans, strict=True)] for s, _ in found
        ] == case["sentences"]
        writer = all_formats()["conll"].record_writer()
        (record,) = Records(of_other_rules, writer)([Document.from_text(case["text"])])
        lines = ["\n".join(row[0] for row in sentence) for sentence in case["sentences"]]
        words = "\n".join(line.partition("\t")[0] for line in record.split("\n"))
        assert words == "".join(f"{line}\n\n" for line in lines)
    joined = "; and ".join(TEXTS).replace(" ", "-", 40)
    assert of_other_rules.tag(joined) != float32.tag(joined)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_pickled_tagger_keeps_the_rules_of_its_tables(
    of_other_rules: Tagger, float32: Tagger, workers: int
) -> None:
    texts = [text.replace(" ", "|", 3).replace(".", ";") for text in TEXTS] * 8
    copy = pickle.loads(pickle.dumps(of_other_rules))
    expected = [[(e.type, e.start, e.end) for e in of_other_rules.tag(text)] for text in texts]
    found = copy.tag_many(texts, workers=workers)
    assert [[(e.type, e.start, e.end) for e in one] for one in found] == expected
    assert expected != [[(e.type, e.start, e.end) for e in float32.tag(text)] for text in texts]


def test_entities_are_annotations_of_documents(float32: Tagger) -> None:
    first, second = [text for text in TEXTS if float32.tag(text)][:2]
    passages = (Passage(first, 0, "title"), Passage(second, len(first) + 1, "abstract"))
    said = {"fields": {"year": 1978}}
    document = Document("7", passages, (Annotation("Old", ((0, 1),), first[0]),), extra=said)
    empty = Document("8")
    tagged, nothing = float32.tag_documents([document, empty], workers=1)
    assert (tagged.id, tagged.passages, tagged.extra) == ("7", passages, said)
    expected = [
        (e.type, e.text, passage.offset + e.start, passage.offset + e.end)
        for passage in passages
        for e in float32.tag(passage.text)
    ]
    found = [(a.type, a.text, a.start, a.end) for a in tagged.check().annotations]
    assert found == expected
    assert all(a.score is not None and 0 < a.score <= 1 for a in tagged.annotations)
    assert nothing.annotations == ()


def test_many_documents_are_shared_by_processes(float32: Tagger) -> None:
    documents = [Document.from_text(text, id=str(n)) for n, text in enumerate(TEXTS * 20)]
    one = [d.annotations for d in float32.tag_documents(documents, workers=1)]
    two = list(float32.tag_documents(documents, workers=2))
    assert [d.id for d in two] == [d.id for d in documents]
    assert [[(a.type, a.spans) for a in d.annotations] for d in two] == [
        [(a.type, a.spans) for a in annotations] for annotations in one
    ]


def test_a_pickle_does_not_grow_with_use(float32: Tagger) -> None:
    before = len(pickle.dumps(float32))
    float32.tag(" ".join(f"word{number}" for number in range(2000)))
    assert len(pickle.dumps(float32)) == before


UNPICKLE = """
import pickle, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras", "absl"):
            raise ModuleNotFoundError(f"{name} is blocked here")

sys.meta_path.insert(0, Blocker())
tagger = pickle.load(open(sys.argv[1], "rb"))
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.tagger import Tagger
assert tagger.tag(sys.argv[3]) == Tagger.load(sys.argv[2]).tag(sys.argv[3])
print(len(tagger.tag(sys.argv[3])))
"""


def test_another_process_tags_without_tensorflow(
    float32: Tagger, export_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "tagger").write_bytes(pickle.dumps(float32))
    text = next(text for text in TEXTS if float32.tag(text))
    result = subprocess.run(
        [sys.executable, "-c", UNPICKLE, str(tmp_path / "tagger"), str(export_folder), text],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert int(result.stdout) == len(float32.tag(text))


class WordsTaggedByTheirIds:
    """A model that tags every other form of word, so that any text has entities."""

    own_threads = False

    def batch_logits(self, sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        return [self.logits(features) for features in sentences]

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        rows = np.concatenate([features["word_ids"][:, None], features["char_ids"]], axis=1)
        return np.eye(3, dtype=np.float32)[rows.sum(axis=1) % 3]


TAG_SET = TagSet(("O", "B-D", "I-D"))
SOME_TEXT = "Ataxia, (β-thalassaemia) & 💊 é. No?\nIt ended."
ANY_TAGGER = Tagger(
    WordsTaggedByTheirIds(),
    Tables(
        TAG_SET,
        WordFeatures.from_sentences(
            [Sentence.from_words(word for word, _, _ in tokenize(SOME_TEXT))],
            FeatureConfig(features=("word", "char")),
        ),
    ),
)


@given(st.text(st.one_of(st.characters(), st.sampled_from(SOME_TEXT))))
def test_offsets_slice_back_to_the_entity(text: str) -> None:
    found = ANY_TAGGER.tag(text)
    assert all(text[entity.start : entity.end] == entity.text != "" for entity in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_that_model_finds_entities_of_several_words_and_scripts() -> None:
    found = ANY_TAGGER.tag(SOME_TEXT)
    assert len(found) > 3
    assert any(not entity.text.isascii() for entity in found)


def test_names_that_a_user_knows_are_marked_in_texts_and_documents(
    float32: Tagger, tmp_path: Path
) -> None:
    (tmp_path / "always").write_text("zzqx fever\tDisease\n", encoding="utf-8")
    names = float32.read_names(tmp_path / "always")
    text = f"{TEXTS[0]} The zzqx fever."
    plain, start = float32.tag(text), text.index("zzqx")
    named = [one for one in float32.tag(text, names=names) if one.text == "zzqx fever"]
    assert named == [Entity("Disease", "zzqx fever", start, start + 10, 1.0)]
    texts = [text] * 30 + ["no name"]
    for workers in (1, 2):
        found = list(float32.tag_many(texts, workers=workers, names=names))
        assert all(named[0] in some for some in found[:30])
    (document,) = float32.tag_documents([Document.from_text(text)], names=names)
    assert Annotation("Disease", ((start, start + 10),), "zzqx fever", score=1.0) in (
        document.annotations
    )
    never = Names.of(never=[one.text for one in plain])
    assert plain and float32.tag(text, names=never) == []


def test_no_name_goes_over_the_end_of_a_sentence_or_a_passage(float32: Tagger) -> None:
    names = Names.of([("zzqx fever", "Disease"), ("fever", "Chemical")])
    passages = (Passage("On zzqx"), Passage("Fever of zzqx fever. Zzqx.", 8))
    (document,) = float32.tag_documents([Document("1", passages)], names=names)
    named = [one for one in document.annotations if one.score == 1.0]
    assert [(one.type, one.start) for one in named] == [("Chemical", 8), ("Disease", 17)]


def test_names_of_a_type_that_the_student_lacks_are_refused(float32: Tagger) -> None:
    with pytest.raises(InputError, match="'Gene', which the student lacks; it has Chemical, Dis"):
        float32.tag("TP53", names=Names.of([("TP53", "Gene")]))


@pytest.mark.parametrize("precision", [0.0, -1.0, 1.5, float("nan")])
def test_what_is_no_precision_is_refused(float32: Tagger, precision: float) -> None:
    with pytest.raises(UsageError, match="min_precision=.*above 0 and at most 1"):
        float32.tag_many(TEXTS, min_precision=precision)


@pytest.fixture(scope="module")
def calibrated(export_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    folder = tmp_path_factory.mktemp("calibrated")
    return Tagger.load(write_calibrated(export_folder, folder, ("Disease",)))


def test_scores_are_calibrated_where_the_type_has_a_curve(
    calibrated: Tagger, float32: Tagger
) -> None:
    every = list(zip(calibrated.tag_texts(TEXTS), float32.tag_texts(TEXTS), strict=True))
    pairs = [pair for found, plain in every for pair in zip(found, plain, strict=True)]
    assert {one.type for one, _ in pairs} == {"Chemical", "Disease"}
    for one, plain in pairs:
        assert one.raw_score == plain.score == plain.raw_score
        curved = one.type == "Disease"
        assert one.score == (CURVE.precision(plain.score) if curved else plain.score)
    assert any(one.score != plain.score for one, plain in pairs)


def test_a_precision_keeps_the_same_entities_by_every_way(calibrated: Tagger) -> None:
    every = calibrated.tag_texts(TEXTS)
    expected = [
        [
            one for one in some
            if one.type == "Disease" and CURVE.precision_above(one.raw_score) >= 0.8
        ]
        for some in every
    ]  # fmt: skip
    assert 0 < sum(map(len, expected)) < sum(map(len, every))
    for workers in (1, 2):
        found = calibrated.tag_many(TEXTS, workers=workers, min_precision=0.8)
        assert [[one.start for one in some] for some in found] == [
            [one.start for one in some] for some in expected
        ]
    assert [len(calibrated.tag(text, min_precision=0.8)) for text in TEXTS] == [
        len(some) for some in expected
    ]
    documents = calibrated.tag_documents(map(Document.from_text, TEXTS), min_precision=0.8)
    for document, some in zip(documents, expected, strict=True):
        assert [a.score for a in document.annotations] == pytest.approx([e.score for e in some])


def test_a_precision_of_scores_that_are_not_calibrated_is_refused(float32: Tagger) -> None:
    for ask in (float32.tag, lambda text, **more: float32.tag_many([text], **more)):
        with pytest.raises(InputError, match="not calibrated.*export the student again"):
            ask("gout", min_precision=0.9)


def test_character_references_are_read_and_offsets_are_those_of_the_source(
    float32: Tagger,
) -> None:
    plain = [text for text in TEXTS if float32.tag(text)][:5]
    escaped = [text.replace("-", "&#45;").replace("e", "&#x65;") for text in plain]
    alone = [float32.tag(text, unescape=True) for text in escaped]
    documents = [Document("1", (Passage("&lt;"), Passage(text, 9))) for text in escaped]
    tagged = list(float32.tag_documents(documents, unescape=True))
    assert list(float32.tag_many(escaped, unescape=True, workers=1)) == alone
    for text, source, entities, document in zip(plain, escaped, alone, tagged, strict=True):
        wanted = [(one.type, html.unescape(one.text)) for one in float32.tag(text)]
        assert [(one.type, html.unescape(one.text)) for one in entities] == wanted
        assert all(source[one.start : one.end] == one.text for one in entities)
        assert [(one.start - 9, one.text) for one in document.check().annotations] == [
            (one.start, one.text) for one in entities
        ]
