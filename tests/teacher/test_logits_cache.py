"""Logits on disk: written once, checked whenever they are read."""

import errno
import gc
import json
import os

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.cache_manifest import words_digest
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.logits_shard import HIDDEN_STATES, LOGITS
from bioner_kd.text.sentence import Sentence

SENTENCES = [Sentence.from_words([f"w{n}x{i}" for i in range(1 + n % 4)]) for n in range(10)]
FINGERPRINT = {
    "teacher": "a" * 64,
    "tokenizer": "b" * 64,
    "tags": ("O", "B-Disease"),
    "windows": {"max_subwords": 64, "overlap": 16},
}


class Teacher:
    """Logits that say which word they belong to; counts what it is asked."""

    def __init__(self, fail_after=None):
        self.asked, self.fail_after = [], fail_after

    def logits(self, sentences):
        if len(self.asked) == self.fail_after:
            raise KeyboardInterrupt
        self.asked.append(len(sentences))
        return [self.rows(sentence) for sentence in sentences]

    @staticmethod
    def rows(sentence):
        numbers = [int(word[1:].replace("x", "")) for word in sentence.words]
        return np.array([[n / 7, -n] for n in numbers], np.float32)


def write(folder, *, sentences=SENTENCES, fingerprint=FINGERPRINT, teacher=None):
    """Writes in shards of four and returns the sizes of the parts that were computed."""
    teacher = teacher or Teacher()
    done = list(
        LogitsCache(folder).write(sentences, fingerprint, teacher.logits, shard_sentences=4)
    )
    assert done == [4, 4, 2]
    return teacher.asked


def write_any(folder, *, sentences=SENTENCES):
    list(LogitsCache(folder).write(sentences, FINGERPRINT, Teacher().logits))


def read(folder, *, sentences=SENTENCES, fingerprint=FINGERPRINT):
    return LogitsCache(folder).read(sentences, fingerprint).rows()


def assert_whole(folder):
    rows = read(folder)
    assert len(rows) == len(SENTENCES)
    for row, sentence in zip(rows, SENTENCES, strict=True):
        assert row.dtype == np.float32
        np.testing.assert_array_equal(row, Teacher.rows(sentence))


def test_what_was_written_is_read_to_the_bit(tmp_path):
    assert write(tmp_path / "train") == [4, 4, 2]
    assert_whole(tmp_path / "train")


def test_the_fingerprint_can_be_asked_for(tmp_path):
    write(tmp_path)
    found = LogitsCache(tmp_path).fingerprint()
    assert found["tags"] == ["O", "B-Disease"]
    assert found["words"] == words_digest(SENTENCES)


def test_a_whole_cache_is_not_computed_again(tmp_path):
    write(tmp_path)
    assert write(tmp_path) == []


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, teacher=Teacher(fail_after=1))
    with pytest.raises(InputError, match="unfinished, 2 of 3 shards are missing"):
        read(tmp_path)
    assert write(tmp_path) == [4, 2]
    assert_whole(tmp_path)


def test_the_size_of_shards_is_that_of_the_first_run(tmp_path):
    write(tmp_path)
    cache = LogitsCache(tmp_path)
    assert list(cache.write(SENTENCES, FINGERPRINT, Teacher().logits, shard_sentences=3)) == [
        4,
        4,
        2,
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("teacher", "c" * 64, "its teacher: aaaaaaaaaaaa…, expected cccccccccccc…"),
        ("tokenizer", "c" * 64, "its tokenizer: bbbbbbbbbbbb…"),
        ("tags", ("O", "B-Gene"), r"its tags: \['O', 'B-Disease'\], expected \['O', 'B-Gene'\]"),
        ("windows", {"max_subwords": 64, "overlap": 8}, "its windows"),
    ],
)
@pytest.mark.parametrize("use", [read, write])
def test_logits_of_something_else_are_refused_and_the_difference_named(
    tmp_path, use, name, value, message
):
    write(tmp_path)
    with pytest.raises(InputError, match=message):
        use(tmp_path, fingerprint={**FINGERPRINT, name: value})
    assert_whole(tmp_path)


@pytest.mark.parametrize("use", [read, write])
def test_logits_of_other_words_are_refused(tmp_path, use):
    write(tmp_path)
    others = [*SENTENCES[:-1], Sentence.from_words(["other", "words"])]
    with pytest.raises(InputError, match="these logits belong to something else: its words"):
        use(tmp_path, sentences=others)


def corpus(name, words):
    return [Sentence.from_words(row.split(), path=f"{name}/train.tsv", line=1) for row in words]


