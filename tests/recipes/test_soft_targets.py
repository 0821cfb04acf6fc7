import numpy as np
import pytest

from bioner_kd.cli.programs import distill
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.soft_targets import read_soft_targets
from bioner_kd.teacher.labelling import write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.sentence import Sentence

from ..cli.conftest import load_program

SENTENCES = [Sentence.from_words(["no", "fever"], ["O", "B-Disease"])]
LOGITS = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def program(*arguments: str):
    found = load_program("distill")
    found.values(["distill", *arguments])
    return found


def read(program, sentences):
    choice = program.read(distill.SOFT_TARGETS)
    return read_soft_targets(
        sentences, choice.cache, choice.teachers, program.read(distill.TRANSFER)
    )


def test_cached_logits_come_with_their_tags(tmp_path):
    fingerprint = {"tags": ["O", "B-Disease"], "teacher": "abc"}
    list(LogitsCache(tmp_path / "train").write(SENTENCES, fingerprint, lambda part: [LOGITS]))
    targets = read(program(f"--cache={tmp_path}"), SENTENCES)
    assert tuple(targets.tags) == ("O", "B-Disease")
    np.testing.assert_array_equal(targets.logits.flat, LOGITS)
    assert targets.model is None


def test_without_cache_and_teacher_there_are_no_soft_targets():
    assert read(program("--cache="), SENTENCES) is None


def test_a_cache_of_other_sentences_is_refused(tmp_path):
    list(
        LogitsCache(tmp_path / "train").write(
            SENTENCES, {"tags": ["O", "B-X"]}, lambda part: [LOGITS]
        )
    )
    others = [Sentence.from_words(["another", "sentence"], ["O", "O"])]
    with pytest.raises(InputError, match="words"):
        read(program(f"--cache={tmp_path}"), others)


@pytest.fixture
def labelled(tmp_path):
    """Logits of the training split and of a text of four sentences, by one teacher."""
    write_caches(tmp_path, {"tags": ["O", "B-Disease"], "teacher": "abc"})
    return tmp_path


def write_caches(folder, fingerprint, *, text=True, train=True):
    if train:
        list(LogitsCache(folder / "train").write(SENTENCES, fingerprint, lambda part: [LOGITS]))
    if text:
        logits = [number * LOGITS for number in range(4)]
        list(LogitsCache(folder / "text").write(TEXT, fingerprint, lambda part: logits))
        write_sentences(folder / "text", TEXT)


TEXT = [Sentence.from_words([word, "fever"]) for word in ("no", "more", "high", "low")]


def transfer_of(folder, *flags):
    return read(program(f"--cache={folder}", *flags), SENTENCES).transfer


def test_without_a_size_there_is_no_transfer_set(labelled):
    assert transfer_of(labelled) is None


@pytest.mark.parametrize(("size", "count"), [(1, 1), (3, 3), (-1, 4)])
def test_a_transfer_set_comes_with_its_logits(labelled, size, count):
    transfer = transfer_of(labelled, f"--transfer_size={size}", "--transfer_ratio=3")
    assert [s.words for s in transfer.sentences] == [s.words for s in TEXT[:count]]
    expected = np.concatenate([number * LOGITS for number in range(count)])
    np.testing.assert_array_equal(transfer.logits.flat, expected)
    assert transfer.ratio == 3


def test_a_transfer_set_can_be_selected(labelled):
    flags = ("--transfer_size=-1", "--transfer_select=confident", "--transfer_keep=0.25")
    transfer = transfer_of(labelled, *flags)
    assert [s.words for s in transfer.sentences] == [TEXT[3].words]  # the largest logits
    np.testing.assert_array_equal(transfer.logits.flat, 3 * LOGITS)


def test_more_than_is_labelled_is_refused(labelled):
    with pytest.raises(UsageError, match="--transfer_size=5: of 4 labelled sentences"):
        transfer_of(labelled, "--transfer_size=5")


def test_a_transfer_set_of_another_teacher_is_refused(labelled):
    other = {"tags": ["O", "B-Disease"], "teacher": "xyz"}
    write_caches(labelled / "b", other, text=False)
    (labelled / "text").rename(labelled / "b" / "text")
    with pytest.raises(InputError, match="its teacher: abc, expected xyz"):
        transfer_of(labelled / "b", "--transfer_size=-1")


def test_a_cache_without_text_says_how_to_make_it(tmp_path):
    write_caches(tmp_path, {"tags": ["O", "B-Disease"], "teacher": "abc"}, text=False)
    with pytest.raises(InputError, match="bioner_kd cache_logits --text=FILE"):
        transfer_of(tmp_path, "--transfer_size=-1")


@pytest.mark.parametrize("flag", ["--transfer_size=7", "--teachers=a,b"])
def test_what_a_live_teacher_cannot_do(flag):
    with pytest.raises(UsageError, match=f"{flag.split('=')[0]} need.* cached logits.*--cache"):
        read(program("--cache=", flag), SENTENCES)
