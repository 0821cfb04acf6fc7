import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.study.history import BestEpoch, best_epoch


def test_the_first_of_the_best_epochs_is_the_one(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,loss,devel_f1\n1,3,70.5\n2,2,81.25\n3,1,81.25\n")
    assert best_epoch(tmp_path) == BestEpoch(2, 81.25)


def test_a_program_without_devel_scores_has_no_best_epoch(tmp_path):
    assert best_epoch(tmp_path) is None
    (tmp_path / "history.csv").write_text("epoch,loss\n1,3\n")
    assert best_epoch(tmp_path) is None


@pytest.mark.parametrize("text", ["epoch,devel_f1\n1,many\n", "devel_f1\n1\n", "epoch,devel_f1\n1"])
def test_a_damaged_history_is_named(tmp_path, text):
    (tmp_path / "history.csv").write_text(text)
    with pytest.raises(InputError, match=r"history\.csv: cannot be read.*delete the run's folder"):
        best_epoch(tmp_path)
