"""One of two workers that train a tiny tagger; the second may be killed within an epoch.

    python resumable.py OUTPUT TIMEOUT LAST_EPOCH

The run directory is OUTPUT; each worker writes the weights of the best epoch to OUTPUT.INDEX.npz.
The second worker is killed in the scoring after epoch LAST_EPOCH, counted from 1; 0 kills nobody.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np
from tiny_tagger import CONFIG, make_model, make_source, weights

from bioner_kd.training.cluster import Cluster
from bioner_kd.training.loop import train
from bioner_kd.training.run_folder import recorded_run
from bioner_kd.training.workers import MULTI_WORKER, WorkersConfig


def main(output, timeout, last_epoch):
    config, index = WorkersConfig(MULTI_WORKER, timeout), Cluster.from_environment().index
    config.check()
    run = recorded_run(
        output, overwrite=False, write_record=lambda path: path.write_text(""), kept=index == 0
    )
    with config.scope(), run as folder:
        model, source = make_model(seed=1 + index), make_source()

        def score():
            steps = int(model.optimizer.iterations.numpy())
            if index and steps == last_epoch * source.steps(CONFIG.batch_size):
                os.kill(os.getpid(), signal.SIGKILL)
            # To the second worker the first epoch seems best; the chief's opinion counts.
            return -steps if index else steps

        train(model, source, CONFIG, score=score, folder=folder, settings={})
        np.savez(f"{output}.{index}.npz", *weights(model))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
