"""Exported students are measured on text that is not written like a corpus."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bioner_kd.corpus.splits import read_aligned
from bioner_kd.errors import UsageError
from bioner_kd.evaluation.comparison import check_tags
from bioner_kd.evaluation.exported import load_exported
from bioner_kd.evaluation.gold import AnnotatedWords
from bioner_kd.evaluation.robustness.measure import knows_words, measure
from bioner_kd.evaluation.robustness.measured import Measured
from bioner_kd.progress import parts
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.scoring import chosen_types
from bioner_kd.teacher.ensemble.folders import find_export


def robustness(
    corpus: str | Corpus, runs: Mapping[str, Sequence[str | Path]], *, split: str = "test"
) -> list[tuple[str, list[Measured]]]:
    """Measures exported students on the sentences of a split, written in other ways.

    Args:
        corpus: "demo", a folder with train.tsv, devel.tsv and test.tsv, or a `Corpus`.
        runs: exported students by the name of a row: export folders, .tflite files, version
            folders of SavedModels or names of students.
        split: train, devel or test.

    Returns:
        Name and rows of each student, in order.

    Raises:
        InputError: the corpus or a student is not what it should be, or a student was made for
            other types than the corpus has.
        UsageError: a row is no exported student.

    Examples:
        >>> robustness("demo", {"ready": ["disease_chemical_bilstm"]})  # doctest: +SKIP
    """
    corpus = corpus_of(corpus)
    folders = exported_rows(runs, "--robustness")
    gold = AnnotatedWords(read_aligned(corpus, split).sentences, chosen=chosen_types(corpus))
    return [(name, _measure(name, folder, gold)) for name, folder in folders.items()]


def exported_rows(runs: Mapping[str, Sequence[str | Path]], flag: str) -> dict[str, Path]:
    """The exported student of each row; rows of several get numbers.

    Raises:
        UsageError: as `find_student` does.
    """
    return {
        part: find_student(name, Path(path), flag)
        for name, paths in runs.items()
        for part, path in zip(parts(name, len(paths)), paths, strict=True)
    }


def find_student(name: str, path: Path, flag: str) -> Path:
    """The exported student that a row names.

    Args:
        name: of the row.
        path: of the student.
        flag: what asks for an exported student, for the message.

    Raises:
        UsageError: it is a run directory, an average or nothing.
    """
    if (found := find_export(path)) is None:
        raise UsageError(
            f"{flag}: --run={name}={path} is no exported student, and only these read text. "
            "Export it by bioner_kd export, or leave the row out."
        )
    return found


def _measure(name: str, folder: Path, gold: AnnotatedWords) -> list[Measured]:
    student = load_exported(folder)
    check_tags(student, folder, gold)
    return measure(
        student.tagger,
        gold.sentences,
        knows=knows_words(student.tables),
        types=gold.chosen,
        name=f"{name}, robustness",
    )
