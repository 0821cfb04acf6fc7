"""Flags: which logits to compute and keep."""

from dataclasses import dataclass

from bioner_kd.cli.concern import Concern
from bioner_kd.cli.corpus import read_splits
from bioner_kd.cli.program import Program
from bioner_kd.corpus.plain_text import read_plain_text
from bioner_kd.corpus.sentence import Sentence

TEXT = "text"


@dataclass(frozen=True)
class CacheChoice:
    """What the teacher labels, and where its logits go."""

    splits: tuple[str, ...] = ("train",)
    text: str = ""
    cache: str = "saved_models/demo/logits"
    batch_size: int = 32
    hidden: bool = False


CACHE = Concern(
    "Logits",
    CacheChoice(),
    {
        "splits": "Splits of the corpus to label, of train, devel, test; empty for none.",
        "text": "File of plain text to label as well, one sentence a line, UTF-8, .gz and .xz too; "
        "- is standard input.",
        "cache": "Folder for the logits: one folder inside it for each split, and 'text' for "
        "--text. What is there already and fits is kept, so that a stopped run goes on; damaged "
        "shards are made again.",
        "batch_size": "Sentences of a batch.",
        "hidden": "Keep the teacher's last hidden states as well, in folders beside those of its "
        "logits, such as 'train_hidden': what scripts/distill.py --hidden_epochs fits. Two bytes "
        "for each number: 768 a word of MiniLM, 1536 a word of BioBERT.",
    },
)


def read_texts(program: Program) -> dict[str, list[Sentence]]:
    """The sentences to label, by the name of their folder in the cache."""
    choice = program.read(CACHE)
    texts = dict(zip(choice.splits, read_splits(program, *choice.splits), strict=True))
    if choice.text:
        texts[TEXT] = list(read_plain_text(choice.text))
    return texts
