"""A teacher on disk, and how it reads sentences."""

import json
import shutil

import keras
import numpy as np
import pytest
from transformers import TFBertForTokenClassification

from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.config import ReadingConfig
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.saved_teacher import (
    SavedTeacher,
    load_teacher,
    save_teacher,
    teacher_fingerprint,
)
from bioner_kd.teacher.tokenizer import load_tokenizer
from bioner_kd.text.sentence import Sentence

from .tiny_bert import write_checkpoint

TAG_SET = TagSet(("O", "B-Disease", "I-Disease"))
# Letters are one subword each, so that windows can be counted in words.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORT = [Sentence.from_words(text.split()) for text in ("the tumor gene", "a", "in cancers of b")]
LONG = Sentence.from_words([LETTERS[n % 26 if n % 3 else n % 7] for n in range(100)])
WINDOWS = WindowConfig(max_subwords=22, overlap=10)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A teacher as it was before it was saved, and the folder."""
    pretrained, folder = (tmp_path_factory.mktemp(name) for name in ("pretrained", "teacher"))
    write_checkpoint(pretrained)
    keras.utils.set_random_seed(1)
    tokenizer = load_tokenizer(pretrained)
    bert = load_token_classifier(pretrained, TAG_SET.tags, fine_tuned=False)
    model = Teacher(bert, pad_id=tokenizer.pad_id)
    save_teacher(folder, model, tokenizer, TAG_SET, WINDOWS, "tiny")
    return SavedTeacher(folder, model, tokenizer, TAG_SET, WINDOWS, {}), folder


@pytest.fixture(scope="module")
def loaded(kept):
    return load_teacher(kept[1])


@pytest.fixture
def folder(kept, tmp_path):
    """A copy to change."""
    shutil.copytree(kept[1], tmp_path / "teacher")
    return tmp_path / "teacher"


def test_a_saved_teacher_comes_back(kept, loaded):
    before, folder = kept
    sentences = [*SHORT, LONG]
    for one, other in zip(before.logits(sentences), loaded.logits(sentences), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)
    assert (loaded.tag_set, loaded.windows, loaded.folder) == (TAG_SET, WINDOWS, folder)
    assert loaded.parameters == before.parameters
    assert loaded.size == (folder / "tf_model.h5").stat().st_size


def test_transformers_reads_the_folder_too(kept, loaded):
    model = TFBertForTokenClassification.from_pretrained(kept[1])
    assert model.config.id2label == dict(enumerate(TAG_SET.tags))
    ids = np.array([[loaded.tokenizer.cls_id, 9, 20, loaded.tokenizer.sep_id]])
    np.testing.assert_allclose(model(ids).logits, loaded.model.classifier(ids).logits, atol=1e-6)


def test_logits_come_in_order_and_do_not_depend_on_the_batch(loaded):
    sentences = [LONG, *SHORT]
    together = loaded.logits(sentences)
    assert [rows.shape for rows in together] == [(len(s), 3) for s in sentences]
    for sentence, rows in zip(sentences, together, strict=True):
        np.testing.assert_allclose(loaded.logits([sentence], 1)[0], rows, atol=1e-4)


def test_hidden_states_come_with_the_same_logits(loaded):
    sentences = [LONG, *SHORT]
    logits, states = loaded.logits_and_hidden_states(sentences)
    for one, other in zip(logits, loaded.logits(sentences), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert [rows.shape for rows in states] == [(len(s), 32) for s in sentences]
    # The head is linear: what it makes of a hidden state is the logits, whichever the window.
    kernel, bias = loaded.model.classifier.classifier.get_weights()
    for rows, said in zip(states, logits, strict=True):
        np.testing.assert_allclose(rows @ kernel + bias, said, atol=1e-4)


def test_each_word_of_a_long_sentence_is_read_with_at_least_half_the_overlap_around_it(loaded):
    (whole,) = loaded.logits([LONG])
    # All windows that there are, each read as a sentence of its own: 20 words, a new one every 10.
    starts = range(0, 81, 10)
    parts = [Sentence.from_words(LONG.words[start : start + 20]) for start in starts]
    alone = dict(zip(starts, loaded.logits(parts), strict=True))
    for word, row in enumerate(whole):
        window = min(max((word - 5) // 10 * 10, 0), 80)
        assert window == 0 or word - window >= 5
        assert window == 80 or window + 20 - word > 4
        np.testing.assert_allclose(row, alone[window][word - window], atol=1e-4)


def test_windows_do_not_matter_to_a_sentence_that_fits(kept, loaded):
    windows = WindowConfig(max_subwords=60, overlap=10)
    wide = SavedTeacher(kept[1], loaded.model, loaded.tokenizer, TAG_SET, windows, {})
    for one, other in zip(wide.logits(SHORT), loaded.logits(SHORT), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)


def test_windows_as_long_as_the_positions(kept, loaded):
    windows = WindowConfig(max_subwords=64, overlap=20)
    teacher = SavedTeacher(kept[1], loaded.model, loaded.tokenizer, TAG_SET, windows, {})
    (rows,) = teacher.logits([LONG])
    assert rows.shape == (100, 3)


def test_a_budget_that_is_given_must_have_room_for_a_window(kept, loaded):
    windows = loaded.windows.max_subwords
    with pytest.raises(UsageError, match=rf"subword_budget={windows - 1}: .*={windows}"):
        load_teacher(kept[1], ReadingConfig(subword_budget=windows - 1))


def test_windows_longer_than_the_default_budget_are_read_where_none_is_given(
    kept, loaded, monkeypatch
):
    small = ReadingConfig(subword_budget=loaded.windows.max_subwords - 1)
    monkeypatch.setattr("bioner_kd.teacher.saved_teacher.DEFAULT_READING", small)
    found = load_teacher(kept[1]).logits([LONG], 4)
    for logits, expected in zip(found, loaded.logits([LONG], 4), strict=True):
        np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_the_fingerprint_says_what_the_logits_depend_on(loaded, folder):
    fingerprint = teacher_fingerprint(folder)
    assert fingerprint == loaded.fingerprint
    assert set(fingerprint) == {"teacher", "tokenizer", "tags", "windows"}
    assert fingerprint["tags"] == list(TAG_SET.tags)
    assert fingerprint["windows"] == {"max_subwords": 22, "overlap": 10}
    for name, file in (("teacher", "tf_model.h5"), ("tokenizer", "tokenizer.json")):
        data = bytearray((folder / file).read_bytes())
        data[-5] ^= 1
        (folder / file).write_bytes(bytes(data))
        changed = teacher_fingerprint(folder)
        assert {key for key in changed if changed[key] != fingerprint[key]} == {name}
        fingerprint = changed


def rewrite(folder, **changes):
    path = folder / "bioner_kd.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


DAMAGES = {
    "no settings": lambda f: (f / "bioner_kd.json").unlink(),
    "settings cut short": lambda f: (f / "bioner_kd.json").write_text('{"tags": ["O"'),
    "settings that are a list": lambda f: (f / "bioner_kd.json").write_text("[]"),
    "no weights": lambda f: (f / "tf_model.h5").unlink(),
    "no tokenizer": lambda f: (f / "tokenizer.json").unlink(),
    "windows of the wrong kind": lambda f: rewrite(f, windows=[22, 10]),
    "windows with another field": lambda f: rewrite(f, windows={"length": 3}),
    "windows that would not advance": lambda f: rewrite(
        f, windows={"max_subwords": 8, "overlap": 8}
    ),
    "tags that are none": lambda f: rewrite(f, tags=["O", "Disease"]),
    "tags that are a number": lambda f: rewrite(f, tags=3),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_folder_that_is_no_teacher_is_an_input_error(folder, damage):
    DAMAGES[damage](folder)
    with pytest.raises(InputError, match="not a fine-tuned teacher .*bioner_kd finetune_teacher"):
        load_teacher(folder)


def test_weights_cut_short_are_an_input_error(folder):
    path = folder / "tf_model.h5"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="tf_model.h5"):
        load_teacher(folder)


def test_other_tags_than_the_head_has_are_an_input_error(folder):
    rewrite(folder, tags=["O", "B-Gene", "I-Gene"])
    with pytest.raises(InputError, match="fine-tuned for 3 tags"):
        load_teacher(folder)


@pytest.mark.parametrize(("size", "place"), [(100, "teacher"), (5000, "tf_model.h5")])
def test_a_full_disk_is_one_clear_error(kept, tmp_path, room_for, size, place):
    saved, folder = kept[0], tmp_path / "teacher"
    folder.mkdir()
    arguments = (folder, saved.model, saved.tokenizer, TAG_SET, WINDOWS, "tiny")
    with room_for(size), pytest.raises(InputError, match=f"{place}: cannot write .*File too large"):
        save_teacher(*arguments)
    assert not (folder / "tf_model.h5").exists()
    save_teacher(*arguments)
    assert load_teacher(folder).fingerprint == teacher_fingerprint(kept[1])


def test_transformers_reads_it_as_its_own(kept, tmp_path):
    saved, folder = kept
    saved.model.classifier.save_pretrained(tmp_path)
    assert (tmp_path / "config.json").read_bytes() == (folder / "config.json").read_bytes()
    ours, theirs = (TFBertForTokenClassification.from_pretrained(one) for one in (folder, tmp_path))
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_array_equal(mine, other)
