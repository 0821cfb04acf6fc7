import json
import time
from pathlib import Path

import pytest

from bioner_kd.tagging.brackets import Brackets
from bioner_kd.tagging.document_step import Abbreviations, DocumentStep, RepeatedNames
from bioner_kd.tagging.postprocessing import Postprocessing

from .tagged_texts import marked_text

CASES = json.loads((Path(__file__).parent / "document_cases.json").read_text(encoding="utf-8"))
STEP = DocumentStep(Abbreviations(), RepeatedNames())
RULES = Postprocessing(brackets=Brackets(), document_step=STEP)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_entities_are_what_the_cases_say(case):
    text = marked_text(case["text"], case["marked"], case.get("in_entity", 0.5))
    found = RULES.entities(text)
    assert [[e.type, e.text, e.start, round(e.score, 6)] for e in found] == case["wanted"]


def test_without_rules_the_tags_are_the_entities():
    for case in CASES:
        found = Postprocessing().entities(marked_text(case["text"], case["marked"]))
        assert [[e.type, e.text, e.start] for e in found] == case["marked"]


def test_rules_are_read_as_they_were_written():
    record = json.loads(json.dumps(RULES.to_json()))
    assert Postprocessing.from_json(record) == RULES
    assert Postprocessing().to_json() == {}
    other = Postprocessing(document_step=DocumentStep(Abbreviations(gate=0.0, plural="")))
    assert Postprocessing.from_json(other.to_json()) == other


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gate", 2),
        ("gate", True),
        ("gate", "0.1"),
        ("plural", 1),
        ("borders", "."),
        ("longest", 1.5),
    ],
)
def test_damaged_rules_are_told(name, value):
    record = RULES.to_json()
    record["document_step"]["abbreviations"][name] = value
    with pytest.raises(ValueError, match=name):
        Postprocessing.from_json(record)


@pytest.mark.parametrize("value", [[], 3, {"abbreviations": 3}, {"repeated_names": []}])
def test_a_step_of_another_kind_is_told(value):
    with pytest.raises(ValueError, match="document_step"):
        DocumentStep.from_json(value)


def test_a_gate_counts_all_occurrences():
    text = marked_text("Renal failure (RF) and RF.", [["Disease", "Renal failure", 0]], 0.0)
    text.in_entity[3] = 0.5
    assert len(DocumentStep(Abbreviations(gate=0.25)).apply(text).tags) == 8
    assert DocumentStep(Abbreviations(gate=0.25)).apply(text).tags[6] == "B-Disease"
    assert DocumentStep(Abbreviations(gate=0.26)).apply(text) is text


def test_first_words_of_what_rules_look_for_are_told():
    plain = marked_text("Gout and Renal failure.", [["Disease", "Renal failure", 9]])
    defined = marked_text("Renal Failure (RF) hurts.", [])
    abbreviations = Postprocessing(document_step=DocumentStep(Abbreviations()))
    assert abbreviations.first_words(plain) == frozenset()
    assert abbreviations.first_words(defined) == {"rf", "rfs"}
    assert RULES.first_words(plain) == {"renal"}
    assert Postprocessing(brackets=Brackets()).first_words(defined) == frozenset()
    assert RULES.first_words(marked_text("", [])) == frozenset()


@pytest.mark.parametrize("piece", ["(", ")", "()", "(ab)", "ab (ab) ", "a(ab)", "(((ab)))", "ab, "])
def test_time_grows_with_the_text(piece):
    def seconds(times):
        text = marked_text(piece * times, [["Disease", piece[:1], 0]])
        began = time.process_time()
        RULES.entities(text)
        return time.process_time() - began

    seconds(100)
    assert seconds(16000) < 12 * max(seconds(4000), 0.02)
