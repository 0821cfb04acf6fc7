from bioner_kd.evaluation.borders import BY, CHARACTERS, WORDS
from bioner_kd.evaluation.gold import AnnotatedDocuments, AnnotatedWords


def test_each_choice_has_its_gold():
    assert {AnnotatedWords([]).by: WORDS, AnnotatedDocuments([]).by: CHARACTERS} == dict(
        zip(BY, BY, strict=True)
    )
