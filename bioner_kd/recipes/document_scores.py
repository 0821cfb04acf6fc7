"""Exported students are scored on documents, without and with the rules that see all of one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.errors import InputError
from bioner_kd.evaluation.exported import load_exported
from bioner_kd.evaluation.table import aligned_text
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.document_choice import annotated, score_step, tag_whole
from bioner_kd.recipes.robustness import exported_rows
from bioner_kd.tagging.document_step import DocumentStep
from bioner_kd.text.document import Document
from bioner_kd.text.documents import read_documents
from bioner_kd.text.format import SKIP, Faults

Scores = dict[str, Any]


def score_documents(
    documents: str | Path,
    runs: Mapping[str, Sequence[str | Path]],
    *,
    corpus: str | Corpus = Corpus(),
) -> list[tuple[str, Scores]]:
    """Scores exported students on annotated documents.

    Args:
        documents: file of documents in any format that has annotations.
        runs: exported students by the name of a row, as `robustness` takes them.
        corpus: says by its settings what the types of the documents are called.

    Returns:
        Name of each row, and as JSON values the number of documents, and precision, recall and F1
        in percent without and with the document step of the student. A mention is right with its
        type and its characters.

    Raises:
        InputError: the file or a student is not what it should be, or nothing is annotated.
        UsageError: a row is no exported student.

    Examples:
        >>> score_documents("test.PubTator", {"ready": ["disease_bilstm"]})  # doctest: +SKIP
    """
    corpus = corpus_of(corpus)
    folders = exported_rows(runs, "--documents")
    faults = Faults(SKIP)
    read = list(read_documents(str(documents), faults=faults, told=logging.info))
    faults.tell(logging.warning)
    return [(name, _score(documents, read, folder, corpus)) for name, folder in folders.items()]


def _score(documents: str | Path, read: Sequence[Document], folder: Path, corpus: Corpus) -> Scores:
    tagger = load_exported(folder).tagger
    texts = [annotated(document, tagger.entity_types, corpus) for document in read]
    if not any(text.mentions for text in texts):
        raise InputError(
            f"{documents}: no mention has a type of {folder} ({', '.join(tagger.entity_types)}); "
            "name its types by --types, or choose other documents."
        )
    found = tag_whole(tagger, texts)
    step = tagger.postprocessing.document_step or DocumentStep()
    return {
        "documents": len(texts),
        "without": score_step(found, texts, DocumentStep()),
        "with": score_step(found, texts, step),
    }


def documents_table(scores: Sequence[tuple[str, Scores]]) -> str:
    """The scores as a table for the terminal."""
    rows = [("Model", "Documents", "F1 by sentence", "Precision", "Recall", "F1 by document")]
    for name, score in scores:
        before, after = score["without"], score["with"]
        precision, recall, f1 = (f"{after[name]:.2f}" for name in ("precision", "recall", "f1"))
        cells = f"{score['documents']:,}", f"{before['f1']:.2f}", precision, recall, f1
        rows.append((name, *cells))
    return aligned_text(rows)
