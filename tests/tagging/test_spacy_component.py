"""A student in a spaCy pipeline."""

import os
import pickle
import runpy
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import setuptools

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.tagger import Tagger

spacy = pytest.importorskip("spacy")

ROOT = Path(__file__).resolve().parents[2]
READY = ROOT / "saved_models"
TEXTS = [
    "Aspirin relieves headache. It can cause ulcers.",
    "",
    "Nothing is found here.",
    "Lithium was stopped because of nephrogenic diabetes insipidus.",
]
# Two chemicals and half a token, as spaCy cuts it.
GLUED = "Cisplatin(CDDP)induced nephrotoxicity."


@pytest.fixture(scope="module", autouse=True)
def registered() -> None:
    """What spaCy does by the entry point."""
    import bioner_kd.tagging.spacy_component  # noqa: F401


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load(READY / "disease_chemical_bilstm")


@pytest.fixture
def pipeline() -> Callable[..., Any]:
    def make(**config: Any) -> Any:
        nlp = spacy.blank("en")
        nlp.add_pipe("bioner_kd", config=config)
        return nlp

    return make


def found(doc: Any) -> list[tuple[str, str, int, int, float]]:
    return [(e.label_, e.text, e.start_char, e.end_char, e._.bioner_score) for e in doc.ents]


def expected(tagger: Tagger, text: str) -> list[tuple]:
    return [
        (e.type, e.text, e.start, e.end, pytest.approx(e.score, abs=1e-5)) for e in tagger.tag(text)
    ]


def test_one_document_has_the_taggers_entities(pipeline: Any, tagger: Tagger) -> None:
    doc = pipeline()(TEXTS[0])
    assert len(doc.ents) == 3
    assert found(doc) == expected(tagger, TEXTS[0])
    assert [token.ent_type_ for token in doc][:2] == ["Chemical", ""]


def test_documents_are_tagged_in_batches_and_in_order(pipeline: Any, tagger: Tagger) -> None:
    nlp, texts = pipeline(), TEXTS * 3
    component = nlp.get_pipe("bioner_kd")
    batches = []
    tag_texts = component._tagger.tag_texts
    component._tagger.tag_texts = lambda some, choices: (
        batches.append(len(some)) or tag_texts(some, choices)
    )
    docs = list(nlp.pipe(texts, batch_size=5))
    assert batches == [5, 5, 2]
    assert [doc.text for doc in docs] == texts
    assert [found(doc) for doc in docs] == [expected(tagger, text) for text in texts]


def test_another_student_finds_its_types(pipeline: Any) -> None:
    nlp = pipeline(student=str(READY / "disease_bilstm"), form="int8")
    assert nlp.pipe_labels["bioner_kd"] == ["Disease"]
    assert {span.label_ for span in nlp(TEXTS[3]).ents} == {"Disease"}


def test_a_student_that_does_not_exist_is_named(pipeline: Any) -> None:
    with pytest.raises(InputError, match="^nosuch: .*installed: "):
        pipeline(student="nosuch")


def test_entities_may_go_to_a_group_of_spans(pipeline: Any, tagger: Tagger) -> None:
    doc = pipeline(spans_key="bio")(TEXTS[0])
    assert not doc.ents
    spans = [
        (s.label_, s.text, s.start_char, s.end_char, s._.bioner_score) for s in doc.spans["bio"]
    ]
    assert spans == expected(tagger, TEXTS[0])


def with_others(nlp: Any, text: str, *, key: str = "") -> Any:
    """A document in which another component has found the first two tokens."""
    doc = nlp.make_doc(text)
    if key:
        doc.spans[key] = [doc[0:2]]
    else:
        doc.ents = [spacy.tokens.Span(doc, 0, 2, label="OTHER")]
    return nlp(doc)


def test_entities_that_are_there_stay_unless_they_are_overwritten(pipeline: Any) -> None:
    kept = with_others(pipeline(), TEXTS[0])
    assert [(e.text, e.label_) for e in kept.ents] == [
        ("Aspirin relieves", "OTHER"),
        ("headache", "Disease"),
        ("ulcers", "Disease"),
    ]
    overwritten = with_others(pipeline(overwrite=True), TEXTS[0])
    assert [e.text for e in overwritten.ents] == ["Aspirin", "headache", "ulcers"]


def test_spans_that_are_there_stay_unless_they_are_overwritten(pipeline: Any) -> None:
    kept = with_others(pipeline(spans_key="bio"), TEXTS[0], key="bio")
    names = ["Aspirin", "headache", "ulcers"]
    assert [span.text for span in kept.spans["bio"]] == ["Aspirin relieves", *names]
    overwritten = with_others(pipeline(spans_key="bio", overwrite=True), TEXTS[0], key="bio")
    assert [span.text for span in overwritten.spans["bio"]] == names


@pytest.mark.parametrize(
    ("mode", "texts", "outcome"),
    [
        ("expand", ["Cisplatin(CDDP)induced", "nephrotoxicity"], "whole tokens that it touches"),
        ("contract", ["nephrotoxicity"], "whole tokens that it covers"),
        ("strict", ["nephrotoxicity"], "each is left out"),
    ],
)
def test_entities_inside_of_a_token_are_told_once(
    pipeline: Any, tagger: Tagger, mode: str, texts: list[str], outcome: str
) -> None:
    assert [e.text for e in tagger.tag(GLUED)] == ["Cisplatin", "CDDP", "nephrotoxicity"]
    nlp = pipeline(alignment_mode=mode)
    with pytest.warns(UserWarning) as told:
        docs = list(nlp.pipe([GLUED, *TEXTS, GLUED]))
    assert len(told) == 1
    message = str(told[0].message)
    assert "4 of 11 entities" in message and outcome in message
    assert "'Cisplatin' in 'Cisplatin(CDDP)induced'" in message
    assert [[e.text for e in doc.ents] for doc in (docs[0], docs[-1])] == [texts, texts]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nlp(GLUED)


