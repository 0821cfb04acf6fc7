"""Which text the flags name."""

import lzma

import pytest

from bioner_kd.cli.programs import adapt_teacher
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.adaptation import read_text

from ..conftest import load_program


def read(*arguments: str) -> list[str]:
    program = load_program("adapt_teacher")
    program.values(["adapt_teacher", *arguments])
    return [sentence.text for sentence in read_text(program.read(adapt_teacher.TEXT).text)]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\ntwo\nthree\n")
    (tmp_path / "b.txt.xz").write_bytes(lzma.compress(b"four\nfive\nsix\n"))
    return f"--text={tmp_path / 'a.txt'},{tmp_path / 'b.txt.xz'}"


def test_files_are_read_one_after_the_other(files):
    assert read(files) == ["one", "two", "three", "four", "five", "six"]


def test_without_a_text_it_is_a_usage_error():
    with pytest.raises(UsageError, match="--text: name one file"):
        read()


def test_a_file_that_is_missing_is_named_before_any_is_read(files, tmp_path):
    program = load_program("adapt_teacher")
    program.values(["adapt_teacher", f"{files},{tmp_path / 'c.txt'}"])
    with pytest.raises(InputError, match="c.txt: there is no such file"):
        read_text(program.read(adapt_teacher.TEXT).text)
