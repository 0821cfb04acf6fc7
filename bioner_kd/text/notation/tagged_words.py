"""Makes documents of words with tags in any usual scheme."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.iob2 import check_iob2, entities, repair_iob2
from bioner_kd.text.sentence import Sentence

_NOT_IN_A_WORD = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_TAG = re.compile(r"O|[BIESLUM](?:-\S.*)?")
# Tags of files with mentions of one type, which they do not name.
_BARE = frozenset("BIESLUM")


def is_tag(text: str) -> bool:
    """Whether a text looks like a tag of IOB1, IOB2, IOBES or BILOU, with a type or without."""
    return _TAG.fullmatch(text) is not None


def check_word(word: str, place: str) -> None:
    """Refuses what cannot be one word of a one-word-a-line file.

    Args:
        word: the word.
        place: where it stands, for the message.

    Raises:
        InputError: it is empty or holds white space or a control character.
    """
    bad = _NOT_IN_A_WORD.search(word)
    if bad:
        raise InputError(
            f"{place}: white space or control character {bad.group()!r} inside the word "
            f"{shown(word)}; put each word in a line of its own."
        )
    if not word:
        raise InputError(f"{place}: an empty word.")


def iob2_of(
    tags: Sequence[str],
    options: ReadOptions,
    place: Callable[[int], str],
    count_repairs: Callable[[int], None] = lambda tags: None,
) -> tuple[str, ...]:
    """Tags of one sentence as IOB2.

    Args:
        tags: as the source has them.
        options: `entity_type` is the type of tags without one; `repair_tags` allows other schemes.
        place: names file and line of the word of that number, as `Sentence.place` does.
        count_repairs: told how many tags were rewritten, where `repair_tags` is set.

    Raises:
        InputError: a tag is malformed or of another scheme, or has no type.
    """
    typed = [f"{tag}-{options.entity_type}" if tag in _BARE else tag for tag in tags]
    if not options.entity_type:
        bare = next((number for number, tag in enumerate(tags) if tag in _BARE), None)
        if bare is not None:
            raise InputError(
                f"{place(bare)}: the tag {shown(tags[bare])} names no entity type; pass "
                "--entity_type to say what all mentions of this file are, such as "
                "--entity_type=Disease."
            )
    if options.repair_tags:
        before, typed = typed, repair_iob2(typed)
        count_repairs(sum(old != new for old, new in zip(before, typed, strict=True)))
    check_iob2(typed, place)
    return tuple(typed)


def tagged_document(
    sentences: Sequence[Sentence], *, id: str = "", path: str = "", line: int = 0, **others: Any
) -> Document:
    """A document of sentences whose tags mark its mentions.

    Args:
        sentences: with IOB2 tags, or without any.
        id: name of the document.
        path: file that it was read from.
        line: its first line in that file.
        **others: further fields of `Document`.
    """
    document = Document.from_sentences(sentences, id=id, path=path, line=line)
    annotations = []
    for sentence in document.sentences or ():
        for entity_type, first, after in entities(sentence.tags or ()):
            span = (sentence.spans[first][0], sentence.spans[after - 1][1])
            annotations.append(Annotation(entity_type, (span,), document.mention([span])))
    return replace(document, annotations=tuple(annotations), **others)
