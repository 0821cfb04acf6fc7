"""The training of a student from a corpus and the soft targets of a teacher."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from bioner_kd.distill.config import DistillConfig, StudentPlan
from bioner_kd.distill.distiller import ANNOTATED, TEACHER_LOGITS, Distiller
from bioner_kd.distill.hidden_stage import HiddenStage, fit_hidden_states
from bioner_kd.encoding.batches import (
    BatchSource,
    Gather,
    predict_logits,
    sentence_values,
    student_features,
    word_values,
)
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.scores import devel_f1
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import VECTOR, WordFeatures
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.loop import train
from bioner_kd.training.optimizer import make_optimizer
from bioner_kd.training.run_folder import arrays_digest, sentences_digest
from bioner_kd.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class Transfer:
    """The transfer set: unlabelled text with soft targets of the teacher.

    Attributes:
        sentences: the sentences.
        logits: word-level logits of the teacher.
        ratio: number of sentences that each epoch samples per sentence of the training split.

    Source:
        Bucila, Caruana and Niculescu-Mizil (2006), "Model compression"; Mukherjee and Awadallah
        (2020), "XtremeDistil", arXiv:2004.05686.
    """

    sentences: Sequence[Sentence]
    logits: Ragged
    ratio: float = 1.0

    def drawn(self, annotated: int) -> int:
        """Number of sentences that each epoch samples beside `annotated` sentences."""
        return min(len(self.sentences), max(1, round(self.ratio * annotated)))


@dataclass(frozen=True)
class SoftTargets:
    """Soft targets for the training split: cached logits of the teacher, or the teacher itself.

    Attributes:
        tags: tags of the teacher, in the order of its logits.
        logits: cached word-level logits, or None if the teacher runs live.
        model: the teacher, or None if its logits are cached.
        features: gatherer of the inputs of a teacher that runs live.
        transfer: the transfer set, which needs cached logits of the training split.
    """

    tags: Sequence[str]
    logits: Ragged | None = None
    model: keras.Model | None = None
    features: Gather | None = None
    transfer: Transfer | None = None

    def __post_init__(self) -> None:
        """Checks that a transfer set comes with cached logits."""
        if self.transfer is not None and self.logits is None:
            raise ValueError("a transfer set goes with cached logits of the training split alone.")


def distil(
    train_split: Sequence[Sentence],
    devel_split: Sequence[Sentence],
    plan: StudentPlan,
    *,
    soft_targets: SoftTargets | None,
    folder: Path,
    settings: Mapping[str, Any],
    vectors: WordVectors | None = None,
    hidden: HiddenStage | None = None,
) -> SavedStudent:
    """Trains a student and returns it with the weights of its best epoch.

    Args:
        train_split: sentences with tags; the tag set is theirs, and the word tables are theirs and
            the transfer set's.
        devel_split: sentences with tags, to choose the epoch by.
        plan: what the student is made of, and how it is trained.
        soft_targets: of the teacher; may be None where alpha is 1 throughout. A transfer set is
            learnt from whatever alpha is.
        folder: where the state to resume from goes.
        settings: what a resumed run must share.
        vectors: word vectors that the student sees beside its own embedding of words.
        hidden: a first stage that fits the teacher's hidden states.

    Raises:
        InputError: the teacher's tags are not the corpus's, or devel has a tag that train lacks.
        UsageError: alpha is below 1 and there is no teacher.
    """
    tag_set, training = TagSet.from_sentences(train_split), plan.training
    tag_set.known_tags(devel_split)  # refuses a tag that training never saw
    taught = _needed(soft_targets, tag_set, plan.objective)
    unannotated = taught.transfer.sentences if taught and taught.transfer else ()
    settings = {
        **settings,
        "sentences": sentences_digest(train_split, devel_split, unannotated),
        "soft targets": arrays_digest(_arrays_of(taught)),
        "word vectors": arrays_digest([vectors.matrix] if vectors else []),
    }
    keras.utils.set_random_seed(training.seed)
    saved = _new_student(train_split, unannotated, tag_set, plan, vectors)
    model, devel = saved.model, saved.source(devel_split)
    source = _training_source(train_split, tag_set, saved.features, taught)
    if hidden is not None:
        fit_hidden_states(model, saved.features, hidden, training, folder=folder, settings=settings)
    distiller = _compiled(saved, taught, plan, source.steps(training.batch_size))

    def score() -> float:
        logits = predict_logits(saved.call, devel, 64, name="devel")
        return devel_f1(devel_split, logits, saved.decoder)

    train(distiller, source, training, score=score, folder=folder, settings=settings)
    return saved


def _compiled(
    saved: SavedStudent, taught: SoftTargets | None, plan: StudentPlan, steps: int
) -> Distiller:
    """The model that is trained, with `steps` steps an epoch."""
    distiller = Distiller(student=saved.model, teacher=taught.model if taught else None)
    distiller.compile(
        make_optimizer(plan.training, steps),
        objective=plan.objective,
        total_steps=plan.training.epochs * steps,
    )
    return distiller


def _arrays_of(soft_targets: SoftTargets | None) -> list[np.ndarray]:
    """The arrays that the soft targets are made of."""
    if soft_targets is None:
        return []
    if soft_targets.model is not None:
        return list(soft_targets.model.get_weights())
    cached = (soft_targets.logits, soft_targets.transfer.logits if soft_targets.transfer else None)
    return [logits.flat for logits in cached if logits is not None]


def _new_student(
    train_split: Sequence[Sentence],
    unannotated: Sequence[Sentence],
    tag_set: TagSet,
    plan: StudentPlan,
    vectors: WordVectors | None,
) -> SavedStudent:
    features = plan.features
    if VECTOR in features.features:
        raise UsageError(
            f"--features={','.join(features.features)}: '{VECTOR}' comes with --vectors by itself; "
            "leave it out."
        )
    rows = vectors.by_form() if vectors else {}
    if vectors:
        features = dataclasses.replace(features, features=(*features.features, VECTOR))
    tables = WordFeatures.from_sentences(train_split, features, rows, unannotated)
    size = vectors.size if vectors else 0
    model = Student(
        plan.student, tables.sizes(), len(tag_set), vector_size=size, tag_names=tag_set.tags
    )
    saved = SavedStudent(model, tables, tag_set)
    predict_logits(model, saved.source(train_split[:1]), 1)  # builds the variables
    if vectors:
        model.set_vectors(vectors.matrix[[rows[form] for form in tables.tables[VECTOR]]])
    return saved


def _needed(
    soft_targets: SoftTargets | None, tag_set: TagSet, objective: DistillConfig
) -> SoftTargets | None:
    """The soft targets if the loss needs them; a transfer set needs them whatever alpha is."""
    if not objective.needs_teacher and not (soft_targets and soft_targets.transfer):
        return None
    if soft_targets is None:
        name, alpha = next((name, a) for name, a in objective.alphas.items() if a < 1)
        raise UsageError(
            f"--{name}={alpha} needs a teacher: pass --cache (its logits) or --teachers, or "
            "--alpha=1 for none."
        )
    if tuple(soft_targets.tags) != tag_set.tags:
        raise InputError(
            f"The teacher's tags are {', '.join(soft_targets.tags)}, the corpus has "
            f"{', '.join(tag_set.tags)}; use a teacher that was fine-tuned on this corpus."
        )
    return soft_targets


def _training_source(
    sentences: Sequence[Sentence],
    tag_set: TagSet,
    tables: WordFeatures,
    soft_targets: SoftTargets | None,
) -> BatchSource:
    tags = Ragged.from_lists([tag_set.encode(sentence) for sentence in sentences], np.int32)
    if soft_targets is not None and soft_targets.transfer is not None:
        assert soft_targets.logits is not None  # as it was made
        return _mixed_source(sentences, tags, tables, soft_targets.logits, soft_targets.transfer)
    features = [student_features(sentences, tables)]
    targets = [word_values("tag_ids", tags)]
    if soft_targets is not None and soft_targets.features is not None:
        features.append(soft_targets.features)
    if soft_targets is not None and soft_targets.logits is not None:
        targets.append(word_values(TEACHER_LOGITS, soft_targets.logits))
    return BatchSource(tags.lengths, tags.lengths, tuple(features), tuple(targets))


def _mixed_source(
    sentences: Sequence[Sentence],
    tags: Ragged,
    tables: WordFeatures,
    logits: Ragged,
    transfer: Transfer,
) -> BatchSource:
    # Sentences without annotation: the loss leaves these tags out.
    none = Ragged(np.zeros(len(transfer.logits.flat), np.int32), transfer.logits.lengths)
    annotated = np.repeat([1.0, 0.0], [len(sentences), len(transfer.sentences)])
    targets = (
        word_values("tag_ids", tags.append(none)),
        word_values(TEACHER_LOGITS, logits.append(transfer.logits)),
        sentence_values(ANNOTATED, annotated),
    )
    lengths = np.append(tags.lengths, none.lengths)
    features = student_features([*sentences, *transfer.sentences], tables)
    return BatchSource(
        lengths,
        lengths,
        (features,),
        targets,
        optional=len(transfer.sentences),
        drawn=transfer.drawn(len(sentences)),
    )
