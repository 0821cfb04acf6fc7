"""Documents are tagged by a server that knows texts alone."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.tagger import as_annotation
from bioner_kd.text.document import Document


def tagged_by(
    tag: Callable[[Sequence[str]], Sequence[Sequence[Entity]]],
    documents: Iterable[Document],
    batch_size: int,
) -> Iterator[Document]:
    """Documents with the entities that are found in them, as `Tagger.tag_documents` gives them.

    Args:
        tag: finds the entities of texts. It gets the passages of documents one by one, since no
            sentence crosses them.
        documents: what is tagged.
        batch_size: number of documents of one request.
    """
    ahead = iter(documents)
    while batch := list(itertools.islice(ahead, batch_size)):
        passages = [passage for document in batch for passage in document.passages]
        answers = iter(tag([passage.text for passage in passages]) if passages else ())
        for document in batch:
            found = [
                replace(entity, start=p.offset + entity.start, end=p.offset + entity.end)
                for p in document.passages
                for entity in next(answers)
            ]
            yield document.with_annotations(map(as_annotation, found))
