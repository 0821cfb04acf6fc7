import copy
import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.text.rules import FIRST_RULES, RULES, TextRules
from bioner_kd.text.sentence_splitter import sentence_spans, split_sentences

# A rule unlike today's, and what every runtime must make of some texts with it.
OTHER = json.loads(Path(__file__).with_name("other_rules.json").read_text(encoding="utf-8"))

# What new and first students make of texts as they come.
CASES = json.loads(Path(__file__).with_name("text_cases.json").read_text(encoding="utf-8"))


def changed(place: str, value: Any) -> dict[str, Any]:
    """The other rules with another entry."""
    record = copy.deepcopy(OTHER["rules"])
    *above, last = place.split("/")
    inner = record
    for name in above:
        inner = inner[name]
    inner[last] = value
    return record


@pytest.mark.parametrize("case", OTHER["cases"], ids=[case["name"] for case in OTHER["cases"]])
def test_another_rule_is_honoured(case: dict[str, Any]) -> None:
    found = TextRules.from_json(OTHER["rules"]).iterate_sentences(case["text"])
    assert [
        [[word, *span] for word, span in zip(s.words, s.spans, strict=True)] for s in found
    ] == case["sentences"]


def test_most_of_these_cases_are_cut_otherwise_by_the_rules_of_new_students() -> None:
    differing = [
        case["name"]
        for case in OTHER["cases"]
        if [[word for word, _, _ in words] for words in case["sentences"]]
        != [list(sentence.words) for sentence in split_sentences(case["text"])]
    ]
    assert len(differing) >= 11 and "a quote does not close" in differing


def test_rules_are_read_back_as_they_were() -> None:
    for rules in (RULES, TextRules.from_json(OTHER["rules"])):
        record = json.loads(json.dumps(rules.to_json()))
        assert TextRules.from_json(record) == rules
        assert TextRules.from_json({**record, "tags": []}) == rules
        list(rules.iterate_sentences("What is compiled by use travels, too."))
        assert pickle.loads(pickle.dumps(rules)) == rules
    assert TextRules.from_json(OTHER["rules"]) != RULES


def test_the_rules_of_the_first_students_never_change() -> None:
    # Their tables hold no rules. When the rules of new students change, keep these apart.
    content = json.dumps(FIRST_RULES.to_json(), sort_keys=True).encode()
    assert hashlib.sha256(content).hexdigest()[:16] == "2677356b623c9495"


def test_new_students_read_what_the_functions_cut() -> None:
    text = "Dr. J. Smith saw gout.\n\nThen (he) left. Or not."
    assert list(RULES.iterate_sentences(text)) == split_sentences(text)
    assert list(RULES.sentence_spans(text)) == list(sentence_spans(text))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases_of_new_and_of_first_students(case: dict[str, Any]) -> None:
    def is_known(word: str) -> bool:
        return word.lower() in case.get("known", [])

    for rules, name in ((RULES, "sentences"), (FIRST_RULES, "first_sentences")):
        found = rules.iterate_sentences(case["text"], is_known)
        assert [
            [[word, *span] for word, span in zip(s.words, s.spans, strict=True)] for s in found
        ] == case[name]


def test_the_rules_of_first_students_are_written_as_before() -> None:
    record = FIRST_RULES.to_json()
    assert list(record["tokenizer"]) == ["word", "separator"] and len(record["sentences"]) == 8
    assert TextRules.from_json(record) == FIRST_RULES != RULES


@pytest.mark.parametrize("entry", ["tokenizer", "sentences"])
def test_a_rule_that_is_missing_is_an_error(entry: str) -> None:
    record = copy.deepcopy(OTHER["rules"])
    del record[entry]
    with pytest.raises(KeyError, match=entry):
        TextRules.from_json(record)


RANGES = (
    *(f"tokenizer/{name}" for name in ("word", "separator")),
    *(f"sentences/{name}" for name in ("white", "opening", "closing", "first", "inner", "stops")),
)
NO_RANGES = (
    *(None, 7, "AZ", {}, [7], [[65]], [[65, 66, 67]], [["A", "Z"]], [[65.0, 90.0]], [[True, True]]),
    *([[90, 65]], [[-1, 5]], [[0x41, 0x110000]], [[65, 10**30]], [[66, 66]] * 5001),
)


