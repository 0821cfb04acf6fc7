"""The cost of a model on a device: bytes as int8, and time per sentence."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from bioner_kd.evaluation.scores import score
from bioner_kd.export.tflite import tflite_models
from bioner_kd.lab.benchmark.jobs import Clock, call_seconds
from bioner_kd.lab.benchmark.sentence_files import spread_over
from bioner_kd.student.saved_student import load_student
from bioner_kd.tagging.models.layout import INT8
from bioner_kd.tagging.models.tflite import TFLiteModel
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.teacher.ensemble.folders import joined_folders, load_single, teaches
from bioner_kd.teacher.ensemble.teachers import StudentTeacher
from bioner_kd.teacher.saved_teacher import SavedTeacher
from bioner_kd.text.sentence import Sentence

# Number of sentences that are timed, at even distances in the split, and number of times each. The
# median of this many hardly moves; the best of three leaves out what else the machine does.
TIMED, REPEATS = 200, 3


@dataclass(frozen=True)
class Cost:
    """The cost of a model.

    Attributes:
        milliseconds: median time per sentence, one at a time, from words to tags.
        int8_bytes: size of the int8 .tflite file; None for a teacher.
        int8_f1: micro F1 of that file in conlleval mode, percent; None for a teacher.
    """

    milliseconds: float
    int8_bytes: int | None = None
    int8_f1: float | None = None


def measure(folder: Path, sentences: Sequence[Sentence]) -> Cost:
    """Measures the model of a run: a student as int8 .tflite, a teacher in Keras.

    Args:
        folder: run directory.
        sentences: sentences with tags; at most `TIMED` of them are timed.
    """
    if teaches(folder):
        teachers = [load_single(part) for part in joined_folders(folder)]
        return Cost(median_milliseconds(_teachers_tagger(teachers), sentences))
    student = load_student(folder)
    content = tflite_models(student, [INT8])[INT8]
    tagger = Tagger(TFLiteModel(content, f"{folder} as int8"), student.tables)
    tags = [tagger.tag_words(sentence.words) for sentence in sentences]
    gold = [sentence.tags or () for sentence in sentences]
    return Cost(
        median_milliseconds(lambda sentence: tagger.tag_words(sentence.words), sentences),
        len(content),
        score(gold, tags).conlleval.micro.f1,
    )


def _teachers_tagger(
    teachers: Sequence[SavedTeacher | StudentTeacher],
) -> Callable[[Sentence], object]:
    # Without the queue of batches of `logits`, whose set-up takes longer than a sentence.
    def logits(teacher: SavedTeacher | StudentTeacher, sentence: Sentence) -> np.ndarray:
        features, _, _ = teacher.source([sentence]).gather(tf.constant([0]))
        return teacher.call(features)[0, : len(sentence)].numpy()

    def tag(sentence: Sentence) -> object:
        mean = np.mean([logits(teacher, sentence) for teacher in teachers], axis=0)
        return teachers[0].decoder.decode(mean)

    return tag


def median_milliseconds(
    tag: Callable[[Sentence], object],
    sentences: Sequence[Sentence],
    *,
    clock: Clock = time.perf_counter,
) -> float:
    """Median over sentences of the shortest of several times.

    Args:
        tag: function that is timed.
        sentences: at least one sentence; at most `TIMED` of them are timed.
        clock: current time, seconds.
    """
    chosen = spread_over(sentences, TIMED)
    # Pass after pass, so that a short disturbance meets one of the times of a sentence at most.
    passes = [pass_seconds(tag, chosen, clock) for _ in range(REPEATS)]
    return 1000.0 * statistics.median(map(min, *passes))


def pass_seconds(
    tag: Callable[[Sentence], object],
    sentences: Sequence[Sentence],
    clock: Clock = time.perf_counter,
) -> list[float]:
    """Seconds for each sentence, one after the other."""
    return [call_seconds(lambda s=sentence: tag(s), clock) for sentence in sentences]  # type: ignore[misc]
