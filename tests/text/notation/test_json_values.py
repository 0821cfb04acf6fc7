import gzip
import json
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.notation.json_values import json_values
from bioner_kd.text.source import Source

OBJECTS = st.lists(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
            max_leaves=5,
        ),
        max_size=3,
    ),
    max_size=4,
)  # fmt: skip


@pytest.fixture
def values(tmp_path):
    def read(data, faults=None):
        path = tmp_path / "a.json"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return list(json_values(Source(path), faults or Faults()))

    return read


def message_of(values, data):
    with pytest.raises(InputError) as caught:
        values(data)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        '{"a": 1}\n{"b": 2}\n',
        '\n\ufeff'[1:] + '{"a": 1}\n\n{"b": 2}',
        '{"a": 1}\r\n{"b": 2}\r\n',
        '{\n "a":\n 1\n}\n{\n "b": 2}',
        '[{"a": 1}, {"b": 2}]',
        ' [\n{"a": 1}\n,\n{"b": 2}\n]\n ',
        gzip.compress(b'{"a": 1}\n{"b": 2}\n', mtime=0),
    ],
)  # fmt: skip
def test_lines_objects_of_several_lines_and_arrays_are_read(values, data):
    assert [value for _, value in values(data)] == [{"a": 1}, {"b": 2}]


def test_each_value_has_its_line(values):
    assert [line for line, _ in values('\n{"a":\n1}\n\n{"b": 2}\n')] == [2, 5]
    assert [line for line, _ in values('[\n{"a":\n1},\n\n{"b": 2}]\n')] == [2, 5]


def test_no_value_is_in_an_empty_file_or_array(values):
    assert values("") == values(" \n") == values("[]") == values("[ ]\n") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OBJECTS, st.sampled_from([None, 1]), st.booleans())
def test_what_json_writes_is_read(values, objects, indent, ascii):
    texts = [json.dumps(one, indent=indent, ensure_ascii=ascii) for one in objects]
    assert [value for _, value in values("\n".join(texts))] == objects
    if objects:
        assert [value for _, value in values(f"[{','.join(texts)}]")] == objects


def test_values_longer_than_what_is_read_at_once_are_read(values):
    long = {"text": "x\u00e9\\\n" * 900_000, "n": [1] * 100_000}
    data = "\n".join([json.dumps({"a": 1}), json.dumps(long, ensure_ascii=False), '{"b": 12345}'])
    assert [value for _, value in values(data)] == [{"a": 1}, long, {"b": 12345}]


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        ('{"a": 1}\n{"a": 1', 2, "cut short"),
        ('{"a": 1}\n{"a": "long text', 2, "cut short"),
        ('{"a": 1}\n{"a": "b\n{"c": 3}\n', 2, "Invalid control character"),
        ('{"a": 1}\n{a: 1, "bbbbbbbbbbbbbbbbbbbb": 2}\n', 2, "property name"),
        ('[{"a": 1},\n{"a": 1}', 2, "cut short"),
        ('[{"a": 1},\n{"a": 1', 2, "cut short"),
        ('[{"a": 1}\n{"a": 1}]', 2, ", or ] is missing"),
        ('[{"a": 1}]\n{"a": 1}', 2, "behind the end"),
        ('\n{"a": NaN}', 2, "NaN is no number"),
        ('{"a": 1e999}', 1, "too large"),
        ('{"a": ' + "9" * 5000 + "}", 1, "more than 1000 digits"),
        ("[" + '{"a":' * 99_999, 1, "nested too deeply"),
        ('{"a": ' + "[" * 99_999 + "]" * 99_999 + "}", 1, "nested too deeply"),
        ('{"a": "\\ud83d"}', 1, "half of a character"),
        ('{"a": ' + "[" * 9_999 + '"\\ud83d"' + "]" * 9_999 + "}", 1, "nested too deeply"),
        (b'{"a": 1}\n{"a": "caf\xe9"}', 2, "byte 0xe9 at offset 19"),
        ('{"a": "\u00e9"}'.encode()[:-3], 1, "byte 0xc3 at offset 7"),
        ('{"a": 1}'.encode("utf-16"), 1, "UTF-16"),
        ('{"a": "x\0y, and more of this text"}', 1, "control character"),
    ],
)  # fmt: skip
def test_damaged_files_are_told_with_line_and_reason(values, data, line, what):
    message = message_of(values, data)
    assert f"a.json:{line}: " in message and what in message


def test_reading_goes_on_behind_a_damaged_line(values):
    faults = Faults(SKIP)
    found = values('{"a": 1}\n{"a": "cut\n{"b": NaN}\n{"c": [1,\n{"d": 4}\n', faults)
    assert [value for _, value in found] == [{"a": 1}, {"d": 4}]
    assert faults.number == 3


def test_halves_of_a_character_that_belong_together_are_read(values):
    assert values('{"a": "\\ud83d\\ude00"}') == [(1, {"a": "\U0001f600"})]


@pytest.mark.parametrize("form", ["{}\n", "[{}]"])
def test_memory_does_not_grow_with_the_file(tmp_path, form):
    record = json.dumps({"text": "word " * 200})
    joint = "\n" if form == "{}\n" else ","
    (tmp_path / "a.json").write_text(form.replace("{}", joint.join([record] * 20_000)))
    tracemalloc.start()
    number = sum(1 for _ in json_values(Source(tmp_path / "a.json"), Faults()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == 20_000
    assert peak < 10_000_000  # of a file of 20 MB


def test_a_value_of_a_hundred_megabytes_is_refused_soon(tmp_path):
    (tmp_path / "a.json").write_text('{"a": "' + "x" * 100_000_000)
    started = time.monotonic()
    with pytest.raises(InputError, match="more than 50,000,000 characters"):
        list(json_values(Source(tmp_path / "a.json"), Faults()))
    assert time.monotonic() - started < 20


def test_a_value_of_many_lists_is_refused(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [' + "[]," * 3_000_000 + "[]]}")
    with pytest.raises(InputError, match="more than 2,000,000 lists and objects"):
        list(json_values(Source(tmp_path / "a.json"), Faults()))
