import pytest

from bioner_kd.tagging.abbreviations import DefinitionRules, find_definitions, joined
from bioner_kd.text.tokenizer import tokenize


def definitions(text):
    found = tokenize(text)
    words, spans = [word for word, _, _ in found], [(start, end) for _, start, end in found]
    return [
        (
            joined(words[slice(*long)], spans[slice(*long)]),
            joined(words[slice(*short)], spans[slice(*short)]),
        )
        for long, short in find_definitions(words, spans, DefinitionRules())
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("with chronic renal failure (CRF)", [("chronic renal failure", "CRF")]),
        ("the heat shock transcription factor (HSF)", [("heat shock transcription factor", "HSF")]),
        ("ataxia-telangiectasia (A-T)", [("ataxia-telangiectasia", "A-T")]),
        ("GTN (glyceryl trinitrate)", [("glyceryl trinitrate", "GTN")]),
        ("morphine sulfate (MS, oral)", [("morphine sulfate", "MS")]),
        ("sirolimus (rapamycin)", []),
        ("gout (gout)", []),
        ("(CRF) chronic renal failure", []),
        ("a b c d e f g h renal i j k l m n o failure (RF)", []),
        ("renal failure (R-F one two)", []),
        ("renal failure ()", []),
        ("renal failure (RF", []),
    ],
)
def test_definitions(text, wanted):
    assert definitions(text) == wanted
