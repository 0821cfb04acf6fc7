"""Errors that students make and teachers do not, mention by mention.

A group of several runs finds a mention where more than half of its runs find it with exact borders
and type.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bioner_kd.text import iob2
from bioner_kd.text.sentence import Sentence

# Tags that one run predicts for a split, one sequence per sentence.
Tagged = Sequence[Sequence[str]]
Span = tuple[str, int, int]

MISSED, INVENTED, BORDER, TYPE = "missed", "invented", "wrong border", "wrong type"


@dataclass(frozen=True)
class Error:
    """An annotated mention that students miss, or a mention that they find without annotation.

    Attributes:
        kind: `TYPE` where the other side has a mention of the same words with another type,
            `BORDER` where it has a mention that shares some of the words, else `MISSED` or
            `INVENTED`.
        type: entity type of the mention.
        text: text of the mention.
        instead: the mention of the other side: that of the students for a missed one, the annotated
            one for an invented one; empty where there is none.
        in_training: whether the training split has a mention of this text and type, in upper or
            lower case.
        sentence: sentence of the mention.
        start: number of its first word.
        end: number of the word after its last.
    """

    kind: str
    type: str
    text: str
    instead: str
    in_training: bool
    sentence: Sentence
    start: int
    end: int


@dataclass(frozen=True)
class FrequentError:
    """Errors of the same kind, type and text.

    Attributes:
        count: number of these errors.
        example: the first of these errors.
    """

    count: int
    example: Error


def training_mentions(sentences: Iterable[Sentence]) -> frozenset[tuple[str, str]]:
    """Mentions of the training split: (entity type, text in lower case)."""
    return frozenset(
        (span[0], _text(sentence, span).lower())
        for sentence in sentences
        for span in iob2.entities(sentence.tags or ())
    )


def missed_mentions(
    sentences: Sequence[Sentence],
    teachers: Sequence[Tagged],
    students: Sequence[Tagged],
    training: frozenset[tuple[str, str]],
) -> list[Error]:
    """Annotated mentions that most teachers find and most students do not.

    Args:
        sentences: sentences with tags.
        teachers: tags that each run of the teachers predicts.
        students: tags that each run of the students predicts.
        training: result of `training_mentions`.
    """
    errors = []
    for number, sentence in enumerate(sentences):
        taught, learnt = _spans(teachers, number), _spans(students, number)
        for span in iob2.entities(sentence.tags or ()):
            if _most(taught, span) and not _most(learnt, span):
                wrong = Counter(_nearest(span, found, MISSED) for found in learnt)
                wrong.pop((TYPE, span), None)  # the runs that do find it
                errors.append(_error(sentence, span, wrong, training))
    return errors


def false_mentions(
    sentences: Sequence[Sentence],
    teachers: Sequence[Tagged],
    students: Sequence[Tagged],
    training: frozenset[tuple[str, str]],
) -> list[Error]:
    """Mentions that most students find, though they are not annotated and most teachers do not.

    Args:
        sentences: sentences with tags.
        teachers: tags that each run of the teachers predicts.
        students: tags that each run of the students predicts.
        training: result of `training_mentions`.
    """
    errors = []
    for number, sentence in enumerate(sentences):
        taught, learnt = _spans(teachers, number), _spans(students, number)
        annotated = set(iob2.entities(sentence.tags or ()))
        for span in sorted(set().union(*learnt) - annotated, key=lambda span: span[1:]):
            if _most(learnt, span) and not _most(taught, span):
                nearest = Counter([_nearest(span, annotated, INVENTED)])
                errors.append(_error(sentence, span, nearest, training))
    return errors


def recall_by_training(
    sentences: Sequence[Sentence],
    runs: Sequence[Tagged],
    training: frozenset[tuple[str, str]],
) -> tuple[float | None, float | None]:
    """Recall of mentions that the training split has too, and of mentions that it has not.

    Args:
        sentences: sentences with tags.
        runs: tags that each run predicts.
        training: result of `training_mentions`.

    Returns:
        Percent, mean over the runs; None where there is no such mention.
    """
    found, mentions = [0, 0], [0, 0]
    for number, sentence in enumerate(sentences):
        predicted = _spans(runs, number)
        for span in iob2.entities(sentence.tags or ()):
            side = (span[0], _text(sentence, span).lower()) not in training
            mentions[side] += len(runs)
            found[side] += sum(span in spans for spans in predicted)
    seen, unseen = (
        100.0 * right / all_ if all_ else None for right, all_ in zip(found, mentions, strict=True)
    )
    return seen, unseen


def most_frequent(errors: Iterable[Error], rows: int) -> list[FrequentError]:
    """Counts errors of the same kind, type and text; the most frequent come first.

    Args:
        errors: errors of `missed_mentions` or `false_mentions`.
        rows: largest number of rows to return.
    """
    grouped: dict[tuple[str, str, str], list[Error]] = {}
    for error in errors:
        grouped.setdefault((error.kind, error.type, error.text.lower()), []).append(error)
    ordered = sorted(grouped.values(), key=len, reverse=True)  # stable: then in order of the text
    return [FrequentError(len(alike), alike[0]) for alike in ordered[:rows]]


def _spans(runs: Sequence[Tagged], sentence: int) -> list[set[Span]]:
    return [set(iob2.entities(run[sentence])) for run in runs]


def _most(runs: Sequence[set[Span]], span: Span) -> bool:
    return 2 * sum(span in found for found in runs) > len(runs)


def _nearest(span: Span, others: Iterable[Span], none: str) -> tuple[str, Span | None]:
    """The kind of an error, and the nearest mention of the other side."""
    _, start, end = span
    shared = {other: min(end, other[2]) - max(start, other[1]) for other in others}
    touching = sorted((other for other in shared if shared[other] > 0), key=lambda s: s[1:])
    for other in touching:
        if other[1:] == span[1:]:
            return TYPE, other
    if not touching:
        return none, None
    return BORDER, max(touching, key=shared.__getitem__)


def _error(
    sentence: Sentence,
    span: Span,
    nearest: Counter[tuple[str, Span | None]],
    training: frozenset[tuple[str, str]],
) -> Error:
    (kind, other), _ = nearest.most_common(1)[0]
    text = _text(sentence, span)
    instead = "" if other is None else _text(sentence, other)
    return Error(
        kind=kind,
        type=span[0],
        text=text,
        instead=f"{instead} ({other[0]})" if other and other[0] != span[0] else instead,
        in_training=(span[0], text.lower()) in training,
        sentence=sentence,
        start=span[1],
        end=span[2],
    )


def _text(sentence: Sentence, span: Span) -> str:
    return sentence.text[sentence.spans[span[1]][0] : sentence.spans[span[2] - 1][1]]
