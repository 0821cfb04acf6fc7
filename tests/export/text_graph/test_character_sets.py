import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.character_sets import CharacterSets, find_sorted
from bioner_kd.text.tokenizer import SEPARATOR, WORD, character_classes, tokenizer_rule


def test_every_code_point_is_in_the_sets_that_the_tokenizer_puts_it_in() -> None:
    found = CharacterSets(tokenizer_rule()).find(tf.range(0x110000))
    classes = np.frombuffer(character_classes(), np.uint8)
    np.testing.assert_array_equal(found["word"], classes == WORD)
    np.testing.assert_array_equal(found["separator"], classes == SEPARATOR)


def test_sets_may_overlap_and_touch() -> None:
    sets = CharacterSets({"low": [(0, 9)], "even": [(4, 4), (6, 6)], "high": [(10, 0x10FFFF)]})
    found = sets.find(tf.constant([0, 4, 6, 9, 10, 0x10FFFF]))
    assert {name: "".join("01"[int(b)] for b in row) for name, row in found.items()} == {
        "low": "111100",
        "even": "011000",
        "high": "000011",
    }


def test_what_has_no_entry_is_not_found() -> None:
    keys = np.array([3, 5, 9], np.int32)
    found, place = find_sorted(keys, tf.constant([0, 3, 4, 5, 9, 10]))
    assert found.numpy().tolist() == [False, True, False, True, True, False]
    assert place.numpy().tolist() == [0, 0, 0, 1, 2, 0]
