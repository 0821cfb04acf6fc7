"""A document as tokens that leave no character out, as spaCy takes it."""

from dataclasses import dataclass, field

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.rules import RULES

_BEGIN, _END = "begins", "ends"


@dataclass
class Tokens:
    """All characters of a text in tokens.

    Attributes:
        words: the tokens; white space other than one space behind a token is a token too.
        spaces: whether a space stands behind each.
        starts_sentence: whether each is the first one of a sentence.
    """

    words: list[str] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    starts_sentence: list[bool] = field(default_factory=list)

    def add(self, word: str, starts: bool) -> None:
        """Adds a token."""
        self.words.append(word)
        self.spaces.append(False)
        self.starts_sentence.append(starts)


def tokens_of(document: Document) -> Tokens:
    """Tokens at which all mentions of a document begin and end.

    Words that the source gives stay as they are. Other text is cut by `RULES`, and besides where a
    mention begins or ends.

    Raises:
        InputError: a mention is discontinuous, without a place in the text or without a type, or
            begins or ends inside a word that the source gives.
    """
    borders = _borders(document)
    words, starts = set[int](), set[int]()
    for sentence in document.cut(RULES.iterate_sentences):
        starts.update(start for start, _ in sentence.spans[:1])
        for start, end in sentence.spans:
            if document.sentences is not None:
                _check_whole(document, start, end, borders)
            words.update((start, end))
    tokens, text = Tokens(), document.text
    cuts = sorted(words | borders.keys() | {0, len(text)})
    for start, end in zip(cuts, cuts[1:], strict=False):
        piece = text[start:end]
        # A mention that begins or ends with a space needs the space as a token.
        free = borders.get(start) != _BEGIN and not (piece == " " and borders.get(end) == _END)
        if piece.startswith(" ") and tokens.words and not tokens.spaces[-1] and free:
            tokens.spaces[-1], piece = True, piece[1:]
        if piece:
            tokens.add(piece, start in starts)
    return tokens


def _borders(document: Document) -> dict[int, str]:
    # Where mentions begin or end; what does both begins.
    ends, begins = {}, {}
    for annotation in document.annotations:
        if len(annotation.spans) != 1 or not annotation.type:
            what = "is discontinuous" if annotation.spans else "has no place in the text"
            if not annotation.type:
                what = "has no type"
            raise InputError(
                f"{document.place}: the {annotation.type} mention {shown(annotation.text)} {what}, "
                "which spaCy cannot hold; leave it out, or write another format."
            )
        begins[annotation.start], ends[annotation.end] = _BEGIN, _END
    return {**ends, **begins}


def _check_whole(document: Document, start: int, end: int, borders: dict[int, str]) -> None:
    inside = next((at for at in range(start + 1, end) if at in borders), None)
    if inside is not None:
        raise InputError(
            f"{document.place}: a mention {borders[inside]} at character {inside}, inside the word "
            f"{shown(document.text[start:end])}; correct its offsets, or write another format."
        )
