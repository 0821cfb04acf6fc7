"""A setting that moves as training goes on."""

import tensorflow as tf


def annealed(start: float, end: float, *, step: tf.Tensor, total_steps: int) -> tf.Tensor:
    """Value at a step of a course that is linear over all steps.

    It depends on nothing but the step, so that a resumed run goes on where it was.

    Args:
        start: value at the first step.
        end: value at the last step, and behind it.
        step: int scalar, steps done before, such as an optimiser's `iterations`.
        total_steps: steps in all, at least 1; of a single one the value is `start`.

    Returns:
        float32 scalar.

    Source:
        Clark et al. (2019), "BAM!", arXiv:1907.04829: teacher annealing, which moves linearly from
        the teacher's word to the labels.
    """
    done = tf.cast(step, tf.float32) / max(total_steps - 1, 1)
    return start + (end - start) * tf.clip_by_value(done, 0.0, 1.0)
