"""Flags: what the student is trained towards, and where the soft targets come from."""

from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.distill.config import SELECTIONS, DistillConfig, HiddenConfig, TransferConfig


@dataclass(frozen=True)
class SoftTargetsChoice:
    """Where the teacher's logits come from."""

    cache: str = "saved_models/demo/logits"
    teachers: tuple[str, ...] = ()


DISTILL = FlagGroup(
    "Distillation",
    DistillConfig(),
    {
        "alpha": "Weight of the hard labels in [0, 1]: loss = alpha * CE(tags) + (1 - alpha) * T^2 "
        "* KL(teacher || student). 0 is the teacher alone, 1 the student from scratch, but for a "
        "transfer set, whose sentences have no tags and learn the KL whatever alpha is.",
        "alpha_end": "What alpha moves to, linearly over all training steps: --alpha=0 "
        "--alpha_end=1 goes from the teacher to the labels. Where it is not given, alpha stays.",
        "temperature": "Softening T of both distributions in the KL, above 0.",
    },
)
SOFT_TARGETS = FlagGroup(
    "Teacher",
    SoftTargetsChoice(),
    {
        "cache": "Folder of logits that bioner_kd cache_logits made; empty to run the teacher "
        "live in each step.",
        "teachers": "Folder of the fine-tuned teacher, or folders a,b,c of the models whose logits "
        "were averaged: checked against the cache, or, one BERT alone, run live where --cache is "
        "empty.",
    },
)
TRANSFER = FlagGroup(
    "Transfer set",
    TransferConfig(),
    {
        "transfer_size": "Sentences without annotation to learn soft targets on, of those "
        "that bioner_kd cache_logits --text labelled into the same cache; 0 for none, -1 for all. "
        "A smaller set is a part of a larger one.",
        "transfer_ratio": "Sentences of the transfer set that an epoch draws, other ones each "
        "time, for each sentence of the training split.",
        "transfer_select": "Which labelled sentences may be taken: all, those that the teacher is "
        "surest of (confident), or those in which it finds a mention and some others (entities).",
        "transfer_keep": "Share of the sentences that --transfer_select=confident keeps.",
        "transfer_without": "Sentences without a mention that --transfer_select=entities keeps for "
        "each with one.",
    },
    {"transfer_select": SELECTIONS},
)


HIDDEN = FlagGroup(
    "Hidden states",
    HiddenConfig(),
    {
        "hidden_epochs": "Epochs of a first stage, which fits a projection of the student's last "
        "layer to the teacher's last hidden states, as bioner_kd cache_logits --hidden keeps "
        "them. Logits and labels follow with a fresh optimiser. 0 leaves it out.",
    },
)
FLAG_GROUPS = (DISTILL, SOFT_TARGETS, TRANSFER, HIDDEN)
