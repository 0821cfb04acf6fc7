"""The corpora and documents of a table become the training sentences of a model with heads.

What stands in a devel or test split of the corpora, or in documents that are set aside, is left
out, and that nothing of it is left is proved.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from absl import logging

from bioner_kd.corpus.headed import (
    HeadedSentence,
    HeadedSource,
    sentences_of,
    tag_documents,
    tag_sentences,
)
from bioner_kd.corpus.heads import Heads
from bioner_kd.corpus.leakage import (
    HeldText,
    Shared,
    Text,
    leave_out,
    prove_apart,
    texts_of,
)
from bioner_kd.corpus.mixing import draw_epoch
from bioner_kd.corpus.source_table import (
    CORPUS,
    DOCUMENTS,
    IDS,
    AnnotatedSource,
    SourceTable,
    source_table,
)
from bioner_kd.corpus.splits import read_split
from bioner_kd.text.document import Document
from bioner_kd.text.documents import read_documents
from bioner_kd.text.format import SKIP, Faults
from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence

_HELD = ("devel", "test")


@dataclass
class CollectedSource:
    """What became of one source.

    Attributes:
        name: of the source.
        headed: its sentences with tags by head.
        documents: those that are trained on; empty for a corpus.
        found: number of documents in its files; 0 for a corpus.
        faulty: number of these that could not be read.
        aside: number of these that are set aside, though not all of them may be measured on.
        sentences: number of sentences before any was left out; of documents, of those that stay.
        shared: what the documents that were left out share with held-out text.
        same: what the sentences that were left out share with it.
    """

    name: str
    headed: HeadedSource
    documents: list[Document] = field(default_factory=list)
    found: int = 0
    faulty: int = 0
    aside: int = 0
    sentences: int = 0
    shared: list[Shared] = field(default_factory=list)
    same: list[Shared] = field(default_factory=list)


@dataclass
class Collection:
    """Training sentences of several sources for a model with heads.

    Attributes:
        heads: of the model.
        sources: in the order in which their sentences stand.
        measured: by source, the documents that are set aside and share nothing with any corpus.
        unmeasured: by source, what the others that are set aside share with a corpus.
        held: all that training may not see.
    """

    heads: Heads
    sources: list[CollectedSource]
    measured: dict[str, list[Document]]
    unmeasured: dict[str, list[Shared]]
    held: HeldText

    @property
    def sentences(self) -> list[HeadedSentence]:
        """All sentences, source after source."""
        return [sentence for source in self.sources for sentence in source.headed.sentences]

    @property
    def sizes(self) -> list[int]:
        """Number of sentences of each source."""
        return [len(source.headed.sentences) for source in self.sources]

    def epoch(self, number: int, *, temperature: float, seed: int, epoch: int) -> np.ndarray:
        """Which of `sentences` stand in an epoch, as `draw_epoch` says.

        Returns:
            int64 (number,).
        """
        return draw_epoch(self.sizes, number, temperature=temperature, seed=seed, epoch=epoch)

    def prove(self) -> int:
        """Proves that nothing that is trained on stands in held-out text.

        Returns:
            Number of sentences and documents that were compared.

        Raises:
            InputError: something does.
        """
        return prove_apart(
            texts_of(
                (one.sentence for one in self.sentences),
                (document for source in self.sources for document in source.documents),
            ),
            self.held,
        )


def collect(
    heads: Heads,
    *,
    corpora: str | Path,
    documents: str | Path,
    table: SourceTable | None = None,
    sources: Sequence[str] | None = None,
) -> Collection:
    """Reads the sources of heads, leaves out what is held out, and proves that none of it is left.

    Args:
        heads: of the model.
        corpora: folder with a folder for each corpus.
        documents: folder with the files of documents.
        table: of the sources; that of the package if None.
        sources: names of the sources to read; all that a head learns from if None.

    Raises:
        InputError: a file is missing or not as it should be, or has a type that the table lacks.
        UsageError: a source is unknown, or no head learns from it.
    """
    table = table or source_table()
    names = {one.source for head in heads.heads for one in head.sources}
    chosen = [table.named(n) for n in sources or ()] or [
        s for s in table.sources if s.name in names
    ]
    heads.check_sources(source.name for source in chosen)
    files = _Files(Path(corpora), Path(documents), table)
    held = _held_splits(files)
    trained = {s.name: files.split(s, "train") for s in table.of_kind(CORPUS)}
    measured, unmeasured = _set_aside(files, held, trained)
    everything = HeldText([*held, *_measured_texts(measured)])
    collected = [_collect_one(source, files, heads, everything, trained) for source in chosen]
    collection = Collection(heads, collected, measured, unmeasured, everything)
    logging.info("%d sentences and documents share nothing with held-out text.", collection.prove())
    return collection


class _Files:
    """The files of a table, each of which is read once."""

    def __init__(self, corpora: Path, documents: Path, table: SourceTable) -> None:
        self.table = table
        self._corpora, self._documents = corpora, documents
        self._read: dict[str, tuple[list[Document], int]] = {}

    def split(self, source: AnnotatedSource, split: str) -> list[Sentence]:
        sentences = read_split(str(self._corpora / source.files[0]), split)
        source.check_names(kind for one in sentences for kind, _, _ in entities(one.tags or ()))
        return sentences

    def documents(self, source: AnnotatedSource) -> tuple[list[Document], int]:
        if source.name not in self._read:
            self._read[source.name] = read_source(source, self._documents)
        return self._read[source.name]


def read_source(source: AnnotatedSource, folder: str | Path) -> tuple[list[Document], int]:
    """Reads the documents of a source.

    Args:
        source: of documents.
        folder: with its files.

    Returns:
        The documents, and the number of others that are faulty.

    Raises:
        InputError: a file cannot be read, or has a type that the source's rows lack.
    """
    faults = Faults(SKIP)
    found = list(read_documents([Path(folder) / name for name in source.files], faults=faults))
    faults.tell(logging.info)
    source.check_names(one.type for each in found for one in each.annotations)
    return found, faults.number


def _held_splits(files: _Files) -> list[Text]:
    # Devel and test sentences, and the PMIDs of the documents that they are of.
    splits = [
        sentence
        for source in files.table.of_kind(CORPUS)
        for split in _HELD
        for sentence in files.split(source, split)
    ]
    texts = list(texts_of(splits))
    held = HeldText(texts)
    named = (Text.of_document(one) for one in _with_ids(files))
    return texts + [replace(one, words=()) for one in named if held.find(one)]


def _with_ids(files: _Files) -> Iterator[Document]:
    for source in files.table.of_kind(IDS):
        yield from files.documents(source)[0]


def _set_aside(
    files: _Files, held: Sequence[Text], trained: dict[str, list[Sentence]]
) -> tuple[dict[str, list[Document]], dict[str, list[Shared]]]:
    # The corpora keep their training splits; what shares text with them is not measured on.
    texts = [*held, *texts_of(s for one in trained.values() for s in one)]
    texts += [replace(Text.of_document(one), words=()) for one in _with_ids(files)]
    corpora, others = HeldText(texts), list[Text]()
    measured: dict[str, list[Document]] = {}
    unmeasured: dict[str, list[Shared]] = {}
    for source in files.table.of_kind(DOCUMENTS):
        if source.aside:
            aside = [one for one in files.documents(source)[0] if is_aside(one, source.aside)]
            kept, shared = leave_out(aside, corpora, Text.of_document)
            kept, again = leave_out(kept, HeldText(others), Text.of_document)
            measured[source.name], unmeasured[source.name] = kept, shared + again
            others += map(Text.of_document, kept)
    return measured, unmeasured


def is_aside(document: Document, share: float) -> bool:
    """Whether a document is set aside, which its name alone decides.

    Args:
        document: with a name.
        share: of all documents that are set aside, in [0, 1].
    """
    number = hashlib.blake2b(document.id.encode(), digest_size=8).digest()
    return int.from_bytes(number, "big") < share * 2**64


def _measured_texts(measured: dict[str, list[Document]]) -> Iterator[Text]:
    for documents in measured.values():
        yield from texts_of((s for one in documents for s in sentences_of(one)), documents)


def _collect_one(
    source: AnnotatedSource,
    files: _Files,
    heads: Heads,
    held: HeldText,
    trained: dict[str, list[Sentence]],
) -> CollectedSource:
    if source.kind == CORPUS:
        sentences = trained[source.name]
        kept, shared = leave_out(sentences, held, Text.of_sentence)
        headed = tag_sentences(kept, source.name, heads)
        return CollectedSource(source.name, headed, sentences=len(sentences), same=shared)
    found, faulty = files.documents(source)
    train = [one for one in found if not is_aside(one, source.aside)]
    documents, shared = leave_out(train, held, Text.of_document)
    headed = tag_documents(documents, source.name, heads)
    number = len(headed.sentences) + headed.untaught
    headed.sentences, same = leave_out(
        headed.sentences, held, lambda one: Text.of_sentence(one.sentence)
    )
    return CollectedSource(
        source.name, headed, documents, len(found) + faulty, faulty, len(found) - len(train),
        number, shared, same,
    )  # fmt: skip