@pytest.mark.parametrize("place", RANGES)
@pytest.mark.parametrize("value", NO_RANGES, ids=range(len(NO_RANGES)))
def test_what_are_no_ranges_is_refused_and_named(place: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"'{place}' (is no list|has .* no first and last)"):
        TextRules.from_json(changed(place, value))


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("tokenizer", [], "'tokenizer' is no JSON object"),
        ("sentences", None, "'sentences' is no JSON object"),
        ("tokenizer/more", [], "'tokenizer' has 'more'"),
        ("sentences/more", [], "'sentences' has 'more'"),
        ("sentences/abbreviations", "pat", "abbreviations' is no list of strings"),
        ("sentences/abbreviations", ["pat", 1], "abbreviations' is no list of strings"),
        ("sentences/abbreviations", ["pat", "pat"], "a word twice"),
        (
            "sentences/abbreviations",
            [f"a{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}" * (1 + n // 676) for n in range(1001)],
            "more than 1000",
        ),
        ("sentences/abbreviations", [""], "not of 1 to 12 letters"),
        ("sentences/abbreviations", ["Pat"], "'Pat', which is not of"),
        ("sentences/abbreviations", ["ph.d"], "not of 1 to 12 letters"),
        ("sentences/abbreviations", ["a" * 13], "not of 1 to 12 letters"),
        ("sentences/abbreviations", ["pat\n"], "not of 1 to 12 letters"),
        ("sentences/longest_abbreviation", True, "no whole number"),
        ("sentences/longest_abbreviation", 7.0, "no whole number"),
        ("sentences/longest_abbreviation", 0, "from 1 to 64"),
        ("sentences/longest_abbreviation", 65, "from 1 to 64"),
        ("tokenizer/word", [[65, 90], [90, 91]], "U\\+005A stands twice"),
        ("tokenizer/word", [[9, 9]], "U\\+0009 stands twice.*word, separator"),
        ("tokenizer/word", [[0xFFFE, 0xFFFE]], "U\\+FFFE .*noncharacters"),
        ("tokenizer/separator", [[1, 32], [124, 124], [160, 160]], "U\\+0000"),
        ("tokenizer/separator", [[0, 32], [160, 160]], "U\\+007C .*white"),
        ("sentences/white", [[32, 32], [13, 13]], "U\\+000A .*line_ends"),
        ("sentences/white", [[9, 13], [32, 32], [0, 0]], "U\\+0000"),
        ("sentences/white", [[9, 13], [32, 32], [46, 46]], "U\\+002E"),
        ("sentences/closing", [[46, 46]], "U\\+002E .*closing, stops"),
        ("sentences/closing", [[32, 32]], "U\\+0020 .*white, closing"),
        ("sentences/opening", [[65, 65]], "U\\+0041 .*opening, first"),
        ("sentences/first", [[0, 0]], "U\\+0000"),
        ("sentences/stops", [[32, 32]], "U\\+0020"),
        ("sentences/inner", [[0, 127]], "U\\+0000"),
        ("sentences/inner", [[10, 10]], "U\\+000A"),
        ("sentences/inner", [[46, 46], [65, 90]], "U\\+0061 .*what_is_not_inner"),
    ],
)
def test_a_rule_that_runtimes_would_read_differently_is_refused(
    place: str, value: object, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        TextRules.from_json(changed(place, value))


CAN_BE_EMPTY = ("opening", "closing", "first", "stops", "abbreviations")


@pytest.mark.parametrize(
    "place", ["tokenizer/word", *(f"sentences/{name}" for name in CAN_BE_EMPTY)]
)
def test_sets_may_be_empty(place: str) -> None:
    rules = TextRules.from_json(changed(place, []))
    found = list(rules.iterate_sentences("One (pat) of 2. Then"))
    last = "n" if place == "tokenizer/word" else "Then"
    assert found[-1].words[-1] == last
    assert len(found) == (1 if place in ("sentences/first", "sentences/stops") else 2)
