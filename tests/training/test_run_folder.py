"""The folder of a run, which has its name when it is complete and not before."""

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.sentence import Sentence
from bioner_kd.training import run_folder as module
from bioner_kd.training.run_folder import (
    RECORD,
    arrays_digest,
    run_folder,
    sentences_digest,
    unfinished_folder,
)


def finish(path, text, *, overwrite=False):
    with run_folder(path, overwrite=overwrite) as folder:
        (folder / RECORD).write_text("--seed=1\n")
        (folder / "model").write_text(text)
        (folder / "state").mkdir()
        (folder / "state" / "checkpoint").write_text("large")


def test_a_finished_run_has_its_name_and_no_state(tmp_path):
    path = tmp_path / "models" / "student"
    finish(path, "one")
    assert sorted(p.name for p in path.iterdir()) == ["model", RECORD]
    assert [p.name for p in path.parent.iterdir()] == ["student"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_unfinished_run_is_kept_under_another_name(tmp_path, error):
    path = tmp_path / "student"
    with pytest.raises(error), run_folder(path, overwrite=False) as folder:
        (folder / "state").write_text("epoch 3")
        raise error
    assert not path.exists()
    assert (tmp_path / "student.unfinished" / "state").read_text() == "epoch 3"
    with run_folder(path, overwrite=False) as folder:
        assert folder == unfinished_folder(path)
        assert (folder / "state").read_text() == "epoch 3"


def test_a_run_that_fails_before_it_has_a_state_leaves_nothing(tmp_path):
    with pytest.raises(ValueError), run_folder(tmp_path / "student", overwrite=False) as folder:
        (folder / RECORD).write_text("--seed=1\n")
        raise ValueError
    assert list(tmp_path.iterdir()) == []


def test_a_finished_run_is_not_touched(tmp_path):
    path = tmp_path / "student"
    finish(path, "one")
    with pytest.raises(InputError, match="a finished run is here already.*--overwrite"):
        finish(path, "two")
    assert (path / "model").read_text() == "one"
    assert not unfinished_folder(path).exists()


def test_overwrite_replaces_a_finished_run_when_the_new_one_is_finished(tmp_path):
    path = tmp_path / "student"
    finish(path, "one")
    with pytest.raises(KeyError), run_folder(path, overwrite=True):
        raise KeyError
    assert (path / "model").read_text() == "one"
    finish(path, "two", overwrite=True)
    assert (path / "model").read_text() == "two"


def test_overwrite_forgets_an_unfinished_run(tmp_path):
    path = tmp_path / "student"
    with pytest.raises(KeyError), run_folder(path, overwrite=False) as folder:
        (folder / "state").write_text("epoch 3")
        raise KeyError
    with run_folder(path, overwrite=True) as folder:
        assert not (folder / "state").exists()


def test_two_processes_do_not_make_one_run(tmp_path):
    path = tmp_path / "student"
    with run_folder(path, overwrite=False) as folder:
        (folder / RECORD).write_text("--seed=1\n")
        for overwrite in (False, True):
            with pytest.raises(InputError, match="unfinished: another process is training here"):
                finish(path, "two", overwrite=overwrite)
    assert sorted(p.name for p in path.iterdir()) == [RECORD]


def test_where_an_open_file_holds_its_folder_the_lock_lies_beside(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LOCK_BESIDE", True)
    path = tmp_path / "student"
    with run_folder(path, overwrite=False) as folder:
        assert list(folder.iterdir()) == []
        with pytest.raises(InputError, match="another process is training here"):
            finish(path, "two")
        (folder / "model").write_text("one")
    assert [p.name for p in path.iterdir()] == ["model"]


def test_what_appeared_under_the_name_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "student"
    with pytest.raises(InputError, match="a finished run is here already"):
        with run_folder(path, overwrite=False) as folder:
            (folder / "state").mkdir()
            path.mkdir()
            (path / RECORD).write_text("--seed=7\n")
    assert (path / RECORD).read_text() == "--seed=7\n"
    assert (unfinished_folder(path) / "state").is_dir()


def test_overwrite_does_not_delete_what_is_no_run(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("three years")
    with pytest.raises(InputError, match="something else: choose another --output"):
        finish(tmp_path / "thesis", "one", overwrite=True)
    (tmp_path / "file").write_text("text")
    with pytest.raises(InputError, match="something else: choose another --output"):
        finish(tmp_path / "file", "one", overwrite=True)
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "three years"
    assert (tmp_path / "file").read_text() == "text"


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(InputError, match="cannot make this folder"):
        finish(tmp_path / "file" / "student", "one")


WORDS = Sentence.from_words(["no", "fever"])
TAGGED = Sentence.from_words(["no", "fever"], ["O", "B-Disease"])
OTHER = Sentence.from_words(["no", "fever"], ["O", "O"])


def test_words_tags_order_and_parts_of_sentences_count():
    texts = [[WORDS], [TAGGED], [OTHER], [TAGGED, OTHER], [OTHER, TAGGED]]
    assert len({sentences_digest(text) for text in texts} | {sentences_digest([], [WORDS])}) == 6
    assert sentences_digest([TAGGED], [WORDS]) == sentences_digest((TAGGED,), iter([WORDS]))


def test_where_a_sentence_was_read_does_not_count():
    moved = Sentence.from_words(TAGGED.words, TAGGED.tags, path="train.tsv", line=7)
    assert sentences_digest([moved]) == sentences_digest([TAGGED])


def test_numbers_shapes_and_types_of_arrays_count():
    numbers = np.arange(6, dtype=np.float32)
    arrays = [
        [],
        [numbers],
        [numbers + 1],
        [numbers.reshape(2, 3)],
        [numbers.reshape(2, 3).T],
        [numbers.astype(np.float16)],
        [numbers[:3], numbers[3:]],
    ]
    assert len({arrays_digest(given) for given in arrays}) == len(arrays)
    assert arrays_digest([numbers[::2]]) == arrays_digest([numbers[::2].copy()])
