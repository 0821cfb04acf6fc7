"""A learning rate and epochs that fit the teacher."""

import pytest

from bioner_kd.cli.programs.finetune_teacher import TRAINING, describe
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.config import fit_to_encoder

from ...teacher.tiny_bert import write_checkpoint
from ..conftest import load_program


def read(folder, *arguments):
    program = load_program("finetune_teacher")
    program.values(["finetune_teacher", *arguments])
    hidden_size = read_config(folder).hidden_size
    fitted = fit_to_encoder(program.read(TRAINING), hidden_size)
    assert describe(program, fitted, hidden_size).settings == program.settings()
    return program.read(TRAINING), program


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretrained")
    write_checkpoint(folder)
    return folder


def test_what_was_not_given_is_chosen_and_told(pretrained, absl_log):
    config, _ = read(pretrained, "--batch_size=8")
    assert (config.epochs, config.learning_rate, config.batch_size) == (6, 1.5e-4, 8)
    assert (
        "Settings: --epochs=6 (chosen for an encoder of hidden size 32), --batch_size=8 (given), "
        "--learning_rate=0.00015 (chosen for an encoder of hidden size 32)."
    ) in absl_log.text


def test_what_was_given_stays(pretrained, absl_log):
    config, _ = read(pretrained, "--epochs=2", "--learning_rate=5e-5")
    assert (config.epochs, config.learning_rate) == (2, 5e-5)
    assert "--epochs=2 (given), --batch_size=32 (default), --learning_rate=5e-05 (given)." in (
        absl_log.text
    )


def test_the_record_holds_what_was_chosen_and_repeats_the_run(pretrained, tmp_path):
    config, program = read(pretrained, "--epochs=2")
    program.write_flagfile(tmp_path / "run.cfg")
    assert "--learning_rate=0.00015\n" in (tmp_path / "run.cfg").read_text()
    again, same = read(pretrained, f"--flagfile={tmp_path / 'run.cfg'}")
    assert again == config
    assert same.settings() == program.settings()