@pytest.mark.parametrize("use", [write_any, read])
@pytest.mark.parametrize("words", [["w1x0"], ["w1x0", "w2x0 w2x1"], ["w1x0", "w3x0", "w4x0"]])
def test_a_cache_of_another_corpus_names_both(tmp_path, use, words):
    write_any(tmp_path, sentences=corpus("NCBI", ["w1x0", "w2x0"]))
    with pytest.raises(InputError) as refused:
        use(tmp_path, sentences=corpus("BC5CDR", words))
    message = str(refused.value)
    assert "it was made of 2 sentences of NCBI/train.tsv" in message
    assert f"wanted for {len(words)} sentences of BC5CDR/train.tsv" in message
    assert words_digest(corpus("NCBI", words))[:8] not in message


def test_a_corpus_that_has_changed_is_told_apart(tmp_path):
    write_any(tmp_path, sentences=corpus("NCBI", ["w1x0", "w2x0"]))
    with pytest.raises(InputError, match="NCBI/train.tsv, whose words are others now"):
        read(tmp_path, sentences=corpus("NCBI", ["w1x0", "w3x0"]))


def test_a_cache_from_before_does_not_know_its_corpus(tmp_path):
    write(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    del manifest["files"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert_whole(tmp_path)
    with pytest.raises(InputError, match="10 sentences of a text whose name is not known"):
        read(tmp_path, sentences=corpus("NCBI", ["w1x0"]))


def test_words_are_told_apart_by_their_sentences_too():
    one = [Sentence.from_words(["a", "b"]), Sentence.from_words(["c"])]
    other = [Sentence.from_words(["a"]), Sentence.from_words(["b", "c"])]
    assert words_digest(one) != words_digest(other)
    assert words_digest(one) != words_digest([Sentence.from_words(["a", "b", "c"])])


def test_a_reader_without_the_teacher_compares_the_words_alone(tmp_path):
    write(tmp_path)
    assert len(read(tmp_path, fingerprint={})) == len(SENTENCES)
    with pytest.raises(InputError, match="its words"):
        read(tmp_path, fingerprint={}, sentences=SENTENCES[1:])


def flip(path, place=60):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


DAMAGES = {
    "a flipped bit": flip,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_shard_is_found_and_made_again_alone(tmp_path, damage):
    write(tmp_path)
    DAMAGES[damage](tmp_path / "shard-00001.npz")
    with pytest.raises(InputError, match=r"shard-00001\.npz: this shard is damaged or missing"):
        read(tmp_path)
    assert write(tmp_path) == [4]
    assert_whole(tmp_path)


def test_a_shard_whose_checksum_fits_but_is_no_shard(tmp_path):
    write(tmp_path)
    path = tmp_path / "shard-00000.npz"
    path.write_bytes(b"text")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    from bioner_kd.regular_file import file_digest

    manifest["shards"][path.name] = file_digest(path)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"shard-00000\.npz: not a shard of logits"):
        read(tmp_path)


MANIFESTS = {
    "cut short": lambda text: text[:-30],
    "empty": lambda text: "",
    "a list": lambda text: "[]",
    "no shards": lambda text: text.replace('"shards"', '"pieces"'),
    "shards of the wrong kind": lambda text: json.dumps({**json.loads(text), "shards": []}),
    "a fingerprint of the wrong kind": lambda text: json.dumps(
        {**json.loads(text), "fingerprint": "abc"}
    ),
}


@pytest.mark.parametrize("use", [read, write])
@pytest.mark.parametrize("damage", MANIFESTS)
def test_a_damaged_manifest_is_an_input_error(tmp_path, use, damage):
    write(tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(MANIFESTS[damage](path.read_text()))
    with pytest.raises(InputError, match="not the manifest of a logits cache"):
        use(tmp_path)


def test_no_cache_at_all(tmp_path):
    with pytest.raises(InputError, match=r"no logits cache is here; make it with bioner_kd cache_"):
        read(tmp_path / "nothing")


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(InputError):
        write(tmp_path / "file" / "train")


@pytest.mark.parametrize("first", [1, 3, 4, 6, 8, 9])
def test_a_cache_grows_by_sentences_behind_those_that_it_has(tmp_path, first):
    cache, teacher = LogitsCache(tmp_path), Teacher()
    list(cache.write(SENTENCES[:first], FINGERPRINT, teacher.logits, shard_sentences=4))
    asked = write(tmp_path)
    assert sum(asked) == len(SENTENCES) - first // 4 * 4  # whole shards are kept
    assert_whole(tmp_path)


def test_a_cache_does_not_shrink(tmp_path):
    write(tmp_path)
    with pytest.raises(InputError, match="10 sentences are here, more than the 6 of now"):
        list(LogitsCache(tmp_path).write(SENTENCES[:6], FINGERPRINT, Teacher().logits))
    assert_whole(tmp_path)


def test_growing_that_was_stopped_goes_on(tmp_path):
    cache = LogitsCache(tmp_path)
    list(cache.write(SENTENCES[:5], FINGERPRINT, Teacher().logits, shard_sentences=4))
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, teacher=Teacher(fail_after=1))
    assert write(tmp_path) == [2]
    assert_whole(tmp_path)


def test_a_cache_does_not_grow_from_other_sentences_or_another_teacher(tmp_path):
    cache = LogitsCache(tmp_path)
    list(cache.write(SENTENCES[1:5], FINGERPRINT, Teacher().logits, shard_sentences=4))
    with pytest.raises(InputError, match="its words"):
        write(tmp_path)
    with pytest.raises(InputError, match="its teacher"):
        write(tmp_path, sentences=SENTENCES[1:], fingerprint={**FINGERPRINT, "teacher": "c"})


@pytest.mark.parametrize("place", ["shard-00001.npz", "manifest.json"])
def test_a_full_disk_loses_no_finished_shard(tmp_path, monkeypatch, place):
    replace, written = os.replace, []

    def full(source, target):
        written.append(os.path.basename(target))
        if written[-1] == place and len(written) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        with pytest.raises(InputError, match=f"{place}: cannot write here .No space left"):
            write(tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert write(tmp_path) == [4, 2]
    assert_whole(tmp_path)


def test_a_disk_that_fills_within_a_shard_is_one_error(tmp_path, monkeypatch, room_for):
    later = []
    monkeypatch.setattr("sys.unraisablehook", later.append)
    with room_for(200), pytest.raises(InputError, match=r"shard-00000.npz: cannot write here"):
        write(tmp_path)
    gc.collect()
    assert not later and not list(tmp_path.iterdir())
    assert write(tmp_path) == [4, 4, 2]


def test_some_sentences_are_read_in_the_order_asked_for(tmp_path):
    write(tmp_path)
    rows = LogitsCache(tmp_path).read_some(SENTENCES, FINGERPRINT, [9, 0, 5, 4])
    for row, place in zip(rows, [9, 0, 5, 4], strict=True):
        np.testing.assert_array_equal(row, Teacher.rows(SENTENCES[place]))


def hidden(folder):
    return LogitsCache(folder, HIDDEN_STATES)


def test_hidden_states_are_kept_in_half_the_precision(tmp_path):
    list(hidden(tmp_path).write(SENTENCES, FINGERPRINT, Teacher().logits, shard_sentences=4))
    found = hidden(tmp_path).read(SENTENCES, FINGERPRINT)
    assert found.flat.dtype == np.float16
    for row, sentence in zip(found.rows(), SENTENCES, strict=True):
        np.testing.assert_array_equal(row, Teacher.rows(sentence).astype(np.float16))
    (row,) = hidden(tmp_path).read_some(SENTENCES, FINGERPRINT, [7])
    assert row.dtype == np.float16


@pytest.mark.parametrize(("made", "asked"), [(LOGITS, HIDDEN_STATES), (HIDDEN_STATES, LOGITS)])
def test_a_cache_of_the_other_kind_is_refused_and_left_alone(tmp_path, made, asked):
    list(LogitsCache(tmp_path, made).write(SENTENCES, FINGERPRINT, Teacher().logits))
    other, message = LogitsCache(tmp_path, asked), f"holds {made.name}, not {asked.name}"
    with pytest.raises(InputError, match=message):
        other.read(SENTENCES, FINGERPRINT)
    with pytest.raises(InputError, match=message):
        list(other.write(SENTENCES, FINGERPRINT, Teacher().logits))
    assert len(LogitsCache(tmp_path, made).read(SENTENCES, FINGERPRINT).lengths) == len(SENTENCES)


def test_a_cache_from_before_there_were_kinds_holds_logits(tmp_path):
    write(tmp_path)
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["values"]
    path.write_text(json.dumps(manifest))
    assert write(tmp_path) == []
    assert_whole(tmp_path)


def test_what_is_missing_of_hidden_states_says_how_to_make_them(tmp_path):
    advice = "no hidden states cache is here; make it with bioner_kd cache_logits --hidden"
    with pytest.raises(InputError, match=advice):
        hidden(tmp_path).read(SENTENCES, FINGERPRINT)
    failing = Teacher(fail_after=1).logits
    with pytest.raises(KeyboardInterrupt):
        list(hidden(tmp_path).write(SENTENCES, FINGERPRINT, failing, shard_sentences=4))
    with pytest.raises(InputError, match="run bioner_kd cache_logits --hidden with the same"):
        hidden(tmp_path).read(SENTENCES, FINGERPRINT)
