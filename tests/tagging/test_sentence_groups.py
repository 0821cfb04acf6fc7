from collections.abc import Iterable, Iterator

from bioner_kd.tagging.sentence_groups import in_batches, in_groups, joined
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence


def test_batches_keep_the_order_and_are_bounded_by_number_and_padding() -> None:
    lengths = [3] * 300 + [40_000, 40_000, 2, 2]
    batches = list(in_batches(lengths, lambda length: length))
    assert [length for batch in batches for length in batch] == lengths
    assert [len(batch) for batch in batches] == [256, 44, 1, 1, 2]


def test_nothing_makes_no_batch() -> None:
    assert list(in_batches([], len)) == []


def test_what_is_found_goes_back_to_its_group() -> None:
    def doubled(numbers: Iterable[int]) -> Iterator[int]:
        yield from [2 * number for number in list(numbers)]

    assert in_groups(doubled, [[1, 2], [], [3]]) == [[2, 4], [], [6]]


def test_sentences_of_a_text_are_joined_with_their_first_words() -> None:
    text = "Gout hurts. It does."
    one, other = RULES.iterate_sentences(text)
    tags = [["B-Disease", "O", "O"], ["O"] * 3]
    halves, zeros = [0.5] * 3, [0.0] * 3
    found = joined([(one, tags[0], halves, halves), (other, tags[1], zeros, zeros)])
    assert found.text == text and found.words == ["Gout", "hurts", ".", "It", "does", "."]
    assert found.tags == [*tags[0], *tags[1]] and found.scores == [*halves, *zeros]
    assert [text[slice(*span)] for span in found.spans] == found.words
    assert found.sentences == [(0, 3), (3, 6)]


def test_no_sentence_is_an_empty_text() -> None:
    assert joined([]).words == [] and joined([]).text == ""
    nothing = Sentence("", (), ())
    assert joined([(nothing, [], [], [])]).words == []
