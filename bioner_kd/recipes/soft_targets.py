"""Where a student's soft targets come from: a cache of logits, or a teacher that runs live."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from absl import logging

from bioner_kd.distill.config import ALL_SENTENCES, TransferConfig
from bioner_kd.distill.hidden_stage import HiddenStage
from bioner_kd.distill.selection import select
from bioner_kd.distill.training import SoftTargets, Transfer
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import UsageError
from bioner_kd.recipes.teaching import Teaching
from bioner_kd.teacher.ensemble.folders import teachers_fingerprint
from bioner_kd.teacher.labelling import TEXT, hidden_folder, read_labelled_text, read_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.logits_shard import HIDDEN_STATES
from bioner_kd.teacher.saved_teacher import load_teacher
from bioner_kd.text.sentence import Sentence


def read_stages(
    train_split: Sequence[Sentence], teaching: Teaching
) -> tuple[SoftTargets | None, HiddenStage | None]:
    """What a student learns from its teacher: soft targets, and hidden states in a first stage.

    Either is None where the settings ask for nothing that needs it.

    Raises:
        InputError: as in `read_soft_targets` and `read_hidden_stage`.
        UsageError: the same.
    """
    cache, transfer = teaching.cache, teaching.transfer
    if not transfer.transfer_size and transfer.transfer_select != ALL_SENTENCES:
        logging.warning(
            "--transfer_select=%s says nothing without a --transfer_size.", transfer.transfer_select
        )
    targets = None
    if teaching.needed:
        train, teachers = teaching.needed_for_train, teaching.teachers
        targets = read_soft_targets(train_split, cache, teachers, transfer, train=train)
    return targets, read_hidden_stage(train_split, cache, teaching.hidden.hidden_epochs, targets)


def read_soft_targets(
    train_split: Sequence[Sentence],
    cache: str,
    teachers: Sequence[str],
    transfer: TransferConfig,
    *,
    train: bool = True,
) -> SoftTargets | None:
    """The soft targets of a training split and of a transfer set.

    Args:
        train_split: sentences with tags.
        cache: folder of logits, as `label` makes it; empty to run the teacher live.
        teachers: run directories, which a cache is held against; one of them can run live.
        transfer: how much of the labelled text is learnt from, and which.
        train: whether the soft targets of the training split count; where they do not, a cache
            may hold those of the transfer set alone, as one of labels does.

    Returns:
        None where neither a cache nor a teacher is named.

    Raises:
        InputError: the cache is missing, damaged or of another corpus or teacher.
        UsageError: the settings do not go together.
    """
    if cache:
        return _cached(train_split, Path(cache), teachers, transfer, train)
    if transfer.transfer_size:
        raise UsageError("--transfer_size needs cached logits: name them by --cache.")
    if len(teachers) > 1:
        raise UsageError("Several --teachers need cached logits: name them by --cache.")
    return _live(Path(teachers[0]), train_split) if teachers else None


def read_hidden_stage(
    train_split: Sequence[Sentence], cache: str, epochs: int, soft_targets: SoftTargets | None
) -> HiddenStage | None:
    """The hidden states that a first stage fits; None where it has no epochs.

    Args:
        train_split: sentences with tags.
        cache: folder of logits with the hidden states beside them.
        epochs: of the stage.
        soft_targets: the cached logits that go with the hidden states, and the transfer set.

    Raises:
        InputError: the hidden states are missing or not of the teacher that the logits are of.
        UsageError: there is no cache.
    """
    if not epochs:
        return None
    if not cache:
        raise UsageError("--hidden_epochs needs the teacher's hidden states: name them by --cache.")
    train, text = Path(cache) / "train", Path(cache) / TEXT
    same = LogitsCache(train).origin()
    states = LogitsCache(hidden_folder(train), HIDDEN_STATES).read_some(
        train_split, same, range(len(train_split))
    )
    if soft_targets is None or soft_targets.transfer is None:
        return HiddenStage(epochs, train_split, states)
    transfer = soft_targets.transfer
    # The transfer set may be less than the text that was labelled.
    labelled, chosen = read_sentences(text), transfer.sentences
    places = {sentence.words: place for place, sentence in enumerate(labelled)}
    states += LogitsCache(hidden_folder(text), HIDDEN_STATES).read_some(
        labelled, same, [places[sentence.words] for sentence in chosen]
    )
    drawn = transfer.drawn(len(train_split))
    return HiddenStage(epochs, [*train_split, *chosen], states, len(chosen), drawn)


def _cached(
    train_split: Sequence[Sentence],
    folder: Path,
    teachers: Sequence[str],
    config: TransferConfig,
    train: bool,
) -> SoftTargets:
    cache = LogitsCache(folder / "train")
    if not train and not cache.folder.exists():
        return _of_text_alone(train_split, folder / TEXT, config)
    expected = teachers_fingerprint([Path(teacher) for teacher in teachers]) if teachers else {}
    logits = cache.read(train_split, expected)
    origin = cache.origin()
    transfer = _transfer(folder / TEXT, origin, config) if config.transfer_size else None
    return SoftTargets(origin["tags"], logits=logits, transfer=transfer)


def _of_text_alone(
    train_split: Sequence[Sentence], text: Path, config: TransferConfig
) -> SoftTargets:
    origin = LogitsCache(text).origin()
    lengths = [len(sentence) for sentence in train_split]
    # Where alpha is 1, the loss does not look at them.
    nothing = Ragged(np.zeros((sum(lengths), len(origin["tags"])), np.float32), np.array(lengths))
    transfer = _transfer(text, origin, config)
    return SoftTargets(origin["tags"], logits=nothing, transfer=transfer)


def _transfer(folder: Path, fingerprint: dict[str, Any], config: TransferConfig) -> Transfer:
    text = read_labelled_text(folder, fingerprint)
    chosen = select(text.logits, text.tag_set, config)
    sentences = [text.sentences[number] for number in chosen]
    return Transfer(sentences, text.logits.take(chosen), config.transfer_ratio)


def _live(folder: Path, train_split: Sequence[Sentence]) -> SoftTargets:
    teacher = load_teacher(folder)
    features = teacher.encode(train_split).gatherer()
    return SoftTargets(teacher.tag_set.tags, model=teacher.model, features=features)
