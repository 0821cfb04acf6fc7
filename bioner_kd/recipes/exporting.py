"""A student becomes models that others run."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import logging

from bioner_kd.atomic import check_free
from bioner_kd.errors import InputError
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.release import ReleaseConfig
from bioner_kd.extras import require
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.record import Record, make_record
from bioner_kd.student.files import check_exportable, is_export
from bioner_kd.text.documents import recognise
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.run_folder import record_of

if TYPE_CHECKING:
    from bioner_kd.student.saved_student import SavedStudent

_TRAIN, _DEVEL = "train", "devel"
_SentencesOf = Callable[[str], Sequence[Sentence]]


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
    none, the student keeps the calibration that it has, or none. Wrong arguments are told before
    TensorFlow is imported.

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
    source = _Source(str(student), corpus_of(corpus), split, documents, test_documents, renew)
    require("tensorflow")
    check_free(Path(output), overwrite=overwrite)
    source.check()

    if machine is not None:
        machine.apply(seed=0)
    if write_record is None:
        write_record = source.record(config, release, Path(output)).write
    manifest = source.export(Path(output), config, release, overwrite=overwrite)
    write_record(record_of(Path(output)))
    return manifest


@dataclass(frozen=True)
class _Source:
    """What is exported, and what it is compared and calibrated on, as `export_student` says."""

    student: str
    corpus: Corpus
    split: str
    documents: str
    test_documents: str
    renew: bool

    def check(self) -> None:
        """Checks the corpus, the documents and the student without TensorFlow.

        Raises:
            InputError: one of them is missing or is not what it should be.
        """
        self.corpus.check(self.split)
        if self.renew:
            self.corpus.check(_TRAIN)
        for path in filter(None, (self.documents, self.test_documents)):
            recognise(Source(path))
        check_exportable(Path(self.student))

    def record(self, config: ExportConfig, release: ReleaseConfig, output: Path) -> Record:
        """The record of an export that is made of arguments."""
        return make_record(
            self.corpus, config, release, student=self.student, split=self.split, output=output,
            documents=self.documents, test_documents=self.test_documents, renew=self.renew,
        )  # fmt: skip

    def export(
        self, folder: Path, config: ExportConfig, release: ReleaseConfig, *, overwrite: bool
    ) -> dict[str, Any]:
        """Loads the student, chooses its rules, and writes the export folder; gives its manifest.

        Raises:
            InputError: the student or the corpus is not what it should be, or the folder exists.
        """
        from bioner_kd.export import folder as exports

        sentences_of = functools.cache(lambda name: self.corpus.read(name)[0])
        # The folder's name alone: where it lay is of no use to those who get the export.
        name = Path(self.corpus.corpus).resolve().name
        compared = Split(sentences_of(self.split), corpus=name, name=self.split)
        student = self._load(config.vocabulary_size, sentences_of)
        student, reports = self._with_rules(student, compared, sentences_of)
        return exports.export_student(
            student, folder, compared,
            reports=reports, config=config, release=release, overwrite=overwrite,
        )  # fmt: skip

    def _load(self, vocabulary_size: int, sentences_of: _SentencesOf) -> "SavedStudent":
        from bioner_kd.student.exported_student import load_exported_student
        from bioner_kd.student.saved_student import cut_vocabulary, load_student, renewed

        folder = Path(self.student)
        student = (load_exported_student if is_export(folder) else load_student)(folder)
        if vocabulary_size:
            student = cut_vocabulary(student, vocabulary_size)
        return renewed(student, sentences_of(_TRAIN)) if self.renew else student

    def _with_rules(
        self, student: "SavedStudent", compared: Split, sentences_of: _SentencesOf
    ) -> tuple["SavedStudent", dict[str, dict[str, Any]]]:
        """The student with its rules from tags to entities, and reports of what they are worth."""
        from bioner_kd.evaluation.found_mentions import AnnotatedText
        from bioner_kd.recipes.calibrating import calibrate_and_report
        from bioner_kd.recipes.document_choice import (
            read_export_documents,
            report_documents,
            with_brackets,
        )

        student = with_brackets(student)
        given = read_export_documents(
            student, self.corpus, self.split, self.documents, self.test_documents, sentences_of
        )
        student, of_documents = report_documents(student, given)
        devel = given.devel or [*map(AnnotatedText.of_sentence, _devel(self.corpus, sentences_of))]
        student, scores = calibrate_and_report(student, devel, compared, given.test)
        return student, {"calibration": scores, "documents": of_documents}


def _devel(corpus: Corpus, sentences_of: _SentencesOf) -> Sequence[Sentence]:
    try:
        corpus.check(_DEVEL)
    except InputError as error:
        logging.warning("Scores are not calibrated anew, which needs a devel split: %s", error)
        return ()
    return sentences_of(_DEVEL)
