"""What a run learns from, in a few characters."""

import numpy as np

from bioner_kd.text.sentence import Sentence
from bioner_kd.training.digests import arrays_digest, sentences_digest

WORDS = Sentence.from_words(["no", "fever"])
TAGGED = Sentence.from_words(["no", "fever"], ["O", "B-Disease"])
OTHER = Sentence.from_words(["no", "fever"], ["O", "O"])


def test_words_tags_order_and_parts_of_sentences_count():
    texts = [[WORDS], [TAGGED], [OTHER], [TAGGED, OTHER], [OTHER, TAGGED]]
    assert len({sentences_digest(text) for text in texts} | {sentences_digest([], [WORDS])}) == 6
    assert sentences_digest([TAGGED], [WORDS]) == sentences_digest((TAGGED,), iter([WORDS]))


def test_where_a_sentence_was_read_does_not_count():
    moved = Sentence.from_words(TAGGED.words, TAGGED.tags, path="train.tsv", line=7)
    assert sentences_digest([moved]) == sentences_digest([TAGGED])


def test_numbers_shapes_and_types_of_arrays_count():
    numbers = np.arange(6, dtype=np.float32)
    arrays = [
        [],
        [numbers],
        [numbers + 1],
        [numbers.reshape(2, 3)],
        [numbers.reshape(2, 3).T],
        [numbers.astype(np.float16)],
        [numbers[:3], numbers[3:]],
    ]
    assert len({arrays_digest(given) for given in arrays}) == len(arrays)
    assert arrays_digest([numbers[::2]]) == arrays_digest([numbers[::2].copy()])
