"""Long sentences cut into overlapping windows."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.encoding.windows import WindowConfig, split_windows
from bioner_kd.errors import UsageError

CLS, SEP = -1, -2


def split(words, max_subwords, overlap):
    return split_windows(words, WindowConfig(max_subwords, overlap), cls_id=CLS, sep_id=SEP)


def test_a_short_sentence_is_one_window():
    windows = split([[1], [2, 3], [4]], 6, 2)
    assert windows.ids == [[CLS, 1, 2, 3, 4, SEP]]
    assert windows.positions == [(0, 1), (0, 2), (0, 4)]


def test_a_long_sentence_is_cut_and_each_word_read_where_it_has_most_context():
    windows = split([[1], [2], [3], [4], [5], [6]], 5, 1)
    assert windows.ids == [[CLS, 1, 2, 3, SEP], [CLS, 3, 4, 5, SEP], [CLS, 4, 5, 6, SEP]]
    assert windows.positions == [(0, 1), (0, 2), (0, 3), (1, 2), (2, 2), (2, 3)]


def test_overlap_gives_a_word_at_a_border_context_on_both_sides():
    words = [[number] for number in range(20)]
    windows = split(words, 12, 6)
    # Words 4 to 13 are in the second window; 8, two before the end of the first, is in its middle.
    assert windows.ids[1][1:-1] == list(range(4, 14))
    assert windows.positions[8] == (1, 5)


def test_a_word_of_600_subwords():
    words = [[7], list(range(1000, 1600)), [8]]
    windows = split(words, 128, 32)
    (window, offset) = windows.positions[1]
    assert windows.ids[window][offset] == 1000
    last_window, last_offset = windows.positions[2]
    assert last_window == len(windows.ids) - 1
    assert windows.ids[last_window][last_offset] == 8


def test_a_sentence_without_words():
    windows = split([], 5, 1)
    assert windows.ids == [[CLS, SEP]]
    assert windows.positions == []


@pytest.mark.parametrize(("max_subwords", "overlap"), [(2, 0), (5, 3), (5, -1), (3, 1)])
def test_windows_that_would_not_advance_are_refused(max_subwords, overlap):
    with pytest.raises(UsageError, match=f"--max_subwords={max_subwords} --overlap={overlap}:"):
        WindowConfig(max_subwords, overlap)


@pytest.mark.parametrize(("max_subwords", "overlap"), [(3, 0), (5, 2)])
def test_the_narrowest_windows_are_allowed(max_subwords, overlap):
    WindowConfig(max_subwords, overlap)


@st.composite
def sentences_and_windows(draw):
    max_subwords = draw(st.integers(3, 14))
    overlap = draw(st.integers(0, max_subwords - 3))
    lengths = draw(st.lists(st.integers(1, 20), min_size=1, max_size=12))
    numbers = iter(range(sum(lengths)))  # each subword another id, which says where it stands
    return [[next(numbers) for _ in range(n)] for n in lengths], max_subwords, overlap


@given(sentences_and_windows())
def test_windows_cover_the_sentence(case):
    words, max_subwords, overlap = case
    total = sum(map(len, words))
    windows = split(*case)
    inner = [ids[1:-1] for ids in windows.ids]
    assert all(ids[0] == CLS and ids[-1] == SEP for ids in windows.ids)
    assert all(len(ids) <= max_subwords for ids in windows.ids)
    assert all(ids == list(range(ids[0], ids[0] + len(ids))) for ids in inner)
    assert sorted({i for ids in inner for i in ids}) == list(range(total))
    for one, following in zip(inner[:-1], inner[1:], strict=True):
        assert len(set(one) & set(following)) >= overlap


@given(sentences_and_windows())
def test_every_word_is_read_at_its_first_subword_where_it_has_most_context(case):
    words, *_ = case
    total = sum(map(len, words))
    windows = split(*case)

    def context(ids, subword):
        left = math.inf if ids[1] == 0 else ids.index(subword) - 1
        right = math.inf if ids[-2] == total - 1 else len(ids) - 2 - ids.index(subword)
        return min(left, right)

    assert len(windows.positions) == len(words)
    for word, (window, offset) in zip(words, windows.positions, strict=True):
        assert windows.ids[window][offset] == word[0]
        possible = [context(ids, word[0]) for ids in windows.ids if word[0] in ids]
        assert context(windows.ids[window], word[0]) == max(possible)
