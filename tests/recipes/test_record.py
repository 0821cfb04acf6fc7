"""The record of a run that no command line describes."""

import json
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.distill.config import DistillConfig, StudentPlan
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.recipes.record import make_record
from bioner_kd.student.config import STUDENT_TRAINING, StudentConfig
from bioner_kd.tagging.word_features import FeatureConfig

from ..cli.conftest import load_program


@dataclass(frozen=True)
class Choice:
    output: Path
    overwrite: bool = True


def test_a_program_reads_it_as_its_flags(tmp_path):
    configs = (Corpus("mine", repair_tags=True), DistillConfig(alpha=0.5), FeatureConfig())
    record = make_record(*configs, STUDENT_TRAINING, cache="", teachers=("a", "b"))
    record.write(tmp_path / "run.cfg")
    program = load_program("distill")
    program.values(["distill", f"--flagfile={tmp_path / 'run.cfg'}"])
    for name, value in record.settings.items():
        assert program.values[name].value == value, name


def test_a_dataclass_of_dataclasses_gives_the_settings_of_all():
    plan = StudentPlan(DistillConfig(alpha=0.5), FeatureConfig(), StudentConfig(), STUDENT_TRAINING)
    settings = make_record(plan, vectors="").settings
    assert (settings["alpha"], settings["units"], settings["vectors"]) == (0.5, 200, "")
    assert "objective" not in settings


def test_settings_are_json_and_leave_out_what_a_repetition_chooses_anew(tmp_path):
    record = make_record(Choice(tmp_path / "x"), text=("a", "b"))
    assert record.settings == {"output": str(tmp_path / "x"), "text": ["a", "b"]}
    assert json.loads(json.dumps(record.settings)) == record.settings
