"""Sentences with tags for each head whose types their source annotates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bioner_kd.corpus.alignment import AlignmentConfig, Odd, align
from bioner_kd.corpus.heads import Heads, HeadSource, one_head
from bioner_kd.errors import InputError
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.document import Document
from bioner_kd.text.iob2 import OUTSIDE, entities
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

Tags = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeadedSentence:
    """A sentence that knows the heads whose tags it has.

    Attributes:
        sentence: its words, without tags.
        source: name of the corpus or the documents that it is of.
        tags: for each head, IOB2 tags of its words, or None where they are not known.
    """

    sentence: Sentence
    source: str
    tags: tuple[Tags | None, ...]

    def of_head(self, number: int) -> Sentence:
        """The sentence with its tags for one head.

        Args:
            number: of the head, counted from 0.
        """
        return replace(self.sentence, tags=self.tags[number])


@dataclass
class HeadedSource:
    """What was read of one source.

    Attributes:
        sentences: those that have tags for at least one head.
        odd: for each head, the mentions that its tags hold otherwise than the source, or not at
            all.
        silent: for each head, number of sentences that say nothing to it though their source does,
            because they have a word that the source leaves unmarked.
        untaught: number of sentences that have tags for no head.
    """

    sentences: list[HeadedSentence] = field(default_factory=list)
    odd: tuple[list[Odd], ...] = ()
    silent: tuple[int, ...] = ()
    untaught: int = 0


def head_mask(sentences: Sequence[HeadedSentence]) -> np.ndarray:
    """Which heads each sentence counts on.

    Returns:
        bool (sentences, heads).
    """
    return np.array([[tags is not None for tags in one.tags] for one in sentences], bool)


def mentions(sentences: Iterable[HeadedSentence]) -> Counter[tuple[int, str]]:
    """Number of mentions of each head, by its number, and type."""
    return Counter(
        (number, kind)
        for one in sentences
        for number, tags in enumerate(one.tags)
        for kind, _, _ in entities(tags or ())
    )


def tag_sentences(sentences: Sequence[Sentence], source: str, heads: Heads) -> HeadedSource:
    """Sorts the tags of a corpus by head; its words stay as they are.

    Args:
        sentences: with tags.
        source: name of the corpus.
        heads: those that do not know the corpus get no tags.

    Raises:
        InputError: a sentence has no tags.
    """
    columns = []
    for head in heads.heads:
        known = head.source(source)
        columns.append([None if known is None else _renamed(s, known) for s in sentences])
    return _headed(sentences, source, heads, columns)


def tag_documents(documents: Iterable[Document], source: str, heads: Heads) -> HeadedSource:
    """Tags the words of documents for each head by itself, so that types may overlap.

    Args:
        documents: with mentions; they are cut by the tokeniser's rules, whatever words they give.
        source: name of the set of documents.
        heads: those that do not know the documents get no tags.
    """
    cut = [replace(one, sentences=tuple(sentences_of(one))) for one in documents]
    sentences = [sentence for document in cut for sentence in document.sentences or ()]
    columns: list[list[Tags | None]] = []
    odd = []
    for head in heads.heads:
        known = head.source(source)
        if known is None:
            columns.append([None] * len(sentences))
            odd.append(list[Odd]())
            continue
        aligned = align([_of_head(one, known) for one in cut], AlignmentConfig())
        columns.append([one.tags for one in aligned.sentences])
        odd.append(aligned.odd)
    return replace(_headed(sentences, source, heads, columns), odd=tuple(odd))


def sentences_of(document: Document) -> Iterator[Sentence]:
    """The sentences of a document as the tokeniser's rules cut it, with the file as their place."""
    for sentence in replace(document, sentences=None).cut(RULES.iterate_sentences):
        if len(sentence):
            yield replace(sentence, path=document.path, line=document.line, one_line=True)


def of_one_head(
    sentences: Sequence[Sentence], tag_set: TagSet, *, name: str
) -> tuple[Heads, list[HeadedSentence]]:
    """A single corpus as the case of one head: all its sentences, with their tags as they are.

    Args:
        sentences: with tags.
        tag_set: tags of the training split.
        name: of the head and the corpus.

    Raises:
        InputError: a sentence has no tags, or one that the training split does not have.
    """
    for sentence in sentences:
        tag_set.encode(sentence)
    heads = one_head(tag_set, name=name, source=name)
    return heads, [HeadedSentence(replace(s, tags=None), name, (s.tags,)) for s in sentences]


def _renamed(sentence: Sentence, known: HeadSource) -> Tags:
    if sentence.tags is None:
        raise InputError(f"{sentence.place(0)}: a training sentence needs a tag for every word.")
    tags = []
    for tag in sentence.tags:
        prefix, _, old = tag.partition("-")
        new = known.type_of.get(old)
        tags.append(OUTSIDE if new is None else f"{prefix}-{new}")
    return tuple(tags)


def _of_head(document: Document, known: HeadSource) -> Document:
    return document.with_annotations(
        replace(one, type=known.type_of[one.type])
        for one in document.annotations
        if one.type in known.type_of
    )


def _headed(
    sentences: Sequence[Sentence],
    source: str,
    heads: Heads,
    columns: Sequence[Sequence[Tags | None]],
) -> HeadedSource:
    silent = [0] * len(heads)
    found = HeadedSource()
    unmarked = [
        frozenset(known.unmarked if (known := head.source(source)) else ()) for head in heads.heads
    ]
    for number, sentence in enumerate(sentences):
        tags = [column[number] for column in columns]
        for head, words in enumerate(unmarked):
            if words and _leaves_out(sentence, tags[head], words):
                tags[head] = None
                silent[head] += 1
        if all(one is None for one in tags):
            found.untaught += 1
        else:
            bare = replace(sentence.alone(), tags=None)
            found.sentences.append(HeadedSentence(bare, source, tuple(tags)))
    found.silent = tuple(silent)
    return found


def _leaves_out(sentence: Sentence, tags: Tags | None, words: frozenset[str]) -> bool:
    return tags is not None and any(
        tag == OUTSIDE and word.lower() in words
        for word, tag in zip(sentence.words, tags, strict=True)
    )
