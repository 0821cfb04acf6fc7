from bioner_kd.text.document import Passage
from bioner_kd.text.notation.bioc_place import home_of


def test_a_place_is_in_the_last_passage_and_sentence_that_begin_before_it():
    passages = (
        Passage("a b", 0, extra={"bioc": {"sentences": [{"offset": 0}, {"offset": 2}]}}),
        Passage("c", 5),
    )
    assert [home_of(passages, at) for at in (0, 2, 4, 5, 9)] == [[0, 0], [0, 1], [0, 1], [1], [1]]
    assert home_of((), 0) == []
