"""Flags: how a teacher reads long sentences."""

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.encoding.windows import WindowConfig

WINDOWS = FlagGroup(
    "Long sentences",
    WindowConfig(),
    {
        "max_subwords": "Subwords of a window, [CLS] and [SEP] included. A longer sentence is read "
        "in overlapping windows; no word is dropped.",
        "overlap": "Subwords that neighbouring windows share.",
    },
)
