"""Flags: the stage that fits the teacher's hidden states, and where they come from."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from absl import logging

from bioner_kd.cli.cache import TEXT
from bioner_kd.cli.concern import Concern
from bioner_kd.cli.distill import DISTILL, GUIDANCE, TRANSFER, read_guidance
from bioner_kd.cli.program import Program
from bioner_kd.distill.config import ALL_SENTENCES, HiddenConfig
from bioner_kd.errors import UsageError
from bioner_kd.text.sentence import Sentence

if TYPE_CHECKING:
    from bioner_kd.distill.hidden_stage import HiddenStage
    from bioner_kd.distill.training import Guidance

HIDDEN = Concern(
    "Hidden states",
    HiddenConfig(),
    {
        "hidden_epochs": "Epochs of a first stage, which fits a projection of the student's last "
        "layer to the teacher's last hidden states, as bioner_kd cache_logits --hidden keeps "
        "them. Logits and labels follow with a fresh optimiser. 0 leaves it out.",
    },
)


def read_stages(
    program: Program, train_split: Sequence[Sentence]
) -> "tuple[Guidance | None, HiddenStage | None]":
    """What the teacher has to say: its logits or itself, and its hidden states for a first stage.

    Either is None where the flags ask for nothing that needs it.

    Raises:
        InputError: as in `read_guidance` and `read_hidden_stage`.
        UsageError: the same.
    """
    transfer = program.read(TRANSFER)
    if not transfer.transfer_size and transfer.transfer_select != ALL_SENTENCES:
        logging.warning(
            "--transfer_select=%s says nothing without a --transfer_size.", transfer.transfer_select
        )
    needed = (
        program.read(DISTILL).needs_teacher
        or transfer.transfer_size != 0
        or program.read(HIDDEN).hidden_epochs > 0
    )
    guidance = read_guidance(program, train_split) if needed else None
    return guidance, read_hidden_stage(program, train_split, guidance)


def read_hidden_stage(
    program: Program, train_split: Sequence[Sentence], guidance: "Guidance | None"
) -> "HiddenStage | None":
    """The first stage as the flags say, None without one.

    Args:
        program: its flags.
        train_split: sentences with tags.
        guidance: the cached logits that go with the hidden states, and the transfer set.

    Raises:
        InputError: the hidden states are missing or not of the teacher that the logits are of.
        UsageError: there is no cache.
    """
    from bioner_kd.distill.hidden_stage import HiddenStage
    from bioner_kd.teacher.cache_kind import HIDDEN_STATES, hidden_folder
    from bioner_kd.teacher.labelled_text import read_sentences
    from bioner_kd.teacher.logits_cache import LogitsCache

    epochs, choice = program.read(HIDDEN).hidden_epochs, program.read(GUIDANCE)
    if not epochs:
        return None
    if not choice.cache:
        raise UsageError("--hidden_epochs needs the teacher's hidden states: name them by --cache.")
    train, text = Path(choice.cache) / "train", Path(choice.cache) / TEXT
    same = LogitsCache(train).origin()
    cache = LogitsCache(hidden_folder(train), HIDDEN_STATES)
    states = cache.read_some(train_split, same, range(len(train_split)))
    if guidance is None or guidance.transfer is None:
        return HiddenStage(epochs, train_split, states)
    transfer = guidance.transfer
    # The transfer set may be less than the text that was labelled.
    labelled, chosen = read_sentences(text), transfer.sentences
    places = {sentence.words: place for place, sentence in enumerate(labelled)}
    cache = LogitsCache(hidden_folder(text), HIDDEN_STATES)
    states += cache.read_some(labelled, same, [places[sentence.words] for sentence in chosen])
    drawn = transfer.drawn(len(train_split))
    return HiddenStage(epochs, [*train_split, *chosen], states, len(chosen), drawn)