def test_of_two_entities_in_one_token_the_score_of_the_surer_stays(
    pipeline: Any, tagger: Tagger
) -> None:
    nlp, score = pipeline(), max(entity.score for entity in tagger.tag(GLUED)[:2])
    with pytest.warns(UserWarning, match="inside of a token"):
        doc = nlp(GLUED)
    assert doc.ents[0]._.bioner_score == pytest.approx(score, abs=1e-5)
    with pytest.warns(UserWarning, match="inside of a token"):
        doc = pipeline(spans_key="bio")(GLUED)
    assert [span.text for span in doc.spans["bio"]].count("Cisplatin(CDDP)induced") == 2


def test_an_unknown_way_to_align_is_refused(pipeline: Any) -> None:
    with pytest.raises(ValueError, match="alignment_mode"):
        pipeline(alignment_mode="guess")


def test_two_components_may_stand_in_one_pipeline(pipeline: Any) -> None:
    nlp = pipeline()
    config = {"student": str(READY / "disease_bilstm"), "spans_key": "diseases"}
    nlp.add_pipe("bioner_kd", name="diseases", config=config)
    doc = nlp(TEXTS[0])
    assert [e.label_ for e in doc.ents] == ["Chemical", "Disease", "Disease"]
    assert {span.label_ for span in doc.spans["diseases"]} == {"Disease"}


@pytest.mark.parametrize("way", ["disk", "bytes", "pickle"])
def test_a_saved_pipeline_has_the_same_component(pipeline: Any, tmp_path: Path, way: str) -> None:
    config = {"student": str(READY / "disease_bilstm"), "spans_key": "bio", "overwrite": True}
    nlp = pipeline(**config)
    if way == "disk":
        nlp.to_disk(tmp_path / "pipeline")
        again = spacy.load(tmp_path / "pipeline")
    elif way == "bytes":
        again = spacy.blank("en", config=nlp.config)
        again.from_bytes(nlp.to_bytes())
    else:
        again = pickle.loads(pickle.dumps(nlp))
    docs = [one(TEXTS[3]) for one in (nlp, again)]
    spans = [[(span.text, span._.bioner_score) for span in doc.spans["bio"]] for doc in docs]
    assert spans[0] == spans[1] != []
    assert again.config["components"]["bioner_kd"]["student"] == config["student"]


def test_spacy_finds_the_component_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(setuptools, "setup", given.update)
    runpy.run_path(str(ROOT / "setup.py"))
    # The metadata of an installed package, which comes before those that are installed here.
    info = tmp_path / "bioner_kd-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bioner_kd\nVersion: 9\n")
    lines = ["[spacy_factories]", *given["entry_points"]["spacy_factories"], ""]
    (info / "entry_points.txt").write_text("\n".join(lines))
    program = "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('bioner_kd'); " + (
        "print(nlp('Aspirin for headache.').ents)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    command = [sys.executable, "-W", "ignore", "-c", program]
    finished = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/")
    assert finished.stdout == "(Aspirin, headache)\n", finished.stderr


def test_names_and_a_precision_are_those_of_the_tagger(
    pipeline: Any, tagger: Tagger, tmp_path: Path
) -> None:
    (tmp_path / "always.txt").write_text("it\tChemical\n")
    (tmp_path / "never.txt").write_text("headache\n")
    always, never = str(tmp_path / "always.txt"), str(tmp_path / "never.txt")
    doc = pipeline(always=always, never=never)(TEXTS[0])
    names = tagger.read_names(always, never)
    assert [one[:4] for one in found(doc)] == [
        (e.type, e.text, e.start, e.end) for e in tagger.tag(TEXTS[0], names=names)
    ]
    texts = [one[1].lower() for one in found(doc)]
    assert "it" in texts
    assert "headache" not in texts
    strict = pipeline(min_precision=1.0)(TEXTS[0])
    assert [one[1] for one in found(strict)] == [
        e.text for e in tagger.tag(TEXTS[0], min_precision=1.0)
    ]
    assert len(strict.ents) < len(tagger.tag(TEXTS[0]))


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ({"min_precision": 1.5}, UsageError),
        ({"always": "no-such-list.txt"}, InputError),
    ],
)
def test_faulty_settings_are_told_when_the_component_is_made(
    pipeline: Any, config: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        pipeline(**config)


def test_a_document_has_the_entities_that_its_definitions_give(
    pipeline: Any, tagger: Tagger
) -> None:
    text = (
        "Glyceryl trinitrate (GTN) lowered the pressure. GTN WAS STOPPED.\n"
        "- aspirin\n- head\u00adache\nThen GTN was given with hyper-\ntension."
    )
    doc = pipeline(alignment_mode="expand", spans_key="found")(text)
    spans = [(e.label_, e.start_char, e._.bioner_score) for e in doc.spans["found"]]
    wanted = [(e.type, e.start, pytest.approx(e.score, abs=1e-5)) for e in tagger.tag(text)]
    assert [(type_, start) for type_, start, _ in spans] == [(one[0], one[1]) for one in wanted]
    assert spans == wanted
    assert sum(e.text == "GTN" for e in doc.spans["found"]) >= 2
