"""A fine-tuned teacher on disk, in a folder that transformers reads too."""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bioner_kd.atomic import atomic_file
from bioner_kd.encoding.batches import BatchSource, predict_logits
from bioner_kd.encoding.subwords import SubwordSentences
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.regular_file import file_digest
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.checkpoint.encoder_config import read_config, usable_positions
from bioner_kd.teacher.checkpoint.files import TF_WEIGHTS, read_json_object
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.checkpoint.tf_weights import save_checkpoint
from bioner_kd.teacher.config import DEFAULT_READING, FLOAT32, ReadingConfig
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer
from bioner_kd.teacher.wordpiece import TOKENIZER
from bioner_kd.text.sentence import Sentence

SETTINGS = "bioner_kd.json"


@dataclass(frozen=True)
class SavedTeacher:
    """A teacher with everything that it needs to read sentences.

    Attributes:
        folder: the run directory.
        model: turns features into word-level logits.
        tokenizer: splits words into subwords.
        tag_set: the tags of the last axis of the logits.
        windows: how long sentences are cut.
        fingerprint: what the logits depend on, by name, as a logits cache records it.
    """

    folder: Path
    model: Teacher
    tokenizer: SubwordTokenizer
    tag_set: TagSet
    windows: WindowConfig
    fingerprint: dict[str, object]

    @property
    def decoder(self) -> Decoder:
        """Turns the logits into tags."""
        return Decoder(self.tag_set)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.model.classifier.count_params()

    @property
    def size(self) -> int:
        """Number of bytes of the weights on disk."""
        return (self.folder / TF_WEIGHTS).stat().st_size

    def encode(self, sentences: Sequence[Sentence]) -> SubwordSentences:
        """Cuts sentences into the teacher's windows."""
        return encode_subwords(sentences, self.tokenizer, self.windows)

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 32, *, name: str = ""
    ) -> list[np.ndarray]:
        """Computes the word-level logits, as `SentenceModel.logits` does."""
        return predict_logits(self.call, self.source(sentences), batch_size, name=name)

    def source(self, sentences: Sequence[Sentence]) -> BatchSource:
        """Makes batches of the teacher's features, without targets."""
        return subword_source(self.encode(sentences))

    def logits_and_hidden_states(
        self, sentences: Sequence[Sentence], batch_size: int = 32
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Computes the logits and the last hidden state of every word.

        Returns:
            float32 (words, tags) and float32 (words, hidden size) for each sentence, in order.
        """
        rows = predict_logits(self.call_with_hidden_state, self.source(sentences), batch_size)
        tags = len(self.tag_set)
        return [row[:, :tags] for row in rows], [row[:, tags:] for row in rows]

    @functools.cached_property
    def call_with_hidden_state(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The model as a graph: from features to (batch, words, tags + hidden size)."""
        return self.model.graph(hidden_state=True)

    @functools.cached_property
    def call(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The model as a graph: from features to logits (batch, words, tags)."""
        return self.model.graph()


def encode_subwords(
    sentences: Sequence[Sentence], tokenizer: SubwordTokenizer, windows: WindowConfig
) -> SubwordSentences:
    """Cuts sentences into windows of a tokenizer's subwords."""
    return SubwordSentences.from_sentences(
        sentences,
        tokenizer.subwords,
        windows,
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
    )


def subword_source(encoded: SubwordSentences) -> BatchSource:
    """Makes batches of a teacher's features, without targets."""
    return BatchSource(encoded.lengths, encoded.words, (encoded.gatherer(),))


def save_teacher(
    folder: Path,
    model: Teacher,
    tokenizer: SubwordTokenizer,
    tag_set: TagSet,
    windows: WindowConfig,
    pretrained: str,
) -> None:
    """Writes a teacher into an existing folder.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    save_checkpoint(folder, model.classifier)
    tokenizer.save(folder)
    settings = {"tags": list(tag_set.tags), "windows": asdict(windows), "pretrained": pretrained}
    with atomic_file(folder / SETTINGS) as file:
        json.dump(settings, file, indent=1)


def teacher_fingerprint(
    folder: Path, reading: ReadingConfig = DEFAULT_READING
) -> dict[str, object]:
    """Reads what the logits of a saved teacher depend on, without loading the teacher.

    Args:
        folder: the run directory of the teacher.
        reading: how exactly the teacher calculates.

    Raises:
        InputError: the folder holds no fine-tuned teacher.
    """
    try:
        settings = read_json_object(folder / SETTINGS)
        return {
            "teacher": file_digest(folder / TF_WEIGHTS),
            "tokenizer": file_digest(folder / TOKENIZER),
            "tags": list(TagSet.from_json(settings["tags"]).tags),
            "windows": asdict(_windows(settings["windows"])),
            # Left out if it is the default, so that older caches remain valid.
            **({} if reading.precision == FLOAT32 else {"precision": reading.precision}),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{folder}: not a fine-tuned teacher ({one_line(error)}); make one with "
            "bioner_kd finetune_teacher."
        ) from error


def _windows(settings: Any) -> WindowConfig:
    if not all(type(number) is int for number in settings.values()):
        raise TypeError(f"windows are whole numbers, not {shown(settings)}")
    return WindowConfig(**settings)


def load_teacher(folder: Path, reading: ReadingConfig | None = None) -> SavedTeacher:
    """Loads what bioner_kd finetune_teacher wrote.

    Args:
        folder: the run directory of the teacher.
        reading: how much is read at once, and how exactly the teacher calculates. Without it, a
            window may be longer than the default budget.

    Raises:
        InputError: the folder holds no fine-tuned teacher, or a damaged one.
        UsageError: the teacher's windows are longer than the budget of `reading`.
    """
    budget_is_given, reading = reading is not None, reading or DEFAULT_READING
    fingerprint = teacher_fingerprint(folder, reading)
    tag_set = TagSet(tuple(fingerprint["tags"]))  # type: ignore[arg-type]
    windows = WindowConfig(**fingerprint["windows"])  # type: ignore[arg-type]
    positions = usable_positions(read_config(folder))
    if windows.max_subwords > positions:
        raise InputError(
            f"{folder / SETTINGS}: max_subwords is {shown(windows.max_subwords)}, but the encoder "
            f"has positions for {positions} subwords; make a teacher with "
            "bioner_kd finetune_teacher."
        )
    if budget_is_given:
        reading.check_window(windows.max_subwords)
    tokenizer = load_tokenizer(folder)
    classifier = load_token_classifier(
        folder, tag_set.tags, fine_tuned=True, precision=reading.precision
    )
    model = Teacher(classifier, pad_id=tokenizer.pad_id, subword_budget=reading.subword_budget)
    return SavedTeacher(folder, model, tokenizer, tag_set, windows, fingerprint)
