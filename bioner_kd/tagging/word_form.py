"""A word as the student reads it: folded to the ASCII of the public corpora, its form, its shape.

The corpora are pure ASCII; abstracts are not. A student that never saw "β" or "–" would read them
as unknown, so each such character is replaced by what a corpus would have written: "beta", "-". The
table travels with the student, and any language can repeat the rules.
"""

import functools
import itertools
import unicodedata
from collections.abc import Mapping

from bioner_kd.errors import shown

# Blocks with letters and marks that biomedical text uses: Latin and combining marks to Greek,
# punctuation to letter-like and Roman numerals, ligatures, full width.
_BLOCKS = (
    (0x00A0, 0x0250),
    (0x0300, 0x0400),
    (0x1E00, 0x1F00),
    (0x2000, 0x2190),
    (0xFB00, 0xFB07),
    (0xFF01, 0xFF5F),
)
# What Unicode's own decomposition leaves as it is, or makes something else of.
_BY_HAND = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **{"\u00d7": "x", "\u00b7": ".", "\u2022": ".", "\u2044": "/", "\u00b5": "mu"},
    **{"\u00df": "beta", "\u1e9e": "SS", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe"},
    **{"\u0152": "OE", "\u00f8": "o", "\u00d8": "O", "\u0142": "l", "\u0141": "L"},
    **{"\u00f0": "d", "\u00d0": "D", "\u0111": "d", "\u0110": "D", "\u0131": "i"},
    **{"\u00fe": "th", "\u00de": "TH"},
}
LONGEST_SHAPE_RUN = 4
# Characters that a folding may make of one: a stranger's must not make a page of a word.
LONGEST_FOLDING = 20
# Between two letters a to z: "Straße", but "IL-1ß".
_INNER = {"\u00df": "ss"}
_CACHED_WORDS = 200_000


def _fold_part(part: str) -> str:
    name = unicodedata.name(part, "").split()
    if name[:1] == ["GREEK"] and "LETTER" in name:
        # The last word: "GREEK SMALL LETTER FINAL SIGMA" is a sigma.
        return name[-1].capitalize() if "CAPITAL" in name else name[-1].lower()
    return "" if unicodedata.combining(part) else _BY_HAND.get(part, part)


def _fold_character(character: str) -> str | None:
    if character in _BY_HAND:
        return _BY_HAND[character]
    folded = "".join(_fold_part(part) for part in unicodedata.normalize("NFKD", character))
    # A mark on its own becomes nothing, so that "é" reads the same in one character or in two.
    visible = folded.strip() or unicodedata.combining(character)
    return folded if visible and folded.isascii() else None


@functools.cache
def folding_table() -> dict[str, str]:
    """Replacement of each non-ASCII character that has one, such as {"β": "beta", "–": "-"}."""
    blocks = (map(chr, range(first, end)) for first, end in _BLOCKS)
    characters = itertools.chain(*blocks, _BY_HAND)
    folded = {character: _fold_character(character) for character in characters}
    return {character: plain for character, plain in folded.items() if plain is not None}


def inner_folding_table() -> dict[str, str]:
    """Replacement of characters between two letters a to z, where it is another one."""
    return dict(_INNER)


def fold(text: str, table: Mapping[str, str], inner: Mapping[str, str] | None = None) -> str:
    """A text with each character that a folding table has replaced as it says.

    Args:
        text: any text.
        table: replacement of single characters.
        inner: replacement of those that stand between two letters a to z of `text`.
    """
    if not inner or inner.keys().isdisjoint(text):
        return "".join(table.get(character, character) for character in text)
    neighbours = zip("." + text, text, text[1:] + ".", strict=False)
    return "".join(
        inner[c] if c in inner and "a" <= before <= "z" and "a" <= after <= "z" else table.get(c, c)
        for before, c, after in neighbours
    )


def folding_of(table: object) -> dict[str, str]:
    """Replacements of single characters; ValueError where they are anything else."""
    if not isinstance(table, dict) or not set(map(type, table.values())) <= {str}:
        raise ValueError("'folding' is no JSON object of strings")
    for character, plain in table.items():
        if len(character) != 1 or len(plain) > LONGEST_FOLDING:
            raise ValueError(
                f"'folding' makes {shown(plain)} of {shown(character)}; it replaces single "
                f"characters, by {LONGEST_FOLDING} at most"
            )
    return table


def _lower_ascii(text: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def word_form(folded: str) -> str:
    """Lower-cased form with every digit read as 0, of a folded word."""
    return "".join("0" if "0" <= c <= "9" else c for c in _lower_ascii(folded))


@functools.lru_cache(_CACHED_WORDS)
def form_of(word: str) -> str:
    """The form of a word as it stands in a text, as the feature "word" of a new table has it."""
    return word_form(fold(word, folding_table(), inner_folding_table()))


def _kind(character: str) -> str:
    if "A" <= character <= "Z":
        return "X"
    if "a" <= character <= "z":
        return "x"
    return "d" if "0" <= character <= "9" else character


def word_shape(folded: str) -> str:
    """Shape of a folded word: X upper, x lower, d digit, runs cut at four; "Beta2" is "Xxxxd"."""
    runs = ((kind, len(list(run))) for kind, run in itertools.groupby(folded, _kind))
    return "".join(kind * min(length, LONGEST_SHAPE_RUN) for kind, length in runs)
