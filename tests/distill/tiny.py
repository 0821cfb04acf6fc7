"""A tiny corpus, a student and a real two-layer BERT, for the tests of the Distiller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from bioner_kd.encoding.batches import (
    BatchSource,
    Gather,
    predict_logits,
    student_features,
    word_values,
)
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.encoding.subwords import SubwordSentences
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.model import Student
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.teacher.model import Teacher
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.losses import cross_entropy_per_word, kl_per_word, masked_mean

TAG_SET = TagSet(("O", "B-Disease", "I-Disease"))
PAD, CLS, SEP, FIRST = 0, 1, 2, 3
WINDOWS = WindowConfig(max_subwords=16, overlap=6)
# Long sentences need several windows of the teacher; single words leave much padding.
LENGTHS = (1, 40, 3, 7, 25, 2, 1, 12, 5)
# Letters, since digits would be folded: words that look alike could not be told apart.
WORDS = tuple(f"gene{a}{b}" for a in "abc" for b in "defghijklm")
PLAIN = {"dropout": 0.0, "word_dropout": 0.0}
SIZES = {
    "word_size": 8,
    "prefix_size": 4,
    "suffix_size": 4,
    "shape_size": 3,
    "char_size": 4,
    "char_filters": 5,
    "units": 6,
}


def make_sentences(lengths: Sequence[int] = LENGTHS) -> list[Sentence]:
    """Sentences whose tags follow from their words."""
    random = np.random.default_rng(1)
    sentences = []
    for length in lengths:
        numbers = random.integers(0, len(WORDS), length)
        tags = [TAG_SET.tags[1] if number < 6 else "O" for number in numbers]
        sentences.append(Sentence.from_words([WORDS[number] for number in numbers], tags))
    return sentences


def subwords(word: str) -> list[int]:
    """One to three subwords a word."""
    number = WORDS.index(word)
    return [FIRST + (number + i) % 40 for i in range(1 + number % 3)]


def make_teacher(seed: int = 3) -> Teacher:
    # Here, so that a process without a BERT need not wait for it.
    from transformers import BertConfig, TFBertForTokenClassification

    keras.utils.set_random_seed(seed)
    bert = TFBertForTokenClassification(
        BertConfig(
            vocab_size=FIRST + 40,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=24,
            max_position_embeddings=WINDOWS.max_subwords,
            initializer_range=0.5,
            hidden_dropout_prob=0.5,
            num_labels=len(TAG_SET),
        )
    )
    bert.build_in_name_scope()
    return Teacher(bert, pad_id=PAD)


@dataclass(frozen=True)
class Task:
    """A corpus as batches, with the teacher's features, its cached logits, or both."""

    sentences: list[Sentence]
    tables: WordFeatures
    teacher_features: Gather

    @classmethod
    def make(cls, lengths: Sequence[int] = LENGTHS) -> "Task":
        sentences = make_sentences(lengths)
        encoded = SubwordSentences.from_sentences(
            sentences, subwords, WINDOWS, cls_id=CLS, sep_id=SEP, pad_id=PAD
        )
        tables = WordFeatures.from_sentences(sentences, FeatureConfig(max_chars=6))
        return cls(sentences, tables, encoded.gatherer())

    @property
    def words(self) -> np.ndarray:
        return np.array([len(sentence) for sentence in self.sentences], np.int64)

    def teacher_logits(self, teacher: Teacher) -> list[np.ndarray]:
        source = BatchSource(self.words, self.words, (self.teacher_features,))
        return predict_logits(teacher.graph(), source, 4)

    def source(self, *, live: bool = False, logits: Sequence[np.ndarray] = ()) -> BatchSource:
        features = [student_features(self.sentences, self.tables)]
        tags = [TAG_SET.encode(sentence) for sentence in self.sentences]
        targets = [word_values("tag_ids", Ragged.from_lists(tags, np.int32))]
        if live:
            features.append(self.teacher_features)
        if logits:
            targets.append(word_values("teacher_logits", Ragged.from_arrays(logits)))
        return BatchSource(self.words, self.words, tuple(features), tuple(targets))

    def student(self, settings: Mapping[str, Any] = PLAIN, seed: int = 5) -> Student:
        keras.utils.set_random_seed(seed)
        config = StudentConfig(**{**SIZES, **settings})
        student = Student(config, self.tables.sizes(), len(TAG_SET), tag_names=TAG_SET.tags)
        student(self.source().gather([0])[0])
        return student


def hard_loss(logits, tag_ids, word_mask):
    """Cross-entropy of the tags, its mean over scored words."""
    return masked_mean(cross_entropy_per_word(logits, tag_ids), word_mask)


def distillation_loss(student_logits, teacher_logits, word_mask, *, temperature):
    """KL(teacher || student) of softened tags, its mean over scored words."""
    values = kl_per_word(student_logits, teacher_logits, temperature=temperature)
    return masked_mean(values, word_mask)
