import pytest

from bioner_kd.evaluation.found_mentions import AnnotatedText
from bioner_kd.recipes.document_choice import score_step
from bioner_kd.tagging.document_step import Abbreviations, DocumentStep
from bioner_kd.text.document import Document

from ..tagging.tagged_texts import marked_text

TEXT = "Renal failure (RF) and RF."


def test_scores_are_those_of_exact_mentions():
    found = [marked_text(TEXT, [["Disease", "Renal failure", 0], ["Chemical", "RF", 23]])]
    wanted = frozenset({("Disease", 0, 13), ("Disease", 15, 17), ("Disease", 23, 25)})
    texts = [AnnotatedText(Document.from_text(TEXT), wanted)]
    without = score_step(found, texts, DocumentStep())
    assert without["precision"] == 50 and without["recall"] == pytest.approx(100 / 3)
    assert without["f1"] == pytest.approx(40)
    assert score_step(found, texts, DocumentStep(Abbreviations()))["f1"] == 100


def test_nothing_found_and_nothing_annotated_is_no_error():
    texts = [AnnotatedText(Document.from_text("a"), frozenset())]
    assert score_step([marked_text("a", [])], texts, DocumentStep())["f1"] == 0
