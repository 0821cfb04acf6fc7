from bioner_kd.tagging.tagged_text import TaggedText


def text_of(number: int, first_words: tuple[int, ...] = ()) -> TaggedText:
    words, spans = ["a"] * number, [(2 * n, 2 * n + 1) for n in range(number)]
    nothing = [0.0] * number
    return TaggedText("a " * number, words, spans, ["O"] * number, nothing, nothing, first_words)


def test_sentences_are_the_words_from_a_first_one_to_the_next() -> None:
    assert list(text_of(5, (0, 2)).sentences) == [(0, 2), (2, 5)]


def test_where_nothing_is_known_of_sentences_all_words_are_one() -> None:
    assert list(text_of(5).sentences) == [(0, 5)]
    assert list(text_of(0).sentences) == [(0, 0)]
