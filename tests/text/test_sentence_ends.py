import json
import re

from bioner_kd.text import sentence_ends
from bioner_kd.text.ranges import character_set
from bioner_kd.text.sentence_ends import SENTENCE_ENDS


def characters(name: str) -> set[str]:
    return {chr(n) for first, last in SENTENCE_ENDS.to_json()[name] for n in range(first, last + 1)}


def test_the_rule_is_json_and_has_what_the_splitter_reads() -> None:
    rule = json.loads(json.dumps(SENTENCE_ENDS.to_json()))
    assert rule == SENTENCE_ENDS.to_json()
    assert set(rule["abbreviations"]) == sentence_ends.ABBREVIATIONS >= {"al", "fig", "vs"}
    assert rule["longest_abbreviation"] > max(map(len, rule["abbreviations"]))


def test_characters_are_where_they_belong() -> None:
    assert characters("white") >= set(" \t\n\r\u00a0\u3000") and "\u200b" not in characters("white")
    assert characters("first") >= set("AZ09ÀÞβΩ") and not characters("first") & set("az×(")
    assert characters("opening") == set("[({\"'‘“«")
    assert characters("closing") == set("])}\"'’”»")
    assert characters("inner") >= set("a.Z0é中") and not characters("inner") & set(" (-")


def test_a_character_set_is_that_of_its_ranges() -> None:
    found = re.compile(f"[{character_set(sentence_ends.OPENING)}]")
    assert {chr(n) for n in range(0x3000) if found.match(chr(n))} == characters("opening")
