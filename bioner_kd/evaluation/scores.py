"""Entity-level precision, recall and F1, in the two modes that the field reports."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from seqeval.metrics import v1
from seqeval.metrics.sequence_labeling import get_entities, precision_recall_fscore_support
from seqeval.scheme import IOB2, Entities

from bioner_kd.tagging.decoding import Decoder
from bioner_kd.text.iob2 import OUTSIDE, split_tag
from bioner_kd.text.sentence import Sentence

Sequences = list[list[str]]


@dataclass(frozen=True, slots=True)
class EntityScore:
    """Precision, recall and F1 of mentions; a mention is right with exact borders and type alone.

    Attributes:
        precision: percent of the predicted mentions that are right, 0 where none is predicted.
        recall: percent of the annotated mentions that are found, 0 where none is annotated.
        f1: harmonic mean of both, percent, 0 where both are 0.
        support: number of annotated mentions.
    """

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class ModeScores:
    """Scores in one mode.

    Attributes:
        micro: over the mentions of all types together, the figure that papers report.
        per_type: by entity type, in alphabetical order.
    """

    micro: EntityScore
    per_type: dict[str, EntityScore]


@dataclass(frozen=True, slots=True)
class Scores:
    """Entity-level scores of one model on one split.

    Tag accuracy is left out on purpose: most words are "O", so it flatters every model.

    Attributes:
        conlleval: an I- that continues nothing opens a mention, as in conlleval.pl of CoNLL-2000.
            The mode to compare with published figures.
        strict: a mention starts with B-; an I- that continues nothing belongs to no mention.
        sentences: number of sentences scored.
        words: number of words scored.
    """

    conlleval: ModeScores
    strict: ModeScores
    sentences: int
    words: int

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain numbers, strings and dictionaries, ready for `json.dump`."""
        return dataclasses.asdict(self)


def score(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> Scores:
    """Scores predicted tags against annotated ones.

    Args:
        gold: IOB2 tags, one sequence per sentence.
        predicted: the model's tags for the same words in the same order.

    Returns:
        Percentages at full precision; 0 where nothing is predicted, annotated or given.

    Raises:
        ValueError: numbers of sentences or words differ.
        InputError: a tag is not "O", "B-TYPE" or "I-TYPE".

    Source:
        Nakayama (2018), seqeval 1.2.2, https://github.com/chakki-works/seqeval: its default mode
        and `mode="strict", scheme=IOB2`.
    """
    gold, predicted = _plain_lists(gold), _plain_lists(predicted)
    _check_lengths(gold, predicted)
    types = _entity_types([*gold, *predicted])
    coded_gold, coded_predicted = _coded(gold, types), _coded(predicted, types)
    return Scores(
        conlleval=_conlleval_scores(coded_gold, coded_predicted, types),
        strict=_strict_scores(coded_gold, coded_predicted, types),
        sentences=len(gold),
        words=sum(map(len, gold)),
    )


def _plain_lists(sentences: Iterable[Iterable[str]]) -> Sequences:
    return [list(sentence) for sentence in sentences]


def _check_lengths(gold: Sequences, predicted: Sequences) -> None:
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} sentences are annotated but {len(predicted)} are predicted.")
    for number, (annotated, guessed) in enumerate(zip(gold, predicted, strict=True), start=1):
        if len(annotated) != len(guessed):
            raise ValueError(
                f"sentence {number} has {len(annotated)} annotated tags "
                f"but {len(guessed)} predicted ones."
            )


def _entity_types(sentences: Sequences) -> list[str]:
    tags = {tag for sentence in sentences for tag in sentence}
    return sorted({split_tag(tag)[1] for tag in tags if tag != OUTSIDE})


def _coded(sentences: Sequences, types: Sequence[str]) -> Sequences:
    # Types become numbers because seqeval cuts hyphens from the ends of a type in one mode only.
    # It also refuses an empty list of sentences; a sentence without words scores the same.
    code = {OUTSIDE: OUTSIDE} | {
        f"{prefix}-{name}": f"{prefix}-{number:06d}"
        for number, name in enumerate(types)
        for prefix in "BI"
    }
    return [[code[tag] for tag in sentence] for sentence in sentences] or [[]]


def _conlleval_scores(gold: Sequences, predicted: Sequences, types: Sequence[str]) -> ModeScores:
    found = {code for tags in (gold, predicted) for code, _, _ in get_entities(tags)}
    measure = partial(precision_recall_fscore_support, gold, predicted, zero_division=0)
    return _mode_scores(measure, [types[int(code)] for code in sorted(found)])


def _strict_scores(gold: Sequences, predicted: Sequences, types: Sequence[str]) -> ModeScores:
    annotated, guessed = Entities(gold, IOB2), Entities(predicted, IOB2)
    found = annotated.unique_tags | guessed.unique_tags
    # The function behind mode="strict", called directly to find mentions once for both averages.
    measure = partial(
        v1.precision_recall_fscore_support,
        gold,
        predicted,
        scheme=IOB2,
        zero_division=0,
        entities_true=annotated,
        entities_pred=guessed,
    )
    return _mode_scores(measure, [types[int(code)] for code in sorted(found)])


def _mode_scores(measure: Callable[..., Any], types: Sequence[str]) -> ModeScores:
    # Per type, seqeval gives scores without names, in alphabetical order of its types.
    rows = zip(*measure(average=None), strict=True)
    return ModeScores(
        micro=_entity_score(*measure(average="micro")),
        per_type={name: _entity_score(*row) for name, row in zip(types, rows, strict=True)},
    )


def _entity_score(precision: float, recall: float, f1: float, support: int) -> EntityScore:
    return EntityScore(
        100.0 * float(precision), 100.0 * float(recall), 100.0 * float(f1), int(support)
    )


def score_logits(
    sentences: Sequence[Sentence], logits: Sequence[np.ndarray], decoder: Decoder
) -> Scores:
    """Scores the logits of a model against the tags of the sentences.

    Args:
        sentences: sentences with tags.
        logits: float (words, tags) per sentence.
        decoder: makes tags of the logits.

    Raises:
        InputError: a sentence has no tags, or one that the tag set lacks.
    """
    gold = decoder.tag_set.known_tags(sentences)
    return score(gold, decoder.decode_many(logits))


def devel_f1(
    sentences: Sequence[Sentence], logits: Sequence[np.ndarray], decoder: Decoder
) -> float:
    """Micro F1 in conlleval mode, percent, by which training chooses the epoch."""
    return score_logits(sentences, logits, decoder).conlleval.micro.f1
