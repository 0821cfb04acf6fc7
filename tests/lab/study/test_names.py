from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.lab.study.names import safe_name, settings_name

ANY = st.text(min_size=1)
SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=-")


@given(ANY)
def test_any_text_becomes_one_safe_folder_name(text):
    name = safe_name(text)
    assert set(name) <= SAFE and 0 < len(name) <= 120
    assert PurePosixPath("a", name).parts == ("a", name)
    assert name not in ("..", ".") and name[0] not in "." and not name.endswith(".unfinished")


@given(ANY, ANY)
def test_texts_that_differ_in_more_than_spaces_have_different_names(one, other):
    same = one.replace(" ", "_") == other.replace(" ", "_")
    assert same or safe_name(one) != safe_name(other)


@given(st.lists(st.tuples(ANY, ANY), min_size=1, max_size=8))
def test_a_long_combination_is_cut_and_hashed(values):
    name = settings_name(values)
    assert 0 < len(name) <= 120
    longer = [*values, ("z", "1" * 200)]
    assert settings_name(longer) != settings_name([*values, ("z", "1" * 201)])


def test_plain_settings_are_readable():
    assert settings_name([("alpha", "0.3"), ("seed", "1")]) == "alpha=0.3+seed=1"
    assert safe_name("transfer 40k") == "transfer_40k"


@pytest.mark.parametrize("text", ["a/b", "word,char", "α", "..", "-rf", "1e+3", "a\nb", "x" * 121])
def test_what_is_not_safe_gets_a_hash(text):
    assert safe_name(text)[-9] == "-"


@pytest.mark.parametrize("text", ["logs", "LOGS", "runs.csv", "sweep.cfg", "a.unfinished"])
def test_what_the_study_needs_itself_gets_a_hash(text):
    assert safe_name(text).startswith(f"{text}-")
