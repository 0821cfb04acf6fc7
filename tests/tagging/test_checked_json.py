from typing import Any

import pytest

from bioner_kd.tagging.checked_json import folding_of, settings_of, texts_of


def test_what_is_right_comes_back() -> None:
    assert texts_of(["a", "β"], "tags") == ("a", "β") == texts_of(("a", "β"), "tags")
    assert settings_of({"features": ["word"], "max_chars": 3}) == {
        "features": ("word",),
        "max_chars": 3,
    }
    assert folding_of({"β": "beta", "é": ""}) == {"β": "beta", "é": ""}


@pytest.mark.parametrize("values", [None, "text", 3, {"a": 1}, ["a", 1], ["a", None], [["a"]]])
def test_what_is_no_list_of_strings_is_named(values: Any) -> None:
    with pytest.raises(ValueError, match="'tags' is no list of strings"):
        texts_of(values, "tags")


@pytest.mark.parametrize("value", [None, "3", 3.0, True, [3], {}])
def test_a_setting_that_is_no_whole_number_is_named(value: Any) -> None:
    with pytest.raises(ValueError, match="'max_chars' is no whole number"):
        settings_of({"features": ["word"], "max_chars": value})


@pytest.mark.parametrize("settings", [None, [], "text", {"features": "word"}])
def test_settings_of_another_type_are_refused(settings: Any) -> None:
    with pytest.raises(ValueError, match="no JSON object|no list of strings"):
        settings_of(settings)


@pytest.mark.parametrize("table", [None, [], {"a": 1}, {"ab": "c"}, {"": "c"}, {"a": "c" * 21}])
def test_a_folding_that_is_none_is_refused(table: Any) -> None:
    with pytest.raises(ValueError, match="'folding'"):
        folding_of(table)
