"""A block of documents becomes the records of a shard."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioner_kd.scale.blocks import Block, Failure, document_failure
from bioner_kd.scale.inputs import InputFile
from bioner_kd.scale.shards import ShardFolder, Tally
from bioner_kd.tagging.records import Records
from bioner_kd.text.document import Document
from bioner_kd.text.writing import framed


@dataclass(frozen=True)
class TaggedBlock:
    """What a shard holds.

    Attributes:
        file: of the block.
        number: of the block in the file.
        pieces: text of the shard.
        tally: what is in it.
    """

    file: InputFile
    number: int
    pieces: tuple[str, ...]
    tally: Tally

    def write(self, folder: ShardFolder) -> None:
        """Writes the shard and its record."""
        folder.write(self.file, self.number, self.pieces, self.tally)


def tag_block(records: Records, block: Block) -> TaggedBlock:
    """Tags a block as one, without the documents that cannot be tagged or written.

    Args:
        records: tags and writes.
        block: documents, some of which may make the tagger or the writer fail.
    """
    documents, failures = block.documents, block.failures
    try:
        found, written = _tagged(records, documents)
    except Exception:  # which of them was it?
        bad = {number: error for number, error in _faults(records, documents)}
        if not bad:
            raise
        failures += tuple(
            document_failure(error, documents[number], block.file) for number, error in bad.items()
        )
        documents = tuple(one for number, one in enumerate(documents) if number not in bad)
        found, written = _tagged(records, documents)
    first = documents[0] if documents else None
    pieces = tuple(framed(written, records.writer, first))
    return TaggedBlock(block.file, block.number, pieces, _tally(found, failures))


def _tagged(records: Records, documents: Sequence[Document]) -> tuple[list[Document], list[str]]:
    found = records.found(documents)
    return found, list(map(records.writer.record, found))


def _faults(records: Records, documents: Sequence[Document]) -> Iterator[tuple[int, Exception]]:
    for number, document in enumerate(documents):
        try:
            records([document])
        except Exception as error:
            yield number, error


def _tally(documents: Sequence[Document], failures: tuple[Failure, ...]) -> Tally:
    types = Counter(one.type for document in documents for one in document.annotations)
    words = sum(len(one) for document in documents for one in document.sentences or ())
    return Tally(len(documents), words, dict(sorted(types.items())), failures)
