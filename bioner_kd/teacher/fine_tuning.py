"""Fine-tunes a pretrained encoder as a tagger of a corpus."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from bioner_kd.encoding.batches import BatchSource, predict_logits, word_values
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import UsageError
from bioner_kd.evaluation.scores import devel_f1
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.checkpoint.encoder_config import read_config, usable_positions
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.config import DEFAULT_READING, ReadingConfig
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.saved_teacher import encode_subwords, save_teacher, subword_source
from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import train
from bioner_kd.training.optimizer import make_optimizer
from bioner_kd.training.run_folder import arrays_digest, sentences_digest


def fine_tune(
    pretrained: Path,
    train_split: Sequence[Sentence],
    devel_split: Sequence[Sentence],
    *,
    training: TrainingConfig,
    windows: WindowConfig,
    reading: ReadingConfig = DEFAULT_READING,
    folder: Path,
    settings: Mapping[str, Any],
) -> None:
    """Fine-tunes a checkpoint and writes the best epoch as a teacher folder.

    Args:
        pretrained: folder of the checkpoint.
        train_split: sentences with tags, which make the tag set.
        devel_split: sentences with tags, by which the best epoch is chosen.
        training: epochs and optimiser.
        windows: how long sentences are cut.
        reading: how much is read at once, and how exactly the model calculates.
        folder: takes the state of the training and the teacher.
        settings: the settings that a resumed run must share.

    Raises:
        InputError: the checkpoint is missing or damaged, or training has not seen a tag of devel.
        UsageError: a window is longer than the checkpoint's positions or the subword budget.
    """
    reading.check_window(windows.max_subwords)
    _check_positions(pretrained, windows)
    tag_set = TagSet.from_sentences(train_split)
    tag_set.known_tags(devel_split)  # Refuses a tag that training has not seen.
    tokenizer = load_tokenizer(pretrained)
    keras.utils.set_random_seed(training.seed)
    classifier = load_token_classifier(
        pretrained, tag_set.tags, fine_tuned=False, precision=reading.precision
    )
    settings = {
        **settings,
        "sentences": sentences_digest(train_split, devel_split),
        "pretrained weights": arrays_digest(classifier.get_weights()),
    }
    model = Teacher(classifier, pad_id=tokenizer.pad_id, subword_budget=reading.subword_budget)
    source = _training_source(train_split, tag_set, tokenizer, windows)
    devel = subword_source(encode_subwords(devel_split, tokenizer, windows))
    predict = model.graph()
    model.compile(optimizer=make_optimizer(training, source.steps(training.batch_size)))
    train(
        model,
        source,
        training,
        score=lambda: devel_f1(
            devel_split,
            predict_logits(predict, devel, training.batch_size, name="devel"),
            Decoder(tag_set),
        ),
        folder=folder,
        settings=settings,
    )
    save_teacher(folder, model, tokenizer, tag_set, windows, pretrained=pretrained.name)


def _training_source(
    sentences: Sequence[Sentence],
    tag_set: TagSet,
    tokenizer: SubwordTokenizer,
    windows: WindowConfig,
) -> BatchSource:
    encoded = encode_subwords(sentences, tokenizer, windows)
    tags = Ragged.from_lists([tag_set.encode(s) for s in sentences], np.int32)
    return BatchSource(
        encoded.lengths, encoded.words, (encoded.gatherer(),), (word_values("tag_ids", tags),)
    )


def _check_positions(pretrained: Path, windows: WindowConfig) -> None:
    positions = usable_positions(read_config(pretrained))
    if windows.max_subwords > positions:
        raise UsageError(
            f"--max_subwords={windows.max_subwords}: {pretrained} has positions for {positions} "
            "subwords."
        )
