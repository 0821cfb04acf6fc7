"""Mentions of a document as IOB2 tags that say exactly the same, for formats of words and tags."""

import bisect
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document, Span
from bioner_kd.text.iob2 import OUTSIDE
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

# A mention: its first character, the one after its last, and its type.
_Mention = tuple[int, int, str]


def tagged_sentences(document: Document) -> list[Sentence]:
    """The sentences of a document, tagged by its mentions.

    Words that the source gives stay as they are. Other text is cut by `RULES`, and besides where a
    mention begins or ends inside a word; sentences that a mention joins are one.

    Args:
        document: with mentions that do not overlap.

    Returns:
        Sentences with a tag for each word, none of them empty.

    Raises:
        InputError: a mention is discontinuous, without a place in the text, without a word or of a
            type that no tag can have; two overlap; or one does not fit the words that the source
            gives.
    """
    mentions = _mentions(document)
    strings: Iterable[Sequence[str]]
    if document.sentences is not None:
        strings = [sentence.words for sentence in document.sentences]
        words = [list(sentence.spans) for sentence in document.sentences]
        lines = [(sentence.path, sentence.line) for sentence in document.sentences]
    else:
        cut = [list(sentence.spans) for sentence in document.cut(RULES.iterate_sentences)]
        pieces = [_split(document.text, spans, mentions) for spans in cut]
        words = _joined(pieces, mentions)
        strings = [[_visible(document.text[a:b]) for a, b in spans] for spans in words]
        lines = [("", 0)] * len(words)
    tags = _tags(document, words, mentions)
    text, found = document.text, []
    columns = zip(words, strings, tags, lines, strict=True)
    for spans, written, tagged, (path, line) in columns:
        if spans:
            found.append(Sentence(text, tuple(written), tuple(spans), tuple(tagged), path, line))
    return found


def _mentions(document: Document) -> list[_Mention]:
    mentions = set()
    for annotation in document.annotations:
        if len(annotation.spans) != 1:
            what = "is discontinuous" if annotation.spans else "has no place in the text"
            raise _refused(document, annotation, what)
        if not annotation.type.strip() or not annotation.type.isprintable():
            raise _refused(document, annotation, "is of a type that no tag can have")
        mentions.add((annotation.start, annotation.end, annotation.type))
    ordered = sorted(mentions)
    for one, other in pairwise(ordered):
        if other[0] < one[1]:
            raise InputError(
                f"{document.place}: the {one[2]} mention {_shown(document, one)} and the "
                f"{other[2]} mention {_shown(document, other)} overlap, which tags of words cannot "
                "say; leave one of them out, or write another format."
            )
    return ordered


def _refused(document: Document, annotation: Annotation, what: str) -> InputError:
    return InputError(
        f"{document.place}: the {shown(annotation.type)} mention {shown(annotation.text)} {what}, "
        "which tags of words cannot say; leave it out, or write another format."
    )


def _shown(document: Document, mention: _Mention) -> str:
    return f"{shown(document.text[mention[0] : mention[1]])} at {mention[0]}:{mention[1]}"


def _visible(text: str) -> str:
    return RULES.tokenizer.sight.view(text).text


def _split(text: str, spans: Sequence[Span], mentions: Sequence[_Mention]) -> list[Span]:
    borders = sorted({border for mention in mentions for border in mention[:2]})
    pieces = []
    for start, end in spans:
        inside = borders[bisect.bisect_right(borders, start) : bisect.bisect_left(borders, end)]
        pieces += list(pairwise([start, *inside, end]))
    return [(start, end) for start, end in pieces if _visible(text[start:end])]


def _joined(sentences: Iterable[list[Span]], mentions: Sequence[_Mention]) -> list[list[Span]]:
    joined: list[list[Span]] = []
    starts = [start for start, _, _ in mentions]
    for spans in sentences:
        if joined and joined[-1] and spans:
            last, first = joined[-1][-1], spans[0]
            number = bisect.bisect_left(starts, first[0]) - 1
            if number >= 0 and starts[number] < last[1] and mentions[number][1] > first[0]:
                joined[-1] += spans
                continue
        joined.append(spans)
    return joined


def _tags(
    document: Document, words: Sequence[Sequence[Span]], mentions: Sequence[_Mention]
) -> list[list[str]]:
    places = [(n, w) for n, spans in enumerate(words) for w in range(len(spans))]
    starts = [words[n][w][0] for n, w in places]
    ends = [words[n][w][1] for n, w in places]
    tags = [[OUTSIDE] * len(spans) for spans in words]
    for mention in mentions:
        start, end, entity_type = mention
        first, after = bisect.bisect_right(ends, start), bisect.bisect_left(starts, end)
        what = ""
        if first >= after:
            what = "has no word"
        elif starts[first] < start or ends[after - 1] > end:
            what = "begins or ends inside a word"
        elif places[first][0] != places[after - 1][0]:
            what = "crosses the end of a sentence"
        if what:
            raise InputError(
                f"{document.place}: the {entity_type} mention {_shown(document, mention)} {what}, "
                "so that tags of words cannot mark it; correct it, or write another format."
            )
        for number in range(first, after):
            sentence, word = places[number]
            tags[sentence][word] = f"{'B' if number == first else 'I'}-{entity_type}"
    return tags
