"""What a cache can hold of each word: logits, or hidden states."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class CacheKind:
    """What a cache holds of each word.

    Attributes:
        name: in shards and manifests.
        dtype: of its numbers.
        command: what makes it.
    """

    name: str
    dtype: type[np.floating]
    command: str

    @property
    def title(self) -> str:
        """Its name in messages."""
        return self.name.replace("_", " ")


# The folder of a cache for text that is no split of a corpus.
TEXT = "text"
LOGITS = CacheKind("logits", np.float32, "bioner_kd cache_logits")
# Some hundred numbers a word: half the bytes, and more digits than a student can ever fit.
HIDDEN_STATES = CacheKind("hidden_states", np.float16, "bioner_kd cache_logits --hidden")


def hidden_folder(folder: Path) -> Path:
    """Where the hidden states are of the sentences whose logits are in `folder`."""
    return folder.with_name(f"{folder.name}_hidden")
