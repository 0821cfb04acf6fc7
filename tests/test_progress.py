"""Progress as a bar on a terminal and as lines elsewhere."""

import io
import sys

import pytest

from bioner_kd import progress
from bioner_kd.progress import Progress, in_words, parts, track


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def lines(absl_log):
    # absl's logger may hand its lines on, and then each is there twice.
    return list(dict.fromkeys(record.getMessage() for record in absl_log.records))


def test_elsewhere_a_line_is_logged_once_a_minute_the_first_after_one(absl_log):
    clock = Clock()
    with Progress("epoch 1/3", "step", 340, clock=clock) as bar:
        for step in range(1, 340):
            clock.now = 5.0 * step
            bar.update(note=f"loss {step / 1000:g}")
    found = lines(absl_log)
    assert found[0] == "epoch 1/3: step 12 of 340, loss 0.012, 27 min left"
    assert found[1] == "epoch 1/3: step 24 of 340, loss 0.024, 26 min left"
    assert len(found) == 339 * 5 // 60


def test_work_done_before_does_not_make_this_faster(absl_log):
    clock = Clock()
    bar = Progress("train", "sentence", 3000, done=1000, clock=clock)
    clock.now = 100.0
    bar.update(500)
    assert lines(absl_log) == ["train: sentence 1,500 of 3,000, 5 min left"]


def test_what_has_no_known_end_has_no_time_left(absl_log):
    clock = Clock()
    bar = Progress("text", "sentence", clock=clock)
    clock.now = 60.0
    bar.update(20_000)
    assert lines(absl_log) == ["text: sentence 20,000"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_there_is_a_bar_and_no_line(absl_log, monkeypatch):
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(progress.tqdm, "__init__", _to(terminal, progress.tqdm.__init__))
    with Progress("epoch 1/3", "step", 2, clock=clock) as bar:
        clock.now = 100.0
        bar.update(note="loss 0.5")
        bar._bar.refresh()
    assert "epoch 1/3" in terminal.getvalue() and "1/2" in terminal.getvalue()
    assert "loss 0.5" in terminal.getvalue()
    assert lines(absl_log) == []


def _to(file, init):
    return lambda *arguments, **options: init(*arguments, **options, file=file)


def test_tracked_items_come_as_they_are(monkeypatch, absl_log):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    assert list(track("abc", "letters", "letter", 3)) == ["a", "b", "c"]
    assert lines(absl_log)[-1] == "letters: letter 3 of 3, 0 s left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (540, "9 min"), (7500, "2 h 5 min")],
)
def test_times_are_told_in_words(seconds, words):
    assert in_words(seconds) == words


def test_without_tqdm_and_absl_lines_go_to_standard_error(monkeypatch, capsys):
    monkeypatch.setattr(progress, "tqdm", None)
    monkeypatch.setitem(sys.modules, "absl", None)
    clock = Clock()
    with Progress("tagging", "text", 100, clock=clock) as work:
        clock.now = 60.0
        work.update(50)
    assert capsys.readouterr().err == "tagging: text 50 of 100, 1 min left\n"


def test_parts_of_named_work_are_numbered_where_there_are_several():
    assert parts("teacher", 2) == ["teacher 1/2", "teacher 2/2"]
    assert parts("teacher", 1) == ["teacher"]
    assert parts("", 2) == ["", ""]
