"""Soft targets and hidden states, as the flags of distill ask for them."""

import shutil

import numpy as np
import pytest

from bioner_kd.cli.programs import distill
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.soft_targets import read_stages
from bioner_kd.recipes.teaching import Teaching
from bioner_kd.teacher.labelling import write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.logits_shard import HIDDEN_STATES
from bioner_kd.text.sentence import Sentence

from ..cli.conftest import load_program

SENTENCES = [Sentence.from_words(["no", "fever"], ["O", "B-Disease"])]
TEXT = [Sentence.from_words(words) for words in (["more", "fever"], ["less", "of", "it"])]
FINGERPRINT = {"tags": ["O", "B-Disease"], "teacher": "abc"}


def read(*arguments: str):
    program = load_program("distill")
    program.values(["distill", *arguments])
    choice = program.read(distill.SOFT_TARGETS)
    teaching = Teaching(
        choice.cache, choice.teachers, program.read(distill.DISTILL),
        program.read(distill.TRANSFER), program.read(distill.HIDDEN),
    )  # fmt: skip
    return read_stages(SENTENCES, teaching)


def rows(sentences, width, first=0.0):
    return [np.full((len(s), width), first + n, np.float32) for n, s in enumerate(sentences)]


def write_hidden(folder, sentences, fingerprint=FINGERPRINT, first=0.0):
    cache = LogitsCache(folder, HIDDEN_STATES)
    list(cache.write(sentences, fingerprint, lambda part: rows(part, 4, first)))


@pytest.fixture
def labelled(tmp_path):
    """Logits of the training split and of a text, without hidden states."""
    for name, sentences in (("train", SENTENCES), ("text", TEXT)):
        cache = LogitsCache(tmp_path / name)
        list(cache.write(sentences, FINGERPRINT, lambda part: rows(part, 2)))
    write_sentences(tmp_path / "text", TEXT)
    return tmp_path


def test_without_epochs_there_is_no_first_stage(labelled):
    targets, stage = read(f"--cache={labelled}")
    assert targets is not None
    assert stage is None


def test_from_scratch_nothing_is_read(tmp_path):
    assert read(f"--cache={tmp_path / 'nothing'}", "--alpha=1") == (None, None)


def test_a_transfer_set_is_read_whatever_alpha_is(labelled):
    targets, _ = read(f"--cache={labelled}", "--alpha=1", "--transfer_size=1")
    assert len(targets.transfer.sentences) == 1


def test_a_selection_without_a_size_says_nothing_and_that_is_told(labelled, absl_log):
    read(f"--cache={labelled}", "--transfer_select=entities")
    assert "--transfer_select=entities says nothing without a --transfer_size" in absl_log.text


def test_an_alpha_that_leaves_one_reads_the_logits(labelled):
    assert read(f"--cache={labelled}", "--alpha=1", "--alpha_end=0.3")[0] is not None


@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_hidden_states_of_the_training_split(labelled, alpha):
    write_hidden(labelled / "train_hidden", SENTENCES, first=0.5)
    _, stage = read(f"--cache={labelled}", "--hidden_epochs=3", f"--alpha={alpha}")
    assert (stage.epochs, stage.width, stage.optional, stage.drawn) == (3, 4, 0, 0)
    assert stage.sentences == SENTENCES
    np.testing.assert_array_equal(stage.states[0], np.full((2, 4), 0.5, np.float16))


def test_the_transfer_set_comes_behind_it(labelled):
    write_hidden(labelled / "train_hidden", SENTENCES, first=7.0)
    write_hidden(labelled / "text_hidden", TEXT)
    flags = (f"--cache={labelled}", "--hidden_epochs=1", "--transfer_size=-1")
    targets, stage = read(*flags, "--transfer_ratio=1")
    assert [s.words for s in stage.sentences] == [s.words for s in [*SENTENCES, *TEXT]]
    assert [states.shape for states in stage.states] == [(2, 4), (2, 4), (3, 4)]
    assert [states[0, 0] for states in stage.states] == [7.0, 0.0, 1.0]
    assert (stage.optional, stage.drawn) == (2, targets.transfer.drawn(1)) == (2, 1)


def test_a_selected_sentence_has_its_own_hidden_states(labelled):
    write_hidden(labelled / "train_hidden", SENTENCES, first=7.0)
    write_hidden(labelled / "text_hidden", TEXT)
    surer = [np.full((len(s), 2), [0, 9 * n], np.float32) for n, s in enumerate(TEXT)]
    shutil.rmtree(labelled / "text")
    list(LogitsCache(labelled / "text").write(TEXT, FINGERPRINT, lambda part: surer))
    write_sentences(labelled / "text", TEXT)
    flags = ("--hidden_epochs=1", "--transfer_size=1", "--transfer_select=confident")
    _, stage = read(f"--cache={labelled}", *flags)
    assert [s.words for s in stage.sentences] == [SENTENCES[0].words, TEXT[1].words]
    assert [states[0, 0] for states in stage.states] == [7.0, 1.0]


def test_missing_hidden_states_say_how_to_make_them(labelled):
    with pytest.raises(InputError, match=r"train_hidden: .*bioner_kd cache_logits --hidden"):
        read(f"--cache={labelled}", "--hidden_epochs=1")
    write_hidden(labelled / "train_hidden", SENTENCES)
    with pytest.raises(InputError, match=r"text_hidden: .*bioner_kd cache_logits --hidden"):
        read(f"--cache={labelled}", "--hidden_epochs=1", "--transfer_size=-1")


def test_hidden_states_of_another_teacher_are_refused(labelled):
    write_hidden(labelled / "train_hidden", SENTENCES, {**FINGERPRINT, "teacher": "xyz"})
    with pytest.raises(InputError, match="these hidden states belong to something else: its teach"):
        read(f"--cache={labelled}", "--hidden_epochs=1")


def test_a_live_teacher_has_no_hidden_states():
    with pytest.raises(UsageError, match="--hidden_epochs needs .* by --cache"):
        read("--cache=", "--hidden_epochs=1")
