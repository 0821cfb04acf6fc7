import dataclasses
import json
from typing import Any

import pytest

from bioner_kd.text.line_rule import LINE_RULE, LineRule
from bioner_kd.text.ranges import ranges_of_characters
from bioner_kd.text.rules import RULES, TextRules


def test_the_rule_is_read_back_as_it_was() -> None:
    record = json.loads(json.dumps(LINE_RULE.to_json()))
    assert LineRule.from_json(record) == LINE_RULE


def record_with(name: str, value: Any) -> dict[str, Any]:
    """The rules of new students with another entry of lines."""
    record = json.loads(json.dumps(RULES.to_json()))
    record["sentences"]["lines"][name] = value
    return record


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("more", [], "'sentences/lines' has 'more'"),
        ("breaks", None, "'sentences/lines/breaks' is no list"),
        ("breaks", [[13, 13]], "U\\+000A .*line_ends"),
        ("breaks", [[10, 13], [65, 65]], "U\\+0041 .*what_is_not_white"),
        ("tabs", [[65, 65]], "U\\+0041 .*what_is_not_white"),
        ("tabs", [[10, 10]], "U\\+000A .*tabs, breaks"),
        ("cells", [[32, 32]], "U\\+0020 .*white, cells"),
        ("cells", [[0, 0]], "U\\+0000"),
        ("cells", [[41, 41]], "U\\+0029 .*cells, closing"),
        ("cells", [[46, 46]], "U\\+002E .*cells, stops"),
        ("marks", [[32, 45]], "U\\+0020 .*white, marks"),
        ("marks", [[0, 0]], "U\\+0000"),
        ("openers", [[65, 65]], "U\\+0041 .*letters, openers"),
        ("closers", [[48, 48]], "U\\+0030 .*letters, closers"),
        ("numerals", ["ii", 3], "numerals' is no list of strings"),
        ("numerals", ["i"], "'i', which is no numeral"),
        ("numerals", ["II"], "'II', which is no numeral"),
        ("numerals", ["a" * 7], "no numeral"),
        ("numerals", [f"a{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(101)], "more than"),
        ("narrow", 0, "'sentences/lines/narrow' is 0"),
        ("narrow", 40.0, "'sentences/lines/narrow' is 40.0"),
        ("fewest", True, "'sentences/lines/fewest' is True"),
        ("short", 100_001, "'sentences/lines/short' is 100001"),
        ("block", "7", "'sentences/lines/block' is '7'"),
    ],
)
def test_a_rule_that_runtimes_would_read_differently_is_refused(
    name: str, value: Any, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        TextRules.from_json(record_with(name, value))


@pytest.mark.parametrize("name", ["narrow", "marks", "numerals"])
def test_a_missing_entry_is_refused(name: str) -> None:
    record = LINE_RULE.to_json()
    del record[name]
    with pytest.raises(ValueError, match=f"has no '{name}'"):
        LineRule.from_json(record)


def test_without_hyphens_no_word_is_wrapped() -> None:
    record = RULES.to_json()
    del record["sentences"]["lines"]["hyphens"], record["sentences"]["lines"]["longest_part"]
    text = "It is hyper-\ntension"
    for rules, number in ((RULES, 1), (TextRules.from_json(record), 2)):
        assert len(list(rules.iterate_sentences(text, lambda word: True))) == number


@pytest.mark.parametrize("value", [[], 7, "lines"])
def test_what_is_no_rule_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="'sentences/lines' is no JSON object"):
        LineRule.from_json(value)


def test_other_numbers_cut_otherwise() -> None:
    text = "chronic kidney disease\nwith fever and cough\nof both lungs"
    lines = dataclasses.replace(LINE_RULE, narrowest=20, marks=ranges_of_characters("w"))
    for rule, number in ((LINE_RULE, 3), (lines, 1)):
        rules = dataclasses.replace(RULES, ends=dataclasses.replace(RULES.ends, lines=rule))
        assert len(list(rules.iterate_sentences(text))) == number
