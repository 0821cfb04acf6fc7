import pytest

pytest.importorskip("apache_beam", reason="Apache Beam is in the extra scale")

from bioner_kd.scale.handler import StudentModelHandler
from bioner_kd.tagging.tagger import Tagger

from .collection import STUDENT, TEXTS


def test_predictions_are_the_entities_that_the_tagger_finds() -> None:
    handler = StudentModelHandler(str(STUDENT), min_precision=0.5)
    found = handler.run_inference(TEXTS, handler.load_model())
    tagger = Tagger.load(STUDENT)
    expected = list(tagger.tag_many(TEXTS, workers=1, min_precision=0.5))
    assert [one.inference for one in found] == expected
    assert [one.example for one in found] == list(TEXTS)
    assert any(expected) and handler.get_num_bytes(["ab", "c"]) == 3
