import json

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.formats.prodigy import FORMAT
from bioner_kd.text.source import Source

TOKENS = [{"text": "Aspirin", "start": 0, "end": 7, "id": 0, "ws": True}]
EXAMPLE = {
    "text": "Aspirin helps.",
    "_task_hash": 123,
    "spans": [
        {"start": 0, "end": 7, "label": "Chemical", "token_start": 0, "token_end": 0, "score": 0.5}
    ],
    "tokens": TOKENS,
    "answer": "accept",
}


@pytest.fixture
def file_of(tmp_path):
    def file_of(*values):
        (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, values)))
        return tmp_path / "a.jsonl"

    return file_of


def test_spans_are_mentions_and_all_else_is_kept(file_of):
    path = file_of(EXAMPLE)
    assert recognise(Source(path)).name == "prodigy"
    (document,) = read_documents(path)
    (found,) = document.annotations
    assert (found.type, found.spans, found.text, found.score) == (
        "Chemical", ((0, 7),), "Aspirin", 0.5,
    )  # fmt: skip
    assert found.extra == {"prodigy": {"token_start": 0, "token_end": 0}}
    assert document.extra["fields"] == {"_task_hash": 123, "tokens": TOKENS, "answer": "accept"}


def test_what_was_not_accepted_is_told_and_left_out(file_of):
    path = file_of(EXAMPLE, {**EXAMPLE, "answer": "reject"}, {"text": "b", "answer": "ignore"})
    faults = Faults(SKIP)
    assert len(list(read_documents(path, faults=faults))) == 1
    assert faults.number == 2
    with pytest.raises(InputError, match=r"a\.jsonl:2.*'reject'.*--on_error=skip"):
        list(read_documents(path))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"text": "a", "spans": 3}, "'spans' is 3"),
        ({"text": "a", "spans": [3]}, "3 is no span"),
        ({"text": "a", "spans": [{"label": "X", "start": 0}]}, "'start' and 'end'"),
        ({"text": "a", "spans": [{"label": "X", "start": 0, "end": 5}]}, "0:5 of a text of 1"),
    ],
)
def test_faults_are_told(file_of, value, what):
    with pytest.raises(InputError, match=rf"a\.jsonl:2.*{what}"):
        list(read_documents(file_of(EXAMPLE, value)))


@pytest.mark.parametrize(
    ("start", "is_it"),
    [
        ('{"text": "a", "spans": [{"start": 0, "end": 1, "label": "X"}]}', True),
        ('{"text": "a", "answer": "accept"}', True),
        ('{"text": "a", "answer": "Paris"}', False),
        ('{"text": "a", "spans": []}', False),
        ("Aspirin helps.\n", False),
    ],
)
def test_examples_are_recognised(start, is_it):
    assert FORMAT.recognises(start) == is_it
