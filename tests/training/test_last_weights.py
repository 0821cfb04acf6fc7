"""The weights of the last epoch."""

import numpy as np
import pytest

from bioner_kd.errors import UsageError
from bioner_kd.training.callbacks import LastWeights
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import fit

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights

AVERAGED = TrainingConfig(**{**vars(CONFIG), "average": 0.9})


def run(folder, config):
    model = make_model(config)
    fit(
        model,
        make_source(),
        config,
        LastWeights(model),
        state=folder / "state",
        history=folder / "history.csv",
        settings={},
    )
    return model


def test_the_last_epoch_is_kept_and_no_score_is_written(tmp_path):
    model, plain = run(tmp_path, CONFIG), make_model()
    source = make_source()
    plain.fit(
        source.epochs(4, seed=CONFIG.seed, first=0, end=4),
        epochs=4,
        steps_per_epoch=source.steps(4),
        verbose=0,
    )
    assert_equal(weights(model), weights(plain), atol=1e-7)
    header, *rows = (tmp_path / "history.csv").read_text().splitlines()
    assert (header, len(rows)) == ("epoch,loss", 4)


def test_averaged_weights_are_what_is_kept(tmp_path):
    averaged, last = run(tmp_path / "averaged", AVERAGED), run(tmp_path / "last", CONFIG)
    averages = averaged.optimizer._model_variables_moving_average
    assert_equal(weights(averaged), [average.numpy() for average in averages], atol=1e-7)
    assert np.abs(weights(averaged)[0] - weights(last)[0]).max() > 1e-3


def test_a_training_that_diverges_says_so():
    with pytest.raises(UsageError, match="epoch 1: the loss is nan"):
        LastWeights(make_model()).on_epoch_end(0, {"loss": float("nan")})
