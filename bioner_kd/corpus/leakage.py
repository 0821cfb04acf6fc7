"""Text of training that stands in devel or test splits too is found, left out, and told.

Two texts share a passage where they have 8 words in a row in common. Words are compared as runs of
letters and digits in lower case, Greek letters by their names, without the marks between them: the
corpora, which are ASCII, and JNLPBA, which is cut at white space alone, then read alike. Sentences
of fewer words are compared as a whole.
"""

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bioner_kd.errors import InputError
from bioner_kd.tagging import word_form
from bioner_kd.text.document import Document
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import split_words

PASSAGE = 8
# Of the polynomial that makes one number of the hashes of 8 words; odd, so that no bit is lost.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHOWN = 5
_CACHED = 500_000

Item = TypeVar("Item")


@dataclass(frozen=True)
class Text:
    """A sentence or a document as it is compared.

    Attributes:
        place: where it stands, for messages.
        words: folded words, as `fold` gives them.
        name: PMID of a document, "" where there is none.
    """

    place: str
    words: tuple[str, ...]
    name: str = ""

    @classmethod
    def of_sentence(cls, sentence: Sentence) -> "Text":
        """Takes the words of a sentence."""
        place = sentence.place(0) if len(sentence) else sentence.path
        return cls(place, fold(sentence.words))

    @classmethod
    def of_document(cls, document: Document) -> "Text":
        """Takes the words of a document across the ends of its sentences."""
        return cls(document.place, fold([document.text]), document.id)


@dataclass(frozen=True)
class Shared:
    """A text of training that stands in held-out text.

    Attributes:
        place: where the text of training stands.
        held: where the held-out text stands.
        words: what the two have in common; empty where they have a PMID in common.
        name: that PMID, or "".
    """

    place: str
    held: str
    words: tuple[str, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        """One line about it."""
        what = f"{' '.join(self.words)!r}" if self.words else f"the name {self.name!r}"
        return f"{self.place} shares {what} with {self.held}"


def fold(texts: Iterable[str]) -> tuple[str, ...]:
    """Words as they are compared.

    Args:
        texts: words or longer texts.

    Examples:
        >>> fold(["IL-2,", "TNF-\u03b1"])
        ('il', '2', 'tnf', 'alpha')
    """
    return tuple(folded for text in texts for word in _words(text) if (folded := _folded(word)))


def _words(text: str) -> Sequence[str]:
    return (text,) if text.isalnum() else split_words(text)


@functools.lru_cache(maxsize=_CACHED)
def _folded(word: str) -> str:
    return "".join(filter(str.isalnum, word_form.fold(word, word_form.folding_table()))).casefold()


@functools.lru_cache(maxsize=_CACHED)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _hashes(words: Sequence[str]) -> np.ndarray:
    """A number for each passage.

    Returns:
        uint64 (words - 7,), or (0,) where the text is shorter than a passage.
    """
    each = np.fromiter(map(_hash, words), np.uint64, len(words))
    count = len(words) - PASSAGE + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    found = np.zeros(count, np.uint64)
    for number in range(PASSAGE):
        found = found * _FACTOR + each[number : number + count]  # modulo 2**64
    return found


class HeldText:
    """Text that no training may see: devel and test splits, and what is set aside.

    It takes 16 bytes for each word beside the words themselves: a 64-bit number for each passage,
    and where that stands. A number that is found is checked by the words.
    """

    def __init__(self, texts: Iterable[Text]) -> None:
        """Takes the texts.

        Args:
            texts: sentences, or documents with their PMIDs.
        """
        self._texts = list(texts)
        self._places = {text.name: text.place for text in self._texts if text.name}
        self._short = {
            text.words: text.place for text in self._texts if 0 < len(text.words) < PASSAGE
        }
        hashes = [_hashes(text.words) for text in self._texts]
        lengths = [len(one) for one in hashes]
        every = np.concatenate([*hashes, np.zeros(0, np.uint64)])
        order = np.argsort(every, kind="stable")
        self._hashes = every[order]
        self._text = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[order]
        starts = [np.arange(length, dtype=np.int32) for length in lengths]
        self._start = np.concatenate([*starts, np.zeros(0, np.int32)])[order]

    def __len__(self) -> int:
        """Number of texts."""
        return len(self._texts)

    def find(self, text: Text) -> Shared | None:
        """The first thing that a text shares with held-out text: its name, a passage, or all.

        Args:
            text: a sentence or a document.
        """
        if text.name and text.name in self._places:
            return Shared(text.place, self._places[text.name], name=text.name)
        if len(text.words) < PASSAGE:
            held = self._short.get(text.words)
            return None if held is None else Shared(text.place, held, text.words)
        return self._find_passage(text)

    def _find_passage(self, text: Text) -> Shared | None:
        hashes = _hashes(text.words)
        first = np.searchsorted(self._hashes, hashes, side="left")
        last = np.searchsorted(self._hashes, hashes, side="right")
        for start in np.flatnonzero(first < last):
            passage = text.words[start : start + PASSAGE]
            for entry in range(first[start], last[start]):
                held, place = self._texts[self._text[entry]], self._start[entry]
                if held.words[place : place + PASSAGE] == passage:
                    return Shared(text.place, held.place, passage)
        return None


def leave_out(
    items: Iterable[Item], held: HeldText, text_of: Callable[[Item], Text]
) -> tuple[list[Item], list[Shared]]:
    """Leaves out what shares a PMID or a passage with held-out text, or stands there as a whole.

    Args:
        items: sentences or documents.
        held: held-out text.
        text_of: an item as it is compared, such as `Text.of_sentence`.

    Returns:
        The items that stay, and what the others share.
    """
    kept, shared = [], []
    for item in items:
        found = held.find(text_of(item))
        if found is None:
            kept.append(item)
        else:
            shared.append(found)
    return kept, shared


def prove_apart(texts: Iterable[Text], held: HeldText) -> int:
    """Proves that no text of training shares anything with held-out text.

    Args:
        texts: all that is trained on.
        held: all that models are chosen and scored by.

    Returns:
        Number of texts.

    Raises:
        InputError: one does; the message names the places of the first of them.
    """
    number, shared = 0, []
    for text in texts:
        number += 1
        if (found := held.find(text)) is not None:
            shared.append(found)
    if shared:
        more = f"; and {len(shared) - _SHOWN} more" if len(shared) > _SHOWN else ""
        raise InputError(
            f"{len(shared)} of {number} texts of training stand in held-out text: "
            f"{'; '.join(map(str, shared[:_SHOWN]))}{more}. Leave them out by "
            "leave_out before training."
        )
    return number


def texts_of(
    sentences: Iterable[Sentence] = (), documents: Iterable[Document] = ()
) -> Iterator[Text]:
    """Sentences and documents as they are compared."""
    yield from map(Text.of_sentence, sentences)
    yield from map(Text.of_document, documents)
