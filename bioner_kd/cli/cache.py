"""Flags: which logits to compute and keep."""

from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.corpus.config import SampleConfig
from bioner_kd.errors import at_least, check_bounds


@dataclass(frozen=True)
class CacheChoice:
    """What the teacher labels, and where its logits go."""

    splits: tuple[str, ...] = ("train",)
    text: tuple[str, ...] = ()
    cache: str = "saved_models/demo/logits"
    batch_size: int = 32
    hidden: bool = False

    def __post_init__(self) -> None:
        """Checks the bound.

        Raises:
            UsageError: a batch would have no sentence.
        """
        check_bounds(self, at_least(self, 1, "batch_size"))


CACHE = FlagGroup(
    "Logits",
    CacheChoice(),
    {
        "splits": "Splits of the corpus to label, of train, devel, test; empty for none.",
        "text": "Files of plain text to label as well, one sentence a line, UTF-8, .gz, .bz2 "
        "and .xz too; - is standard input. They make one text, the transfer set of distill.",
        "cache": "Folder for the logits: one folder inside it for each split, and 'text' for "
        "--text, with the sentences that were labelled. What is there already and fits is kept, so "
        "that a stopped run goes on; damaged shards are made again.",
        "batch_size": "Sentences of a batch.",
        "hidden": "Keep the teacher's last hidden states as well, in folders beside those of its "
        "logits, such as 'train_hidden': what bioner_kd distill --hidden_epochs fits. Two bytes "
        "for each number: 768 a word of MiniLM, 1536 a word of BioBERT.",
    },
)
SAMPLE = FlagGroup(
    "Sentences of --text",
    SampleConfig(),
    {
        "text_size": "Sentences to draw from all files of --text; -1 for all. Each is as likely as "
        "any other, and a smaller number gives a part of what a larger one gives. A sentence that "
        "is repeated counts once.",
        "min_words": "Lines of fewer words are left out: headings and list numbers.",
        "max_words": "Lines of more words are left out: tables and pages without line ends.",
    },
)
