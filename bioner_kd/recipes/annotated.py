"""Labels of any annotator become the soft targets of a transfer set."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from absl import logging

from bioner_kd.corpus.alignment import align
from bioner_kd.corpus.config import SampleConfig
from bioner_kd.corpus.sampling import draw
from bioner_kd.corpus.splits import divide
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.settings import Bound, Settings, setting
from bioner_kd.teacher.annotator import annotator_of
from bioner_kd.teacher.labelling import TEXT, label
from bioner_kd.text.document import Document
from bioner_kd.text.documents import read_documents
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.run_folder import record_of


@dataclass(frozen=True)
class LabelConfig(Settings):
    """Labels that another annotator wrote, in place of a teacher."""

    labels: tuple[str, ...] = setting(
        (),
        "Documents with mentions that anyone marked (another system, a language model, curators), "
        "in any format. They take the place of --teachers and --text: their sentences become the "
        "transfer set, and their labels its soft targets. With --divide, the documents of the "
        "train part alone.",
    )
    label_confidence: float = setting(
        0.9,
        "Probability of a label of --labels for which the file gives no score.",
        bound=Bound("above 0 and below 1", lambda share: 0 < share < 1),
    )


def label_by_annotator(
    labels: LabelConfig,
    cache: str | Path,
    *,
    corpus: Corpus = Corpus(),
    sample: SampleConfig = SampleConfig(),
    write_record: Callable[[Path], None] = lambda path: None,
) -> None:
    """Writes the labels of documents as soft targets into a cache, for `distil` to learn from.

    Args:
        labels: the documents, and the confidence of labels without a score.
        cache: a folder, with the folder "text" inside it for the sentences.
        corpus: how the documents are read: types, shares and what becomes of odd mentions; its
            name does not count.
        sample: which sentences are drawn.
        write_record: writes the flagfile of what was made.

    Raises:
        InputError: a file is not what it should be, or the cache holds the soft targets of
            something else.
        UsageError: no labels are named, or they have none of the types.
    """
    if not labels.labels:
        raise UsageError("--labels: name files with marked mentions.")
    options = ReadOptions(entity_type=corpus.entity_type, repair_tags=corpus.repair_tags)
    documents = list(read_documents(labels.labels, options=options, told=logging.info))
    if corpus.divide:
        documents = divide(documents, corpus)["train"]
    aligned = align(map(_without_words, documents), corpus.alignment)
    if aligned.odd:
        logging.info("--labels: %s", aligned.summary())
    if not aligned.mentions:
        raise InputError(
            f"--labels={','.join(labels.labels)}: no mention is marked in {len(documents)} "
            "documents; name annotated files."
        )
    annotator = annotator_of(aligned, confidence=labels.label_confidence)
    drawn = draw(_untagged(aligned.sentences), sample)
    logging.info(
        "--labels: %d of %d sentences of %d documents, %d mentions.",
        len(drawn.sentences), drawn.found, len(documents), aligned.mentions,
    )  # fmt: skip
    folder = Path(cache) / TEXT
    label(annotator, drawn.sentences, folder, batch_size=len(drawn.sentences) or 1)
    write_record(record_of(folder))


def _without_words(document: Document) -> Document:
    # The transfer set is cut as the tagger cuts text, whatever words the source gives.
    return replace(document, sentences=None)


def _untagged(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    for sentence in sentences:
        yield replace(sentence.alone(), tags=None)
