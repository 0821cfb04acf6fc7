import pytest

from bioner_kd.teacher.cache_manifest import both_texts, check_files, files_of
from bioner_kd.text.sentence import Sentence


def sentences(*paths: str) -> list[Sentence]:
    return [Sentence.from_words(["gout"], path=path) for path in paths]


def test_files_are_named_once_in_their_order():
    assert files_of(sentences("b", "a", "b", "")) == ["b", "a"]
    assert len(files_of(sentences(*map(str, range(1000))))) == 100


def test_both_texts_are_named_in_short():
    text = both_texts({"sentences": 7, "files": ["a", "b", "c", "d"]}, sentences("e"))
    assert text == (
        "it was made of 7 sentences of a, b, c and 1 more, and is wanted for 1 sentences of e"
    )


@pytest.mark.parametrize("files", ["a", [1], {"a": 1}, None])
def test_files_that_are_no_names_are_refused(files):
    with pytest.raises(TypeError):
        check_files({"files": files})
