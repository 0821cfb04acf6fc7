from collections.abc import Iterable, Iterator

from bioner_kd.tagging.sentence_groups import in_batches, in_groups


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

    assert in_groups(doubled, [[1, 2], [], [3]], list[int]) == [[2, 4], [], [6]]
