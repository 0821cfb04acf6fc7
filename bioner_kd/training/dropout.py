"""Dropout whose random numbers depend on the seed of a run and the number of the step alone.

The random numbers of TensorFlow's own dropout come from states inside its operations, which can be
neither saved nor restored. A run that is resumed would therefore drop other values than a run that
was never stopped. Here the numbers are computed from the seed, the step, the part of the batch, the
replica and the place of the dropout in the model, so that there is no state.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from typing import Any

import keras
import tensorflow as tf


class Draws:
    """The random numbers of a training step or of a part of it, while its graph is made.

    In the block of a `Draws`, each call of a dropout takes the next of its seeds. The dropouts of a
    model are called in the same order whenever its graph is made.

    Attributes:
        seed: int (2,), the seed of these draws.
    """

    def __init__(self, seed: tf.Tensor) -> None:
        self.seed, self._calls = seed, 0
        self._before: Token[Draws | None] | None = None

    def next_seed(self) -> tf.Tensor:
        """The seed of the next call of a dropout, int (2,)."""
        self._calls += 1
        return tf.random.fold_in(self.seed, self._calls)

    def __enter__(self) -> "Draws":
        self._before = _CURRENT.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        assert self._before is not None
        _CURRENT.reset(self._before)


# Replicas make their graphs in threads of their own, each of which has a context of its own.
_CURRENT: ContextVar[Draws | None] = ContextVar("draws", default=None)


def draws_of_step(seed: int | None, step: tf.Tensor) -> AbstractContextManager[Any]:
    """The draws of a training step, for the block that makes its graph.

    Args:
        seed: of the run; None leaves dropout as it is.
        step: int scalar, number of steps before this one.
    """
    if seed is None:
        return nullcontext()
    both = tf.stack([tf.constant(seed, tf.int64), tf.cast(step, tf.int64)])
    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return Draws(both)
    return Draws(tf.random.fold_in(both, replica.replica_id_in_sync_group))


def draws_of_part(part: tf.Tensor) -> AbstractContextManager[Any]:
    """The draws of a part of a step; where no step is made, dropout stays as it is.

    Args:
        part: int scalar, which differs from part to part.
    """
    around = _CURRENT.get()
    return nullcontext() if around is None else Draws(tf.random.fold_in(around.seed, part))


def use_draws(model: keras.Model) -> None:
    """Lets every dropout of a model take its random numbers from the current `Draws`."""
    for layer in model.submodules:
        if isinstance(layer, keras.layers.Dropout):
            random = layer._random_generator
            _replace(random, "dropout", _Drawn(random.dropout))
        elif hasattr(layer, "xdropout"):  # DeBERTa's own layer of dropout
            _replace(layer, "xdropout", _Drawn(layer.xdropout, layer.drop_prob))


def _replace(holder: Any, name: str, function: "_Drawn") -> None:
    if not isinstance(getattr(holder, name), _Drawn):
        # Past the __setattr__ that would count it among what a checkpoint holds.
        object.__setattr__(holder, name, function)


class _Drawn:
    """A function of dropout that takes its random numbers from the current `Draws`, if any."""

    def __init__(self, plain: Callable[..., tf.Tensor], rate: float | None = None) -> None:
        """Takes the function of before.

        Args:
            plain: the function, which is used where there are no draws.
            rate: share that is dropped, where the function is not told.
        """
        self._plain, self._rate = plain, rate

    def __call__(self, inputs: tf.Tensor, *rate: float, noise_shape: Any = None) -> tf.Tensor:
        """Sets a share of the inputs to 0 and scales the rest; shape and type stay."""
        draws = _CURRENT.get()
        if draws is None:
            options = {} if noise_shape is None else {"noise_shape": noise_shape}
            return self._plain(inputs, *rate, **options)
        (share,) = rate or (self._rate,)
        return tf.nn.experimental.stateless_dropout(
            inputs, share, seed=draws.next_seed(), noise_shape=noise_shape
        )
