"""The passage and the sentence of a BioC document in which an annotation stands."""

import bisect
from collections.abc import Sequence

from bioner_kd.text.document import Passage


def home_of(passages: Sequence[Passage], start: int) -> list[int]:
    """The passage, and its sentence if it has some, in which a character stands.

    Returns:
        Their indices; nothing where there is no passage.
    """
    at = bisect.bisect_right(passages, start, key=lambda passage: passage.offset) - 1
    if not passages:
        return []
    at = max(at, 0)
    sentences = passages[at].extra.get("bioc", {}).get("sentences", ())
    inside = bisect.bisect_right(sentences, start, key=lambda one: one["offset"]) - 1
    return [at, inside] if inside >= 0 else [at]
