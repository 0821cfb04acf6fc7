"""When a training that no longer gets better stops."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

from bioner_kd.training.callbacks import Patience


def patience(epochs, best_epoch):
    return Patience(epochs, SimpleNamespace(epoch=tf.Variable(best_epoch, dtype=tf.int64)))


@pytest.mark.parametrize(
    ("epochs", "best", "epoch", "over"),
    [(2, 3, 4, False), (2, 3, 5, True), (2, 3, 9, True), (1, 0, 1, True), (1, 0, 0, False)],
)
def test_it_is_over_so_many_epochs_behind_the_best(epochs, best, epoch, over):
    assert patience(epochs, best).is_over(epoch) is over


def test_without_patience_nothing_stops():
    assert not patience(0, 0).is_over(1000)


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_before_the_first_epoch_it_is_never_over(epochs):
    assert not patience(epochs, -1).is_over(-1)
