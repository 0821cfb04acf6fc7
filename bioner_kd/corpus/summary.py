"""What is in a split, in numbers."""

from collections import Counter
from collections.abc import Sequence

from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence


def in_words(sentences: Sequence[Sentence]) -> str:
    """Counts sentences, words and, of each type, mentions.

    Examples:
        >>> in_words([Sentence.from_words(["No", "fever"], ["O", "B-Disease"])])
        '1 sentences, 2 words, 1 mentions (Disease 1)'
    """
    types = Counter(kind for s in sentences for kind, _, _ in entities(s.tags or ()))
    words = sum(map(len, sentences))
    by_type = ", ".join(f"{kind} {number:,}" for kind, number in sorted(types.items()))
    told = f"{len(sentences):,} sentences, {words:,} words, {types.total():,} mentions"
    return f"{told} ({by_type})" if types else told
