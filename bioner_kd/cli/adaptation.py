"""Flags: the text that a teacher is pretrained further on, and how."""

from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.training import training
from bioner_kd.teacher import config


@dataclass(frozen=True)
class TextChoice:
    """Text without annotation."""

    text: tuple[str, ...] = ()


TEXT = FlagGroup(
    "Text",
    TextChoice(),
    {
        "text": "Files of plain text with commas between them, one sentence a line in the order of "
        "the text, UTF-8, .gz, .bz2 and .xz too; - is standard input. Keep sentences of devel and "
        "test splits out of it.",
    },
    required=frozenset({"text"}),
)
ADAPTATION = FlagGroup(
    "Masked language modelling",
    config.AdaptationConfig(),
    {
        "mask_share": "Share of subwords that are masked, for the teacher to guess.",
        "whole_word_masking": "Mask all subwords of a word or none.",
        "block_subwords": "Subwords of a block, [CLS] and [SEP] included; sentences follow one "
        "another in it without padding.",
        "text_size": "Sentences, about, to draw from all files of --text, in whole blocks, so that "
        "neighbours stay together; -1 for all.",
        "held_out": "Share of the blocks that is scored instead of trained on, at most 500 blocks; "
        "the weights with the least loss on it are kept.",
        "checkpoint_steps": "Most steps of a round, after which the held-out blocks are scored and "
        "the state is saved; 0 makes each epoch one round.",
    },
)
TRAINING = training(
    config.ADAPTATION,
    epochs="Passes over the text, each of one round or more: a round ends when the held-out blocks "
    "are scored.",
    batch_size="Blocks of a batch.",
    checkpoint_minutes="Least minutes between two states that are saved within a round, from the "
    "last of which a stopped run goes on; Ctrl-C saves one more. 0 saves after rounds only.",
    patience="Rounds without a lower held-out loss after which training stops; 0 for all rounds.",
)
FLAG_GROUPS = (TEXT, ADAPTATION, TRAINING)
