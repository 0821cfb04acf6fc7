r"""Labels sentences with a teacher, or several, and keeps word-level logits on disk.

The teacher then runs once, not once an epoch of every student. What is in the cache already and
fits is kept: a stopped run goes on, damaged shards are made again, and logits of another teacher,
corpus or tokenizer are refused.

  bioner_kd cache_logits --flagfile=flags/ncbi_disease/cache_logits.cfg
  bioner_kd cache_logits --teachers=saved_models/mine/teacher --splits= \
      --text=abstracts.txt.gz,papers.txt.xz --text_size=40000 --cache=saved_models/mine/logits

With --labels, documents that anyone annotated take the place of a teacher and its text. distill
learns from them by --alpha=1 (the corpus' own labels) and --transfer_size=-1 (these).

  bioner_kd cache_logits --labels=annotated.jsonl --cache=saved_models/mine/labels
"""

from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, READING, machine
from bioner_kd.corpus.config import SampleConfig
from bioner_kd.errors import UsageError
from bioner_kd.recipes.annotated import LabelConfig
from bioner_kd.settings import Settings, at_least, setting


@dataclass(frozen=True)
class TeacherChoice(Settings):
    """A fine-tuned teacher or a student that teaches, or several."""

    teachers: tuple[str, ...] = setting(
        ("saved_models/demo/teacher",),
        "Folder of a fine-tuned teacher, as bioner_kd finetune_teacher made it, or of a student, "
        "as bioner_kd distill made it; of several, a,b,c, of either kind, the logits are averaged "
        "(of a CRF, the logarithms of its posterior probabilities).",
    )

    def __post_init__(self) -> None:
        """Checks that there is one.

        Raises:
            UsageError: no teacher is named.
        """
        if not self.teachers:
            raise UsageError("--teachers: name the folder of a fine-tuned teacher.")


@dataclass(frozen=True)
class CacheChoice(Settings):
    """What the teacher labels, and where its logits go."""

    splits: tuple[str, ...] = setting(
        ("train",), "Splits of the corpus to label, of train, devel, test; empty for none."
    )
    text: tuple[str, ...] = setting(
        (),
        "Files and folders of text to label as well, in any format (plain text, PubMed XML, JSON "
        "lines and so on), also compressed; - is standard input. Their sentences make one text, "
        "the transfer set of distill.",
    )
    cache: str = setting(
        "saved_models/demo/logits",
        "Folder for the logits: one folder inside it for each split, and 'text' for --text, with "
        "the sentences that were labelled. What is there already and fits is kept, so that a "
        "stopped run goes on; damaged shards are made again.",
    )
    batch_size: int = setting(32, "Sentences of a batch.", bound=at_least(1))
    hidden: bool = setting(
        False,
        "Keep the teacher's last hidden states as well, in folders beside those of its logits, "
        "such as 'train_hidden': what bioner_kd distill --hidden_epochs fits. Two bytes for each "
        "number: 768 a word of MiniLM, 1536 a word of BioBERT.",
    )


LABELS = FlagGroup("Labels in place of a teacher", LabelConfig())
TEACHER = FlagGroup("Teacher", TeacherChoice())
CACHE = FlagGroup("Logits", CacheChoice())
SAMPLE = FlagGroup("Sentences of --text", SampleConfig())
MACHINE = machine()


def main(program: Program) -> None:
    """Labels as the flags say."""
    choice, labels = program.read(CACHE), program.read(LABELS)
    if labels.labels:
        _label_by_annotator(program, choice, labels)
        return

    from bioner_kd.recipes.labelling import label

    label(
        program.read(TEACHER).teachers, choice.cache, corpus=program.read(CORPUS),
        splits=choice.splits, text=choice.text, sample=program.read(SAMPLE),
        batch_size=choice.batch_size, hidden=choice.hidden, reading=program.read(READING),
        machine=program.read(MACHINE), write_record=program.write_flagfile,
    )  # fmt: skip


def _label_by_annotator(program: Program, choice: CacheChoice, labels: LabelConfig) -> None:
    if choice.text:
        raise UsageError("--labels and --text: labels are of documents of their own; name one.")

    from bioner_kd.recipes.annotated import label_by_annotator

    label_by_annotator(
        labels, choice.cache, corpus=program.read(CORPUS), sample=program.read(SAMPLE),
        write_record=program.write_flagfile,
    )  # fmt: skip


PARTS = (TEACHER, LABELS, CACHE, SAMPLE, CORPUS, READING, MACHINE)
PROGRAM = Program(__doc__, main, PARTS, first=("corpus", "teachers", "cache", "text", "text_size"))
