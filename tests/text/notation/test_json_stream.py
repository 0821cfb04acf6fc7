import io
import json
import tracemalloc

import hypothesis
import hypothesis.strategies as st
import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.notation import json_reader, json_stream
from bioner_kd.text.notation.json_stream import iterate_objects
from bioner_kd.text.source import START, STDIN, Source

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)  # fmt: skip


def read(tmp_path, content, faults=None, lists=("documents",)):
    path = tmp_path / "a.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(iterate_objects(Source(path), lists, faults or Faults()))


@pytest.mark.parametrize(
    "content",
    [
        '{"a": 1}\n{"a": 2}\n',
        '\ufeff {"a":1}{"a":2}',
        '[{"a": 1},\n {"a": 2}]',
        '{"documents": [{"a": 1}, {"a": 2}]}',
        '{"documents": [{"a": 1}]}\n{"documents": [{"a": 2}]}',
        '[{"documents": [{"a": 1}]}, {"documents": [{"a": 2}]}]',
    ],
)
def test_objects_come_in_a_list_or_one_after_another(tmp_path, content):
    assert [item for item, _, _ in read(tmp_path, content)] == [{"a": 1}, {"a": 2}]


def test_fields_before_the_list_come_with_each_object(tmp_path):
    content = '{"source": "x",\n"documents": [\n{"a": 1},\n{"a": 2}], "key": "y"}'
    assert read(tmp_path, content) == [
        ({"a": 1}, {"source": "x"}, 3), ({"a": 2}, {"source": "x"}, 4),
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["", " \n", "[]", '{"documents": []}', "[\n]"])
def test_there_may_be_no_object(tmp_path, content):
    assert read(tmp_path, content) == []


class InPieces(io.RawIOBase):
    """Gives a few bytes at a time."""

    def __init__(self, content, size):
        self._content, self._size, self._at = content, size, 0

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self._content[self._at : self._at + self._size]
        self._at += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


def from_stdin(content, size):
    source = Source(STDIN)
    with pytest.MonkeyPatch.context() as patch:
        stream = io.BufferedReader(InPieces(content, size), START)
        patch.setattr("bioner_kd.text.source._standard_input", lambda: stream)
        yield from iterate_objects(source, ("documents",), Faults())


@hypothesis.given(
    st.lists(st.dictionaries(st.text("abc", min_size=1), JSON), max_size=4),
    st.integers(1, 9),
    st.booleans(),
    st.booleans(),
)
def test_any_cut_of_the_file_gives_the_same_objects(objects, size, listed, ascii_):
    pieces = [json.dumps(one, ensure_ascii=ascii_, indent=1) for one in objects]
    text = f'{{"documents": [{",".join(pieces)}]}}' if listed else "\n".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "START", 2)
        found = [item for item, _, _ in from_stdin(text.encode(), size)]
    assert found == objects


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('[{"a": 1},\n{"a": "tw', r"a\.json:2: the JSON is cut short"),
        ('[{"a": 1}', "cut short"),
        ('{"documents": [{"a": 1}]', "cut short"),
        ('{"documents": [', "cut short"),
        ('{"a": 1,\n"b"', r"a\.json:2: the JSON is cut short"),
        ('[{"a": 1},\n{"a" 1}]' + " " * 99, r"a\.json:2: no JSON: Expecting ':' delimiter"),
        ('[{"a": 1}\n{"a": 1}]', r"a\.json:2: , or \] is missing"),
        ("{a: 1}", "name of a field is a string"),
        ("Aspirin", "begins with a brace, not with 'A'"),
        ("[" * 100_000, "nested too deeply|cut short"),
        ("[" + '{"a":' * 100_000, "nested too deeply"),
        (b'[{"a": "Sj\xf6gren"}]', "byte 0xf6 .*not UTF-8"),
        ('[{"a": "x"}]'.encode("utf-16"), "byte 0xff .*not UTF-8"),
    ],
)
def test_what_is_no_whole_json_is_one_error_with_its_place(tmp_path, content, what):
    with pytest.raises(InputError, match=what):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("1" * 5000, "more than 1000 digits"),
        ("1e999", "too large"),
        ("NaN", "NaN is no number"),
        (r'"\ud800"', "lone surrogate"),
    ],
)
def test_a_damaged_object_is_told_and_the_next_one_is_read(tmp_path, value, what):
    for content in (f'[{{"b": [1, {value}]}}, {{"a": 1}}]', f'{{"b": [1, {value}]}}\n{{"a": 1}}'):
        with pytest.raises(InputError, match=rf"a\.json:1: .*{what}"):
            read(tmp_path, content)
        faults = Faults(SKIP)
        assert [item for item, _, _ in read(tmp_path, content, faults)] == [{"a": 1}]
        assert faults.number == 1


def test_pairs_of_surrogates_are_a_character(tmp_path):
    assert read(tmp_path, r'{"a": "\ud83d\ude00"}')[0][0] == {"a": "😀"}


def test_a_line_that_is_no_json_is_told_and_the_next_one_is_read(tmp_path):
    content = '{"a": 1}\n{"b": tru}\n{"c" 1}\n{"d": [1,}\n{"a": 2}\n{"a":'
    faults = Faults(SKIP)
    assert [(item, line) for item, _, line in read(tmp_path, content, faults)] == [
        ({"a": 1}, 1), ({"a": 2}, 5),
    ]  # fmt: skip
    assert [message.split(": ")[0].rpartition(":")[2] for message in faults.skipped] == [
        "2", "3", "4", "6",
    ]  # fmt: skip


def test_size_and_brackets_are_bounded(tmp_path, monkeypatch):
    for module in (json_reader, json_stream):
        monkeypatch.setattr(module, "MOST_SIZE", 100_000)
    monkeypatch.setattr(json_reader, "MOST_BRACKETS", 10_000)
    assert len(read(tmp_path, ('{"a": "' + "x" * 90_000 + '"}\n') * 3)) == 3
    with pytest.raises(InputError, match="one value has more than 100,000 characters"):
        read(tmp_path, '{"a": "' + "x" * 900_000 + '"}')
    with pytest.raises(InputError, match="one value has more than 10,000 lists"):
        read(tmp_path, '{"a": [' + "[]," * 30_000 + "1]}")
    with pytest.raises(InputError, match="one object has more than 100,000 characters"):
        read(tmp_path, "{" + ",".join(f'"{n}": "{"x" * 100}"' for n in range(2000)) + "}")


@pytest.mark.slow
def test_a_large_list_is_read_in_flat_memory():
    def most(number):
        one = json.dumps({"text": "word " * 2000, "marks": [{"offset": 1}] * 50})
        content = ('{"documents": [' + ",".join([one] * number) + "]}").encode()
        tracemalloc.start()
        assert sum(1 for _ in from_stdin(content, START)) == number
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(2000) < 1.2 * most(100) < 2e6
