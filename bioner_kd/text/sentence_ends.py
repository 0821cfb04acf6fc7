"""What the end of a sentence looks like: characters and abbreviations, which travel with a student.

The rule that reads them is in `bioner_kd.text.sentence_splitter`.
"""

from typing import Any

# In lower case. "etc." is not among them: what follows it with a capital is a new sentence.
ABBREVIATIONS = frozenset(
    "al approx ca cf dr eq eqs fig figs mr mrs ms no nos pp prof ref refs resp sect sp spp ssp st "
    "subsp suppl tab tabs var viz vol vs".split()
)
# Characters before a full stop that are looked at for an abbreviation.
LONGEST_ABBREVIATION = 16

# First and last code point of each range.
Ranges = tuple[tuple[int, int], ...]


def _ranges(*characters: str) -> Ranges:
    # "AZ" is a range, "(" one character.
    return tuple((ord(entry[0]), ord(entry[-1])) for entry in characters)


WHITE = _ranges(
    "\t\r", " ", "\u00a0", "\u2000\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"
)
OPENING = _ranges(*"[({\"'\u2018\u201c\u00ab")
CLOSING = _ranges(*"])}\"'\u2019\u201d\u00bb")
# A capital letter (Latin), any letter of Greek, or a digit.
FIRST = _ranges("AZ", "09", "\u00c0\u00d6", "\u00d8\u00de", "\u0370\u03ff")
# Right before the Latin letters and full stops that might be an abbreviation, these say that it is
# the end of a longer word: whatever lies above U+00AA counts as a letter there.
INNER = _ranges("09", "AZ", "az", ".", "\u00aa\U0010ffff")


def character_set(ranges: Ranges) -> str:
    """The inside of a regular expression's brackets for these ranges."""
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges)


def sentence_rule() -> dict[str, Any]:
    """The same as JSON values, for runtimes in other languages."""
    ranges = {
        "white": WHITE,
        "opening": OPENING,
        "closing": CLOSING,
        "first": FIRST,
        "inner": INNER,
    }
    return {
        "abbreviations": sorted(ABBREVIATIONS),
        "longest_abbreviation": LONGEST_ABBREVIATION,
        **{name: [list(pair) for pair in pairs] for name, pairs in ranges.items()},
    }
