"""Which rules that look at a whole text a student gets is chosen on documents of devel."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from absl import logging

from bioner_kd.errors import InputError
from bioner_kd.evaluation.found_mentions import AnnotatedText
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.student_tagger import student_tagger
from bioner_kd.tagging.brackets import Brackets
from bioner_kd.tagging.decoding import entities_from_tags
from bioner_kd.tagging.document_step import Abbreviations, DocumentStep, RepeatedNames
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.word_form import fold
from bioner_kd.text.document import Document
from bioner_kd.text.documents import read_documents
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.sentence import Sentence

# Mean P(entity) that the choice tries.
_GATES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
_NAME_GATES = (0.05, 0.1, 0.2, 0.4)
# Points of F1 by which a further rule has to be better: it makes the same kind of error in all
# places of a name.
_LEAST_GAIN = 0.1


@dataclass(frozen=True)
class SplitDocuments:
    """The documents of a file that are those of a split.

    Attributes:
        texts: with the mentions that are to be found.
        left_out: number of documents that are not of the split, or share text with training.
        faulty: number of documents that cannot be read.
    """

    texts: Sequence[AnnotatedText]
    left_out: int
    faulty: int


def read_documents_of(
    path: str,
    split: Sequence[Sentence],
    training: Sequence[Sentence],
    *,
    student: SavedStudent,
    corpus: Corpus,
) -> SplitDocuments:
    """Reads the documents of a file whose words are those of a split.

    Documents that share their text with training, or are not of the split, are left out: so the
    file may hold the documents of train and devel.

    Args:
        path: annotated documents of any format.
        split: sentences of the split.
        training: sentences of the training split.
        student: whose words are compared.
        corpus: says what the types of the documents are called by the student; a student of one
            type takes every mention that is read where it has no other name.

    Raises:
        InputError: the file cannot be read, or no document is of the split.
    """
    faults = Faults(SKIP)
    words = _Words(student)
    wanted, known = words.of(split), words.of(training)
    texts, left_out = [], 0
    for document in read_documents(path, faults=faults, told=logging.info):
        bare = replace(document, sentences=None)
        own = words.of(bare.cut(student.rules.iterate_sentences))
        if own.strip() and own in wanted and own not in known:
            texts.append(annotated(bare, student.tag_set.entity_types, corpus))
        else:
            left_out += 1
    if not texts:
        raise InputError(
            f"{path}: none of {left_out} documents has the words of the split; name the documents "
            "that the corpus was made of."
        )
    logging.info(
        "%s: %d documents are of the split, %d are not, %d cannot be read.",
        path, len(texts), left_out, faults.number,
    )  # fmt: skip
    return SplitDocuments(texts, left_out, faults.number)


class _Words:
    """All words of sentences as one text, in which a document can be looked for."""

    def __init__(self, student: SavedStudent) -> None:
        self._split = student.rules.tokenizer.split_words
        self._folding = student.features.folding

    def of(self, sentences: Sequence[Sentence] | Iterator[Sentence]) -> str:
        found = (
            fold(part, self._folding)
            for sentence in sentences
            for word in sentence.words
            for part in self._split(word)
        )
        return f" {' '.join(found)} "


def annotated(document: Document, known: Sequence[str], corpus: Corpus) -> AnnotatedText:
    """A document with the mentions that a student should find.

    Args:
        document: with annotations.
        known: entity types of the student.
        corpus: says what the types of the document are called by the student.
    """
    types, mentions = corpus.alignment, set()
    for one in document.annotations:
        name = types.name_of(one.type)
        if name is not None and name not in known and len(known) == 1:
            # Documents name kinds of the one type, such as SpecificDisease and Modifier.
            name = known[0]
        if one.spans and name in known:
            mentions.add((str(name), one.start, one.end))
    return AnnotatedText(document, frozenset(mentions))


def choose_document_step(
    student: SavedStudent, devel: Sequence[AnnotatedText]
) -> tuple[SavedStudent, dict[str, Any]]:
    """Chooses the rules that look at a whole text by their F1 on documents of devel.

    Args:
        student: the student, with all rules that come before.
        devel: whole documents that it was not trained on.

    Returns:
        The student with the rules, and as JSON values the scores without and with them.
    """
    student = with_document_step(student, DocumentStep())
    found = tag_whole(student_tagger(student), devel)
    tried = [DocumentStep()]
    tried.append(_best(found, devel, [DocumentStep(Abbreviations(gate=gate)) for gate in _GATES]))
    named = [replace(tried[-1], repeated_names=RepeatedNames(gate=gate)) for gate in _NAME_GATES]
    tried.append(_best(found, devel, named))
    chosen, before = tried[0], score_step(found, devel, tried[0])
    best = before
    for step in tried[1:]:
        score = score_step(found, devel, step)
        if score["f1"] >= best["f1"] + _LEAST_GAIN:
            chosen, best = step, score
    report = {"documents": len(devel), "without": before, "with": best, "step": chosen.to_json()}
    return with_document_step(student, chosen), report


def measure_document_step(student: SavedStudent, texts: Sequence[AnnotatedText]) -> dict[str, Any]:
    """F1 of a student on documents without and with its step, as JSON values."""
    found = tag_whole(student_tagger(student), texts)
    step = student.postprocessing.document_step or DocumentStep()
    return {
        "documents": len(texts),
        "without": score_step(found, texts, DocumentStep()),
        "with": score_step(found, texts, step),
    }


@dataclass(frozen=True)
class ExportDocuments:
    """Documents for an export; empty where none were given.

    Attributes:
        devel: those that the rules are chosen on.
        test: those that the rules are measured on.
        split: name of the split of `test`.
        left_out: number of documents of both files that are not of their split.
    """

    devel: Sequence[AnnotatedText]
    test: Sequence[AnnotatedText]
    split: str
    left_out: int


def read_export_documents(
    student: SavedStudent,
    corpus: Corpus,
    split: str,
    documents: str,
    test_documents: str,
    sentences_of: Callable[[str], Sequence[Sentence]],
) -> ExportDocuments:
    """Reads the files of an export; "" stands for none.

    Args:
        student: whose words are compared.
        corpus: of the documents.
        split: of `test_documents`.
        documents: file with documents of devel.
        test_documents: file with documents of `split`.
        sentences_of: reads a split of the corpus.

    Raises:
        InputError: a file cannot be read or has no document of its split, or the corpus lacks the
            split.
    """
    found: list[Sequence[AnnotatedText]] = [(), ()]
    left_out = 0
    training = sentences_of("train") if documents or test_documents else ()
    for number, (path, name) in enumerate(((documents, "devel"), (test_documents, split))):
        if path:
            sentences = sentences_of(name)
            read = read_documents_of(path, sentences, training, student=student, corpus=corpus)
            found[number], left_out = read.texts, left_out + read.left_out + read.faulty
    return ExportDocuments(found[0], found[1], split, left_out)


def report_documents(
    student: SavedStudent, given: ExportDocuments
) -> tuple[SavedStudent, dict[str, Any]]:
    """Chooses the rules on devel documents and measures them on others.

    Returns:
        The student with its rules, and as JSON values the report of each split; {} without
        documents.
    """
    report: dict[str, Any] = {}
    if given.devel:
        student, report["devel"] = choose_document_step(student, given.devel)
        logging.info("devel: %s.", summary(report["devel"]))
    if given.test:
        report[given.split] = measure_document_step(student, given.test)
        logging.info("%s: %s.", given.split, summary(report[given.split]))
    return student, report | ({"left_out": given.left_out} if report else {})


def with_brackets(student: SavedStudent) -> SavedStudent:
    """The student with the rule on brackets."""
    return replace(student, postprocessing=replace(student.postprocessing, brackets=Brackets()))


def with_document_step(student: SavedStudent, step: DocumentStep) -> SavedStudent:
    """The student with other rules for a whole text."""
    on = step if step != DocumentStep() else None
    rules = replace(student.postprocessing, document_step=on)
    return replace(student, postprocessing=rules)


def tag_whole(tagger: Tagger, texts: Sequence[AnnotatedText]) -> list[TaggedText]:
    """What the model says of each text, with the probabilities of all words."""
    return tagger.tagged_texts(text.document.cut(tagger.sentences) for text in texts)


def score_step(
    found: Sequence[TaggedText], texts: Sequence[AnnotatedText], step: DocumentStep
) -> dict[str, float]:
    """Precision, recall and F1 in percent; a mention is right with its type and characters."""
    right = predicted = 0
    for one, text in zip(found, texts, strict=True):
        after = step.apply(Brackets().apply(one))
        entities = entities_from_tags(after.tags, after.scores, after.spans, after.text)
        mine = {(entity.type, entity.start, entity.end) for entity in entities}
        right += len(mine & text.mentions)
        predicted += len(mine)
    annotated = sum(len(text.mentions) for text in texts)
    return {
        "precision": _percent(right, predicted),
        "recall": _percent(right, annotated),
        "f1": _percent(2 * right, predicted + annotated),
    }


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _best(
    found: Sequence[TaggedText], devel: Sequence[AnnotatedText], steps: Sequence[DocumentStep]
) -> DocumentStep:
    # The middle one of those that are as good as the best: a small devel split cannot tell them
    # apart, and a gate at the edge of them is more often wrong on other text.
    scores = [score_step(found, devel, step)["f1"] for step in steps]
    good = [number for number, score in enumerate(scores) if score > max(scores) - _LEAST_GAIN]
    return steps[good[(len(good) - 1) // 2]]


def summary(report: Mapping[str, Any]) -> str:
    """A line on the F1 of a report."""
    return (
        f"F1 {report['without']['f1']:.2f} without the document step, {report['with']['f1']:.2f} "
        f"with it, on {report['documents']} documents"
    )
