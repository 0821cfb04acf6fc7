import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.json_file import read_json_object


def test_an_object_is_read(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"naïve": [1]}', encoding="utf-8")
    assert read_json_object(path) == {"naïve": [1]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b'{"a": ', "not valid JSON"),
        (b'{"\xe9": 1}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1]", "holds a list"),
        (b"null", "holds a NoneType"),
    ],
)
def test_anything_else_is_an_error_that_names_the_file(tmp_path, content, reason):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        read_json_object(path)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"config\.json: cannot read this file"):
        read_json_object(tmp_path / "config.json")
