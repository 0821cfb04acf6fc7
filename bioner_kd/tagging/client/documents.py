"""Documents are tagged by a server that knows texts alone."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.given import as_annotation
from bioner_kd.text.character_references import UnescapedDocument
from bioner_kd.text.document import Document


def tagged_by(
    tag: Callable[[Sequence[str]], Sequence[Sequence[Entity]]],
    documents: Iterable[Document],
    batch_size: int,
    *,
    unescape: bool = False,
) -> Iterator[Document]:
    """Documents with the entities that are found in them, as `Tagger.tag_documents` gives them.

    Args:
        tag: finds the entities of texts. It gets the passages of documents one by one, since no
            sentence crosses them.
        documents: what is tagged.
        batch_size: number of documents of one request.
        unescape: read character references as what they mean.
    """
    ahead = iter(documents)
    while given := list(itertools.islice(ahead, batch_size)):
        views = [_view(document, unescape) for document in given]
        batch = [view.document for view in views]
        passages = [passage for document in batch for passage in document.passages]
        answers = iter(tag([passage.text for passage in passages]) if passages else ())
        for view, document in zip(views, batch, strict=True):
            found = [
                replace(entity, start=p.offset + entity.start, end=p.offset + entity.end)
                for p in document.passages
                for entity in next(answers)
            ]
            yield view.in_source(document.with_annotations(map(as_annotation, found)))


def _view(document: Document, unescape: bool) -> UnescapedDocument:
    return UnescapedDocument.of(document) if unescape else UnescapedDocument(document, document)
