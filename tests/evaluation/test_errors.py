"""Errors of students beside teachers, on sentences small enough to judge by eye."""

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.evaluation.errors import (
    BORDER,
    INVENTED,
    MISSED,
    TYPE,
    false_mentions,
    missed_mentions,
    most_frequent,
    recall_by_training,
    training_mentions,
)
from bioner_kd.text.sentence import Sentence

D, E, C, O = "B-Disease", "I-Disease", "B-Chemical", "O"  # noqa: E741 - as the tags are written
SENTENCE = Sentence.from_words("breast cancer after Aspirin .".split(), [D, E, O, C, O])
GOLD = list(SENTENCE.tags or ())
NONE: frozenset[tuple[str, str]] = frozenset()


def seen(errors) -> list[tuple[str, str, str, str]]:
    return [(error.kind, error.type, error.text, error.instead) for error in errors]


def missed(*students: list[str], teachers=(GOLD,), training=NONE):
    runs = [[tags] for tags in students]
    return missed_mentions([SENTENCE], [[tags] for tags in teachers], runs, training)


def false(*students: list[str], teachers=(GOLD,), training=NONE):
    runs = [[tags] for tags in students]
    return false_mentions([SENTENCE], [[tags] for tags in teachers], runs, training)


def test_a_student_that_is_right_makes_no_error():
    assert missed(GOLD) == false(GOLD) == []


def test_a_mention_that_is_not_seen_is_missed():
    assert seen(missed([D, E, O, O, O])) == [(MISSED, "Chemical", "Aspirin", "")]
    assert false([D, E, O, O, O]) == []


def test_a_mention_with_too_few_words_has_a_wrong_border_on_both_sides():
    student = [O, D, O, C, O]
    assert seen(missed(student)) == [(BORDER, "Disease", "breast cancer", "cancer")]
    assert seen(false(student)) == [(BORDER, "Disease", "cancer", "breast cancer")]


def test_a_mention_with_another_type_has_a_wrong_type_and_says_which():
    student = [D, E, O, D, O]
    assert seen(missed(student)) == [(TYPE, "Chemical", "Aspirin", "Aspirin (Disease)")]
    assert seen(false(student)) == [(TYPE, "Disease", "Aspirin", "Aspirin (Chemical)")]


def test_a_mention_where_none_is_was_invented():
    assert seen(false([D, E, O, C, C])) == [(INVENTED, "Chemical", ".", "")]


def test_the_mention_that_shares_most_words_is_the_nearest():
    sentence = Sentence.from_words("a b c d".split(), [D, E, E, E])
    student = [[D, O, D, E]]
    (error,) = missed_mentions([sentence], [[list(sentence.tags or ())]], [student], NONE)
    assert (error.kind, error.instead) == (BORDER, "c d")


def test_what_the_teacher_misses_too_is_no_error_of_the_student():
    blind = [O] * 5
    assert missed(blind, teachers=(blind,)) == []
    wrong = [D, E, O, C, D]
    assert false(wrong, teachers=(wrong,)) == []


def test_of_several_runs_the_majority_speaks():
    blind, invents = [O] * 5, [D, E, O, C, D]
    assert missed(GOLD, GOLD, blind) == []
    assert len(missed(GOLD, blind)) == 2
    assert missed(blind, teachers=(GOLD, blind)) == []
    assert false(GOLD, invents) == []
    assert seen(false(invents, invents, GOLD)) == [(INVENTED, "Disease", ".", "")]
    assert false(invents, teachers=(invents, invents, GOLD)) == []


def test_the_most_common_way_to_miss_it_is_told():
    runs = ([O, O, O, C, O], [O, D, O, C, O], [O, D, O, C, O], GOLD)
    assert seen(missed(*runs)) == [(BORDER, "Disease", "breast cancer", "cancer")]


def test_a_mention_that_half_of_the_runs_find_tells_how_the_others_fail():
    assert seen(missed(GOLD, [O, D, O, C, O])) == [(BORDER, "Disease", "breast cancer", "cancer")]


def test_whether_training_has_the_mention_does_not_depend_on_case():
    training = training_mentions([Sentence.from_words(["BREAST", "cancer"], [D, E])])
    assert training == {("Disease", "breast cancer")}
    found = {error.text: error.in_training for error in missed([O] * 5, training=training)}
    assert found == {"breast cancer": True, "Aspirin": False}


def test_a_mention_of_another_type_in_training_is_not_the_same():
    training = frozenset({("Disease", "aspirin")})
    assert [error.in_training for error in missed([D, E, O, O, O], training=training)] == [False]


def test_recall_is_told_apart_by_what_training_has():
    training = frozenset({("Disease", "breast cancer")})
    runs = [[GOLD], [[D, E, O, O, O]], [[O] * 5], [[O] * 5]]
    assert recall_by_training([SENTENCE], runs, training) == (50.0, 25.0)


def test_recall_of_no_mention_is_unknown():
    assert recall_by_training([SENTENCE], [[GOLD]], NONE) == (None, 100.0)
    assert recall_by_training([], [[]], NONE) == (None, None)


def test_frequent_errors_come_first_and_the_rest_in_the_order_of_the_text():
    rare = Sentence.from_words(["gout"], [D])
    often = [Sentence.from_words([word], [D]) for word in ("fever", "Fever")]
    sentences = [rare, *often]
    gold = [list(sentence.tags or ()) for sentence in sentences]
    errors = missed_mentions(sentences, [gold], [[[O]] * 3], NONE)
    table = most_frequent(errors, 5)
    assert [(row.count, row.example.text) for row in table] == [(2, "fever"), (1, "gout")]
    assert table[0].example.sentence is often[0]
    assert len(most_frequent(errors, 1)) == 1


def test_a_mention_is_told_as_its_source_text_has_it():
    sentence = Sentence("non-small", ("non", "-", "small"), ((0, 3), (3, 4), (4, 9)), (D, E, E))
    (error,) = missed_mentions([sentence], [[[D, E, E]]], [[[O, O, O]]], NONE)
    assert (error.text, error.start, error.end) == ("non-small", 0, 3)


@pytest.mark.parametrize("split", ["devel", "test"])
def test_a_blind_student_misses_all_that_a_perfect_teacher_finds(split):
    sentences = read_demo(split)
    gold = [list(sentence.tags or ()) for sentence in sentences]
    blind = [[O] * len(sentence) for sentence in sentences]
    errors = missed_mentions(sentences, [gold], [blind], NONE)
    assert len(errors) == sum(tag.startswith("B-") for tags in gold for tag in tags)
    assert {error.kind for error in errors} == {MISSED}
