"""Real text folded to the ASCII of the public corpora, by a table that any language can repeat.

The corpora are pure ASCII; abstracts are not. A student that never saw "β" or "–" would read them as unknown, so each
such character is replaced by what a corpus would have written: "beta", "-". The table travels with the student.
"""

import functools
import unicodedata

# Blocks with letters and marks that biomedical text uses: Latin to Greek, punctuation to letter-like, ligatures, full width.
_BLOCKS = ((0x00A0, 0x0250), (0x0370, 0x0400), (0x1E00, 0x1F00), (0x2000, 0x2150), (0xFB00, 0xFB07), (0xFF01, 0xFF5F))
_PUNCTUATION = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    "\u00d7": "x", "\u00b7": ".", "\u2022": ".", "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u00f8": "o", "\u00d8": "O",
    "\u0153": "oe", "\u0152": "OE", "\u00f0": "d", "\u00fe": "th", "\u0131": "i", "\u0142": "l", "\u0141": "L", "\u00b5": "mu",
}  # fmt: skip


def _fold_character(character: str) -> str | None:
    if character in _PUNCTUATION:
        return _PUNCTUATION[character]
    base = unicodedata.normalize("NFKD", character)[:1]
    name = unicodedata.name(base, "").split()
    if name[:1] == ["GREEK"] and "LETTER" in name:
        letter = name[name.index("LETTER") + 1].lower()
        return letter.capitalize() if "CAPITAL" in name else letter
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return plain if plain.strip() and plain.isascii() else None


@functools.cache
def folding_table() -> dict[str, str]:
    """Replacement of each non-ASCII character that has one, such as {"β": "beta", "é": "e", "–": "-"}."""
    characters = (chr(point) for first, end in _BLOCKS for point in range(first, end))
    folded = ((character, _fold_character(character)) for character in characters)
    return {character: plain for character, plain in folded if plain is not None}
