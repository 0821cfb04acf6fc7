"""A student becomes models that others run."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import logging

from bioner_kd.atomic import check_free
from bioner_kd.errors import InputError
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.release import ReleaseConfig
from bioner_kd.extras import require
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.record import make_record
from bioner_kd.student.files import check_exportable, is_export
from bioner_kd.text.documents import recognise
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.run_folder import record_of

if TYPE_CHECKING:
    from bioner_kd.student.saved_student import SavedStudent

_TRAIN, _DEVEL = "train", "devel"


def export_student(
    student: str | Path,
    output: str | Path,
    *,
    corpus: str | Corpus = Corpus(),
    split: str = "test",
    config: ExportConfig = ExportConfig(),
    release: ReleaseConfig = ReleaseConfig(),
    documents: str = "",
    test_documents: str = "",
    renew: bool = False,
    machine: MachineConfig | None = None,
    overwrite: bool = False,
    write_record: Callable[[Path], None] | None = None,
) -> dict[str, Any]:
    """Exports a student as SavedModel, .tflite files or a web page, compared with itself.

    The scores of its mentions are calibrated on the devel split of the corpus. Where the corpus has
    none, the student keeps the calibration that it has, or none.

    Wrong arguments are told before TensorFlow is imported.

    Args:
        student: its run directory, or an export folder with a SavedModel.
        output: the folder to make.
        corpus: on whose sentences the tags of every exported model are compared.
        split: which of its splits.
        config: which forms are made.
        release: what the card and the wheel say of the student.
        documents: file of annotated documents, on which the rules that look at a whole text are
            chosen and scores are calibrated; those of devel are taken. Without it, the student
            keeps the rules that it has, and sentences of devel calibrate.
        test_documents: file of annotated documents; those of `split` are scored without and with
            these rules.
        renew: read text by the rules of this version; needs the train split of the corpus.
        machine: threads and determinism of TensorFlow; left as they are if not given.
        overwrite: replace an export that is there.
        write_record: writes the flagfile of what was made; made of the arguments if not given.

    Returns:
        The manifest.

    Raises:
        InputError: the student or the corpus is not what it should be, or the folder exists.

    Examples:
        >>> export_student("saved_models/student", "saved_models/export")  # doctest: +SKIP
    """
    corpus, folder = corpus_of(corpus), Path(output)
    require("tensorflow")
    check_free(folder, overwrite=overwrite)
    corpus.check(split)
    if renew:
        corpus.check(_TRAIN)
    for path in filter(None, (documents, test_documents)):
        recognise(Source(path))
    check_exportable(Path(student))

    from bioner_kd.export import folder as exports
    from bioner_kd.student.exported_student import load_exported_student
    from bioner_kd.student.saved_student import cut_vocabulary, load_student, renewed

    if machine is not None:
        machine.apply(seed=0)
    if write_record is None:
        write_record = make_record(
            corpus, config, release, student=str(student), split=split, output=folder,
            documents=documents, test_documents=test_documents, renew=renew,
        ).write  # fmt: skip
    sentences_of = functools.cache(lambda name: corpus.read(name)[0])
    # The folder's name alone: where it lay is of no use to those who get the export.
    name = Path(corpus.corpus).resolve().name
    load = load_exported_student if is_export(Path(student)) else load_student
    loaded, compared = load(Path(student)), Split(sentences_of(split), corpus=name, name=split)
    if config.vocabulary_size:
        loaded = cut_vocabulary(loaded, config.vocabulary_size)
    if renew:
        loaded = renewed(loaded, sentences_of(_TRAIN))
    loaded, of_documents, scores = _with_rules(
        loaded, corpus, compared, documents, test_documents, sentences_of
    )
    manifest = exports.export_student(
        loaded, folder, compared, scores=scores, documents=of_documents, config=config,
        release=release, overwrite=overwrite,
    )  # fmt: skip
    write_record(record_of(folder))
    return manifest


def _with_rules(
    student: "SavedStudent",
    corpus: Corpus,
    compared: Split,
    documents: str,
    test_documents: str,
    sentences_of: Callable[[str], Sequence[Sentence]],
) -> tuple["SavedStudent", dict[str, Any], dict[str, Any]]:
    """The student with its rules from tags to entities, and what they are worth.

    Returns:
        The student, and as JSON values the scores on documents and those of its mentions' scores.
    """
    from bioner_kd.evaluation.found_mentions import AnnotatedText
    from bioner_kd.recipes.calibrating import calibrate_and_report
    from bioner_kd.recipes.document_choice import (
        read_export_documents,
        report_documents,
        with_brackets,
    )

    student = with_brackets(student)
    given = read_export_documents(
        student, corpus, compared.name, documents, test_documents, sentences_of
    )
    student, of_documents = report_documents(student, given)
    devel = given.devel or [*map(AnnotatedText.of_sentence, _devel(corpus, sentences_of))]
    student, scores = calibrate_and_report(student, devel, compared, given.test)
    return student, of_documents, scores


def _devel(corpus: Corpus, sentences_of: Callable[[str], Sequence[Sentence]]) -> Sequence[Sentence]:
    try:
        corpus.check(_DEVEL)
    except InputError as error:
        logging.warning("Scores are not calibrated anew, which needs a devel split: %s", error)
        return ()
    return sentences_of(_DEVEL)
