"""Texts that are likely to find a difference between two ways of reading them."""

from hypothesis import strategies as st

# What the rules are about, and characters that libraries of text treat as special.
_PIECES = (
    *" \n\r\t.!?()[]{}\"'_-ABCXYZabcxyz0159",
    *"αβΩéßÉ\u0301\u0308\u00a0\u2003\u2028\u3000\u200b\u00ad\ufeff\x00\x0b\x85",
    *"💊日\U0001d6fc\ufffd\ufffe\ufdd0\U0010ffff«»“”‘’–µ×½ﬁ",
    *("Fig.", "e.g.", "et al.", "U.S.", "approx.", "etc.", "i.v. ", "..", "a.b.c.d.e.f.g.h."),
    *(". A", ".\n\nA", "\r\n", "\n \t\n", "! (B", "abcdefghijklmnop.", "IL-2", "BRCA1 "),
)
TEXTS = st.lists(st.one_of(st.sampled_from(_PIECES), st.characters()), max_size=30).map("".join)
# Lone surrogates stand in no UTF-8, so that Python cannot give them to the graph either.
TEXTS = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
# Lines of all lengths, marks and cells.
_OF_LINES = (
    *(
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\u2028",
        " \n",
        "\n  ",
        "\t",
        "\t",
        " | ",
        "|",
        "\n| ",
        " ",
    ),
    *(
        "- ",
        "\n- ",
        "\n* ",
        "\n\u2022 ",
        "\n1. ",
        "\n12) ",
        "\n(a) ",
        "\n(iv) ",
        "\nXII) ",
        "\n[3] ",
    ),
    *(
        "a",
        "gout",
        "of the",
        "chronic kidney",
        "severe inflammatory polyneuropathy",
        "x" * 21,
        "\x00",
    ),
    *(
        "\u00ad",
        "\u200b",
        "\u2192",
        "\U0001f637",
        "\u2122",
        ". A",
        "vitamin E. The",
        "1.",
        "(b)",
        ":",
        "_",
    ),
    *(
        "group",
        " A",
        ". B",
        "-C. D",
        " ser. T",
        " SER. T",
        "provitamin\nE. F",
        "cyclosporine\r\nA. B",
    ),
)
# Words that are wrapped; demo sentences have some of them.
_WRAPPED = (
    "-\n",
    "-\n",
    "\u2010\r\n  ",
    "-\n\n",
    "dis",
    "ease",
    "can",
    "cer",
    "the",
    "of",
    "a",
    " ",
    "\n",
    "\u00ad",
    "- ",
    "x" * 40,
)
LINES = st.lists(st.sampled_from(_OF_LINES + _WRAPPED), max_size=40).map("".join)
_BYTES = [0x20, 0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xC3, 0xDF, 0xE0, 0xE2, 0xED]
_BYTES += [0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]
DATA = st.one_of(
    st.binary(max_size=20),
    st.lists(st.sampled_from(_BYTES), max_size=20).map(bytes),
    TEXTS.map(str.encode),
)
